#ifndef FAIRLEAD_DATAPLANE_EVENT_WATCHDOG_H_
#define FAIRLEAD_DATAPLANE_EVENT_WATCHDOG_H_

// Says when something takes too long: an idle time that starts anew with each Touch(), and a
// deadline.
//
//     Watchdog watchdog(loop.timers(), &OnAlarm, this);
//     watchdog.SetIdle(minutes(5), Alarm::kStreamIdle);
//     watchdog.SetDeadline(loop.now() + seconds(15), Alarm::kResponse);
//     watchdog.Touch();                                   // bytes moved: one store
//     watchdog.Clear();
//
// The timer behind it is moved as seldom as can be: setting a later time than it is armed for,
// touching and clearing cost a store each, and the timer looks again when it fires. That makes a
// timeout free for a request that is in time. The callback comes from the loop, never from inside
// these calls.
//
// Thread: worker.

#include <algorithm>
#include <cstdint>
#include <limits>

#include "dataplane/event/timer.h"

namespace fairlead::event {

enum class Alarm : uint8_t {
  kNone,
  kConnectionIdle,  // between requests (HttpProtocolOptions.idle_timeout)
  kRequestHead,     // a head that does not come in full (request_headers_timeout)
  kRequest,         // a request that does not come in full (request_timeout)
  kStreamIdle,      // nothing moves (stream_idle_timeout, RouteAction.idle_timeout)
  kConnectionEnd,   // a connection that lasts too long (max_connection_duration)
  kStreamEnd,       // it lasts too long (max_stream_duration)
  kResponse,        // no response in time (RouteAction.timeout)
  kRequestBroken,   // the rest of the request cannot be read (raised, not timed)
  kOverload,        // no buffer is to be had for it (raised)
  kLinger,          // a closing connection whose peer does not close (delayed_close_timeout)
  kHangup,          // the peer is gone
  kDrain,           // the server closes what is idle
  kCut,             // the time for draining is over
};

class Watchdog {
 public:
  using Callback = void (*)(void* argument, Alarm alarm);

  Watchdog(TimerWheel& timers, Callback callback, void* argument)
      : timers_(timers), callback_(callback), argument_(argument), timer_(&OnTimer, this) {}

  // 0: no idle limit. One above kIdleMax is cut to that.
  void SetIdle(std::chrono::milliseconds limit, Alarm alarm) {
    idle_limit_ = static_cast<uint32_t>(std::min(limit, kIdleMax).count());
    idle_alarm_ = alarm;
    Touch();
    if (idle_limit_ > 0) ArmFor(IdleUntil());
  }
  void Touch() { last_ = timers_.now(); }
  // The loop's clock.
  MonotonicTime now() const { return timers_.now(); }
  void SetDeadline(MonotonicTime deadline, Alarm alarm) {
    deadline_ = deadline;
    deadline_alarm_ = alarm;
    ArmFor(deadline);
  }
  void ClearDeadline() { deadline_ = MonotonicTime::max(); }
  void Clear() {
    ClearDeadline();
    idle_limit_ = 0;
  }
  // Calls back in the next tick, for one who must not be destroyed inside the call.
  void Raise(Alarm alarm) { SetDeadline(timers_.now(), alarm); }

 private:
  static constexpr std::chrono::milliseconds kIdleMax{std::numeric_limits<uint32_t>::max()};

  MonotonicTime IdleUntil() const { return last_ + std::chrono::milliseconds(idle_limit_); }

  void ArmFor(MonotonicTime due) {
    if (timer_.is_armed() && armed_for_ <= due) return;
    armed_for_ = due;
    timer_.Arm(timers_, due - timers_.now());
  }
  static void OnTimer(void* self) { static_cast<Watchdog*>(self)->Look(); }
  void Look() {
    const MonotonicTime now = timers_.now();
    if (deadline_ <= now) {
      ClearDeadline();
      return callback_(argument_, deadline_alarm_);
    }
    MonotonicTime next = deadline_;
    if (idle_limit_ > 0) {
      if (IdleUntil() <= now) {
        idle_limit_ = 0;
        return callback_(argument_, idle_alarm_);
      }
      next = std::min(next, IdleUntil());
    }
    if (next != MonotonicTime::max()) ArmFor(next);
  }

  TimerWheel& timers_;
  const Callback callback_;
  void* const argument_;
  Timer timer_;
  MonotonicTime armed_for_ = MonotonicTime::max();
  MonotonicTime deadline_ = MonotonicTime::max();
  MonotonicTime last_{};
  uint32_t idle_limit_ = 0;  // Milliseconds.
  Alarm deadline_alarm_ = Alarm::kNone;
  Alarm idle_alarm_ = Alarm::kNone;
};

}  // namespace fairlead::event

#endif  // FAIRLEAD_DATAPLANE_EVENT_WATCHDOG_H_
