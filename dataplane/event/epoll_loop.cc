#include "dataplane/event/epoll_loop.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "dataplane/base/check.h"
#include "dataplane/base/log.h"
#include "dataplane/base/strings.h"
#include "dataplane/event/epoll_socket.h"

namespace fairlead::event {
namespace {

constexpr int kEventsPerTurn = 256;
constexpr int kAcceptsPerTurn = 64;
// How long timers may wait for sockets that are ready.
constexpr int kFullTurnsMax = 16;
// How long nothing is accepted when the kernel cannot.
constexpr std::chrono::milliseconds kAcceptPause(100);

absl::Status SystemError(std::string_view what, const net::Address& address) {
  const int error = errno;
  return absl::UnavailableError(StrCat(what, " ", address.ToString(), ": ", std::strerror(error)));
}

class EpollListenSocket final : public ListenSocket {
 public:
  EpollListenSocket(EpollLoop& loop, int fd, AcceptHandler& handler)
      : loop_(loop), fd_(fd), watch_(std::make_unique<Watch>(this)), handler_(handler) {}
  ~EpollListenSocket() override {
    close(fd_);
    if (reserve_ >= 0) close(reserve_);
    watch_->owner = nullptr;
    watch_->unlink();
    loop_.Bury(std::move(watch_));
  }

  // Level-triggered: what one turn leaves in the queue, the next one takes.
  bool Start() { return loop_.Add(fd_, *watch_, EPOLLIN); }

  net::Address local_address() const override {
    sockaddr_storage address{};
    socklen_t size = sizeof(address);
    if (getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
    return net::Address(reinterpret_cast<sockaddr*>(&address), size);
  }

 private:
  struct Watch final : EpollWatch {
    explicit Watch(EpollListenSocket* owner) : owner(owner) {}
    void OnEvents(uint32_t) override {
      for (int i = 0; i < kAcceptsPerTurn && owner != nullptr; ++i) {
        if (!owner->AcceptOne()) return;
      }
    }
    EpollListenSocket* owner;
  };

  // False when there is nothing more to accept now.
  bool AcceptOne() {
    sockaddr_storage address{};
    socklen_t size = sizeof(address);
    const int fd =
        accept4(fd_, reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if ((errno == EMFILE || errno == ENFILE) && TurnAway()) return true;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return false;
      // A connection that died in the queue is not the end of it.
      if (IsOfOneConnection(errno)) return true;
      Pause(errno);
      return false;
    }
    const net::Address peer(reinterpret_cast<sockaddr*>(&address), size);
    if (std::unique_ptr<EpollSocket> socket = EpollSocket::New(loop_, fd, peer)) {
      handler_.OnAccept(std::move(socket));
    }
    return true;
  }

  // Out of descriptors: a client that waits in the queue for ever is worse off than one that is
  // turned away, and the queue would keep the loop awake. The descriptor kept in reserve makes room
  // to take the connection and close it.
  bool TurnAway() {
    if (reserve_ >= 0) close(reserve_);
    const int fd = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    const int error = errno;
    if (fd >= 0) close(fd);
    reserve_ = open("/dev/null", O_RDONLY | O_CLOEXEC);
    errno = error;
    return fd >= 0;
  }

  // What accept reports of the connection it took out of the queue (accept(2)).
  static bool IsOfOneConnection(int error) {
    switch (error) {
      case ECONNABORTED:
      case EINTR:
      case EPROTO:
      case ENOPROTOOPT:
      case ENETDOWN:
      case ENETUNREACH:
      case EHOSTDOWN:
      case EHOSTUNREACH:
      case ENONET:
      case EOPNOTSUPP:
        return true;
      default:
        return false;
    }
  }

  // Out of memory or buffers, and the queue stays: asking again at once would only burn the
  // processor that could free some.
  void Pause(int error) {
    FL_LOG(warn, "cannot accept connections ({}), trying again in {} ms", std::strerror(error),
           kAcceptPause.count());
    loop_.Change(fd_, *watch_, 0);
    resume_.Arm(loop_.timers(), kAcceptPause);
  }
  static void OnResume(void* self) {
    auto& socket = *static_cast<EpollListenSocket*>(self);
    socket.loop_.Change(socket.fd_, *socket.watch_, EPOLLIN);
  }

  EpollLoop& loop_;
  const int fd_;
  int reserve_ = open("/dev/null", O_RDONLY | O_CLOEXEC);
  std::unique_ptr<Watch> watch_;
  AcceptHandler& handler_;
  Timer resume_{&OnResume, this};
};

}  // namespace

std::unique_ptr<Loop> NewEpollLoop(const TimeSource& time, uint64_t seed) {
  return std::make_unique<EpollLoop>(time, seed);
}

EpollLoop::EpollLoop(const TimeSource& time, uint64_t seed)
    : time_(time),
      timers_(time.Monotonic()),
      random_(seed),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      events_(kEventsPerTurn) {
  FL_CHECK(epoll_ >= 0 && wake_ >= 0);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;
  FL_CHECK(epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) == 0);
}

EpollLoop::~EpollLoop() {
  close(wake_);
  close(epoll_);
}

bool EpollLoop::IsOnThread() const {
  return thread_ == std::thread::id() || thread_ == std::this_thread::get_id();
}

bool EpollLoop::Add(int fd, EpollWatch& watch, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watch;
  return epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0;
}

void EpollLoop::Change(int fd, EpollWatch& watch, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watch;
  FL_CHECK(epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event) == 0);
}

