#ifndef FAIRLEAD_TOOLS_FAIRLEAD_RUN_HOST_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_RUN_HOST_H_

// What `run` waits on: signals of the user, news from children, time.
//
// The real one is SignalHost; tests bring one whose time and events they write themselves.
// Thread: Wait() and Now() on main; Notify() on any.

#include "absl/time/time.h"

namespace fairlead::cli {

class Host {
 public:
  enum class Event {
    // The time is up.
    kTick,
    // Notify() was called.
    kNotified,
    // Ctrl-C, SIGTERM or SIGHUP.
    kInterrupt,
  };

  virtual ~Host() = default;

  // Returns the first of these to happen; an interrupt goes before the others.
  virtual Event Wait(absl::Duration timeout) = 0;
  // Ends a Wait(), or the next one.
  virtual void Notify() = 0;
  virtual absl::Time Now() = 0;
};

// Takes SIGINT, SIGTERM and SIGHUP out of their normal course for the process, for as long as it
// lives. Make it before any other thread, so that none of them gets these signals.
class SignalHost : public Host {
 public:
  SignalHost();
  ~SignalHost() override;
  SignalHost(const SignalHost&) = delete;
  SignalHost& operator=(const SignalHost&) = delete;

  Event Wait(absl::Duration timeout) override;
  void Notify() override;
  absl::Time Now() override;

 private:
  int signal_fd_;
  int notify_fd_;
};

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_RUN_HOST_H_
