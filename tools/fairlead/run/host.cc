#include "tools/fairlead/run/host.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "absl/time/clock.h"
#include "dataplane/base/check.h"

namespace fairlead::cli {
namespace {

sigset_t HandledSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  return set;
}

}  // namespace

SignalHost::SignalHost() {
  const sigset_t set = HandledSignals();
  FL_CHECK(pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
  // A reader of our output that went away must not end us before the children.
  FL_CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
  signal_fd_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  notify_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  FL_CHECK(signal_fd_ >= 0 && notify_fd_ >= 0);
}

SignalHost::~SignalHost() {
  close(signal_fd_);
  close(notify_fd_);
  const sigset_t set = HandledSignals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

Host::Event SignalHost::Wait(absl::Duration timeout) {
  pollfd fds[] = {{.fd = signal_fd_, .events = POLLIN, .revents = 0},
                  {.fd = notify_fd_, .events = POLLIN, .revents = 0}};
  const int milliseconds =
      static_cast<int>(absl::ToInt64Milliseconds(absl::Ceil(timeout, absl::Milliseconds(1))));
  if (poll(fds, 2, milliseconds) <= 0) return Event::kTick;
  signalfd_siginfo info;
  if (read(signal_fd_, &info, sizeof(info)) == sizeof(info)) return Event::kInterrupt;
  uint64_t count = 0;
  return read(notify_fd_, &count, sizeof(count)) == sizeof(count) ? Event::kNotified : Event::kTick;
}

void SignalHost::Notify() {
  const uint64_t one = 1;
  // Full is as good as written: the next Wait() ends either way.
  [[maybe_unused]] const ssize_t written = write(notify_fd_, &one, sizeof(one));
}

absl::Time SignalHost::Now() { return absl::Now(); }

}  // namespace fairlead::cli