void EpollLoop::Run() {
  while (!is_stopped_.load(std::memory_order_acquire)) RunOnce(std::chrono::hours(1));
  is_stopped_.store(false, std::memory_order_release);
}

void EpollLoop::Stop() {
  Post([this] { is_stopped_.store(true, std::memory_order_release); });
}

void EpollLoop::Post(absl::AnyInvocable<void()> work) {
  {
    absl::MutexLock lock(&mutex_);
    posted_.push_back(std::move(work));
  }
  if (has_posted_.exchange(true, std::memory_order_acq_rel)) return;
  const uint64_t one = 1;
  // Fails only when the counter is full, and then the loop is awake anyway.
  [[maybe_unused]] const ssize_t written = write(wake_, &one, sizeof(one));
}

void EpollLoop::RunPosted() {
  if (!has_posted_.exchange(false, std::memory_order_acq_rel)) return;
  std::vector<absl::AnyInvocable<void()>> work;
  {
    absl::MutexLock lock(&mutex_);
    work.swap(posted_);
  }
  for (absl::AnyInvocable<void()>& item : work) item();
}

int EpollLoop::WaitMillis(Duration wait_max) const {
  Duration wait = wait_max;
  if (const std::optional<Duration> next = timers_.UntilNext()) wait = std::min(wait, *next);
  const auto millis = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
  return static_cast<int>(std::clamp<int64_t>(millis, 0, std::numeric_limits<int>::max()));
}

void EpollLoop::RunOnce(Duration wait_max) {
  thread_ = std::this_thread::get_id();
  const bool is_busy =
      !requeued_.empty() || !flushed_.empty() || has_posted_.load(std::memory_order_acquire);
  const int n =
      epoll_wait(epoll_, events_.data(), kEventsPerTurn, is_busy ? 0 : WaitMillis(wait_max));
  ++turn_;
  timers_.SetNow(time_.Monotonic());
  base::IntrusiveList<EpollWatch> again;
  again.splice_back(requeued_);
  for (int i = 0; i < n; ++i) {
    if (events_[i].data.ptr == nullptr) continue;
    static_cast<EpollWatch*>(events_[i].data.ptr)->NoteEvents(events_[i].events);
  }
  for (int i = 0; i < n; ++i) {
    if (events_[i].data.ptr == nullptr) {
      uint64_t count;
      [[maybe_unused]] const ssize_t got = read(wake_, &count, sizeof(count));
      continue;
    }
    static_cast<EpollWatch*>(events_[i].data.ptr)->OnEvents(events_[i].events);
  }
  while (!again.empty()) again.pop_front().OnTurn();
  FireTimers(n);
  RunPosted();
  while (!flushed_.empty()) flushed_.pop_front().OnTurn();
  // A destructor may bury more.
  while (!buried_.empty()) {
    std::vector<std::unique_ptr<EpollWatch>> buried = std::move(buried_);
    buried_.clear();
  }
}

// Sockets come first: when this thread did not run for a while, what arrived in time beats the
// timers that would say it did not.
void EpollLoop::FireTimers(int events) {
  full_turns_ = events == kEventsPerTurn ? full_turns_ + 1 : 0;
  if (full_turns_ > 0 && full_turns_ < kFullTurnsMax) return;
  full_turns_ = 0;
  timers_.FireDue();
}

absl::StatusOr<std::unique_ptr<ListenSocket>> EpollLoop::Listen(const net::Address& address,
                                                                const ListenOptions& options,
                                                                AcceptHandler& handler) {
  const int fd = socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return SystemError("socket for", address);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  // Accepted connections inherit it, which saves a call for each.
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (options.reuse_port) setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
  if (bind(fd, address.sockaddr_ptr(), address.sockaddr_size()) != 0 ||
      listen(fd, options.backlog) != 0) {
    absl::Status status = SystemError("listen on", address);
    close(fd);
    return status;
  }
  auto listener = std::make_unique<EpollListenSocket>(*this, fd, handler);
  if (!listener->Start()) return SystemError("epoll for", address);
  return listener;
}

std::unique_ptr<Socket> EpollLoop::Connect(const net::Address& address) {
  const int fd = socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return nullptr;
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (connect(fd, address.sockaddr_ptr(), address.sockaddr_size()) != 0 && errno != EINPROGRESS) {
    const int error = errno;
    close(fd);
    errno = error;
    return nullptr;
  }
  return EpollSocket::New(*this, fd, address);
}

}  // namespace fairlead::event
