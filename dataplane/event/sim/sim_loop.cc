#include "dataplane/event/sim/sim_loop.h"

#include <algorithm>
#include <cerrno>

#include "dataplane/base/strings.h"
#include "dataplane/event/sim/sim_socket.h"

namespace fairlead::event::sim {
namespace {

constexpr Duration kTurnDelayMax = std::chrono::microseconds(30);
// Planted faults strike this often, in 1000.
constexpr uint32_t kLostWakeUpChance = 20;

}  // namespace

SimLoop::SimLoop(Network& network, std::string name, const net::Address& ip, bool is_tested,
                 uint64_t seed)
    : network_(network),
      name_(std::move(name)),
      ip_(ip),
      is_tested_(is_tested),
      timers_(network.Monotonic()),
      random_(seed) {
  // Timers that are armed before the first event have to be seen.
  WakeSoon();
}

SimLoop::~SimLoop() { ++*wake_number_; }

void SimLoop::Run() {
  is_stopped_ = false;
  while (!is_stopped_ && network_.Step()) {
  }
}

void SimLoop::RunOnce(Duration wait_max) {
  const MonotonicTime end = network_.Monotonic() + wait_max;
  const uint64_t before = turn_;
  while (turn_ == before && network_.Monotonic() <= end && network_.Step()) {
  }
}

void SimLoop::WakeAt(MonotonicTime time) {
  if (time >= wake_time_) return;
  wake_time_ = time;
  network_.Schedule(time, [this, number = ++*wake_number_, current = wake_number_] {
    if (*current == number) Turn();
  });
}

void SimLoop::WakeSoon() {
  Duration delay = network_.Between(Duration(1), kTurnDelayMax);
  const Weather& weather = network_.weather();
  if (network_.Chance(weather.stall)) delay += network_.Between(Duration(1), weather.stall_max);
  WakeAt(network_.Monotonic() + delay);
}

void SimLoop::WakeForTimers() {
  const std::optional<Duration> next = timers_.UntilNext();
  if (!next.has_value()) return;
  WakeAt(network_.Monotonic() +
         std::max<Duration>(std::chrono::ceil<std::chrono::milliseconds>(*next), Duration(1)));
}

void SimLoop::Post(absl::AnyInvocable<void()> work) {
  posted_.push_back(std::move(work));
  WakeSoon();
}

void SimLoop::Raise(const std::shared_ptr<SimWatch>& watch, uint32_t events) {
  const bool is_lost = is_tested_ && network_.plant() == Plant::kLostWakeUp && events == kIn &&
                       network_.Chance(kLostWakeUpChance);
  if (is_lost) return;
  watch->events |= events;
  if (!std::exchange(watch->is_ready, true)) ready_.push_back(watch);
  WakeSoon();
}

void SimLoop::Requeue(const std::shared_ptr<SimWatch>& watch) {
  if (!std::exchange(watch->is_requeued, true)) requeued_.push_back(watch);
  WakeSoon();
}

void SimLoop::Turn() {
  net::BlockAccount* const former =
      is_tested_ ? net::Block::SetAccount(network_.account()) : nullptr;
  DoTurn();
  if (is_tested_) net::Block::SetAccount(former);
}

void SimLoop::DoTurn() {
  wake_time_ = MonotonicTime::max();
  ++turn_;
  timers_.Advance(network_.Monotonic());
  std::vector<std::shared_ptr<SimWatch>> ready = std::move(ready_);
  ready_.clear();
  std::vector<std::shared_ptr<SimWatch>> requeued = std::move(requeued_);
  requeued_.clear();
  for (size_t i = ready.size(); i > 1; --i) {
    std::swap(ready[i - 1], ready[network_.random().Below(i)]);
  }
  for (const std::shared_ptr<SimWatch>& watch : ready) {
    watch->is_ready = false;
    const uint32_t events = std::exchange(watch->events, 0);
    if (watch->listener != nullptr) SimListener::Accept(watch);
    if (watch->socket != nullptr) SimSocket::OnEvents(watch, events);
  }
  for (const std::shared_ptr<SimWatch>& watch : requeued) {
    watch->is_requeued = false;
    if (watch->socket != nullptr) SimSocket::OnTurn(watch);
  }
  std::vector<absl::AnyInvocable<void()>> posted = std::move(posted_);
  posted_.clear();
  for (absl::AnyInvocable<void()>& work : posted) work();
  WakeForTimers();
}

absl::StatusOr<std::unique_ptr<ListenSocket>> SimLoop::Listen(const net::Address& address,
                                                              const ListenOptions&,
                                                              AcceptHandler& handler) {
  if (FailNow(Call::kListen)) {
    return absl::UnavailableError(StrCat("listen on ", address.ToString(), ": failed"));
  }
  const net::Address bound = address.port() != 0 ? address : address.WithPort(network_.NextPort());
  return std::make_unique<SimListener>(*this, bound, handler);
}

std::unique_ptr<Socket> SimLoop::Connect(const net::Address& address) {
  if (FailNow(Call::kConnect)) {
    errno = EMFILE;
    return nullptr;
  }
  auto link = std::make_shared<Link>(network_, ip_.WithPort(network_.NextPort()), address);
  network_.Note(name_, "connects", link->id(), address.port());
  auto socket = std::make_unique<SimSocket>(*this, link, 0);
  link->Connect();
  return socket;
}

SimListener::SimListener(SimLoop& loop, const net::Address& address, AcceptHandler& handler)
    : loop_(loop), address_(address), handler_(handler) {
  watch_->listener = this;
  ++loop_.network().open_sockets;
  loop_.network().AddListener(*this);
}

SimListener::~SimListener() {
  watch_->listener = nullptr;
  --loop_.network().open_sockets;
  loop_.network().RemoveListener(*this);
  for (const std::shared_ptr<Link>& link : queue_) link->Abort(1);
}

void SimListener::Queue(std::shared_ptr<Link> link) {
  queue_.push_back(std::move(link));
  loop_.Raise(watch_, kIn | kOut);
}

void SimListener::Accept(const std::shared_ptr<SimWatch>& watch) {
  while (watch->listener != nullptr && !watch->listener->queue_.empty()) {
    SimListener& self = *watch->listener;
    std::shared_ptr<Link> link = std::move(self.queue_.front());
    self.queue_.pop_front();
    if (self.loop_.FailNow(Call::kAccept)) {
      link->Abort(1);
      continue;
    }
    self.loop_.network().Note(self.loop_.name(), "accepts", link->id(), 0);
    self.handler_.OnAccept(std::make_unique<SimSocket>(self.loop_, std::move(link), 1));
  }
}

}  // namespace fairlead::event::sim
