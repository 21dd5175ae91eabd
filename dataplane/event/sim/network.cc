#include "dataplane/event/sim/network.h"

#include <algorithm>
#include <utility>

#include "dataplane/base/strings.h"
#include "dataplane/event/sim/sim_loop.h"

namespace fairlead::event::sim {
namespace {

constexpr uint64_t kHashPrime = 0x100000001b3;
constexpr uint16_t kFirstPort = 20000;

}  // namespace

Network::Network(uint64_t seed, const Weather& weather)
    : weather_(weather), random_(seed), ports_(kFirstPort) {}

Network::~Network() = default;

std::unique_ptr<Loop> Network::MakeLoop(std::string name, const net::Address& ip, bool is_tested) {
  return std::make_unique<SimLoop>(*this, std::move(name), ip, is_tested, random_.Next());
}

Duration Network::Between(Duration low, Duration high) {
  if (high <= low) return low;
  return low + Duration(static_cast<int64_t>(
                   random_.Below(static_cast<uint64_t>((high - low).count()) + 1)));
}

Duration Network::Latency() {
  Duration latency = Between(weather_.latency_min, weather_.latency_max);
  if (Chance(weather_.late)) latency += Between(Duration::zero(), weather_.late_max);
  return latency;
}

void Network::Schedule(MonotonicTime time, absl::AnyInvocable<void()> work) {
  queue_.push({std::max(time, now_), ++numbers_, std::move(work)});
}

void Network::After(Duration wait, absl::AnyInvocable<void()> work) {
  Schedule(now_ + wait, std::move(work));
}

bool Network::Step() {
  if (queue_.empty()) return false;
  absl::AnyInvocable<void()> work = std::move(queue_.top().work);
  now_ = std::max(now_, queue_.top().time);
  queue_.pop();
  work();
  return true;
}

void Network::RunUntil(MonotonicTime time) {
  while (!queue_.empty() && queue_.top().time <= time) Step();
  now_ = std::max(now_, time);
}

bool Network::FailNow(Call call) {
  ++calls_;
  if (calls_left_ == 0 || --calls_left_ != 0) return false;
  Note("network", "fails call of kind", 0, static_cast<int64_t>(call));
  return true;
}

uint16_t Network::NextPort() {
  if (ports_ == UINT16_MAX) ports_ = kFirstPort;
  return ports_++;
}

void Network::AddListener(SimListener& listener) {
  listeners_[listener.local_address().ToString()].push_back(&listener);
}

void Network::RemoveListener(SimListener& listener) {
  std::erase(listeners_[listener.local_address().ToString()], &listener);
}

SimListener* Network::ListenerAt(const net::Address& address) {
  const auto found = listeners_.find(address.ToString());
  if (found == listeners_.end() || found->second.empty()) return nullptr;
  return found->second[random_.Below(found->second.size())];
}

void Network::Note(std::string_view who, std::string_view what, uint64_t link, int64_t value) {
  const auto mix = [this](uint64_t word) { trace_hash_ = (trace_hash_ ^ word) * kHashPrime; };
  for (const std::string_view text : {who, what}) {
    for (const char c : text) mix(static_cast<unsigned char>(c));
  }
  mix(link);
  mix(static_cast<uint64_t>(value));
  mix(static_cast<uint64_t>(now_.time_since_epoch().count()));
  if (trace_ == nullptr) return;
  StrAppend(trace_, now_.time_since_epoch().count() / 1000, " ", who, " ", what, " #", link, " ",
            value, "\n");
}

}  // namespace fairlead::event::sim
