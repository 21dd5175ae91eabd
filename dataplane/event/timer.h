#ifndef FAIRLEAD_DATAPLANE_EVENT_TIMER_H_
#define FAIRLEAD_DATAPLANE_EVENT_TIMER_H_

// Timers of one loop, in a hierarchical wheel: arming and withdrawing cost the same however many
// there are.
//
//     Timer timer([](void* self) { static_cast<Thing*>(self)->OnTimeout(); }, this);
//     timer.Arm(loop.timers(), std::chrono::seconds(5));     // again: moves it
//     timer.Disarm();                                        // so does the destructor
//
// Resolution is one millisecond; a timer never fires early. A callback may arm, disarm and destroy
// any timer. Thread: the loop's. Limit: deadlines further away than 2 years are cut to that.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

#include "dataplane/base/intrusive_list.h"
#include "dataplane/event/time_source.h"

namespace fairlead::event {

class TimerWheel;

class Timer : public base::ListHook {
 public:
  using Callback = void (*)(void* argument);

  Timer(Callback callback, void* argument) : callback_(callback), argument_(argument) {}
  ~Timer() { Disarm(); }

  void Arm(TimerWheel& wheel, Duration after);
  void Disarm();
  bool is_armed() const { return wheel_ != nullptr; }

 private:
  friend class TimerWheel;

  Callback callback_;
  void* argument_;
  TimerWheel* wheel_ = nullptr;
  // Millisecond of the wheel at which it fires, and where it stands. One word: every idle
  // connection has a timer.
  uint64_t tick_ : 48 = 0;
  uint64_t level_ : 8 = 0;
  uint64_t slot_ : 8 = 0;
};

class TimerWheel {
 public:
  explicit TimerWheel(MonotonicTime start) : start_(start) {}

  // Sets what `now` means for timers armed from here on, and fires those that are due.
  void Advance(MonotonicTime now) {
    SetNow(now);
    FireDue();
  }
  // The two apart, for a loop that looks at its sockets between them.
  void SetNow(MonotonicTime now) { now_ = std::max(now_, now); }
  void FireDue();
  // How long until the next timer may be due; nothing when none is armed. May be too short (a timer
  // far away is looked at again on its way), never too long.
  std::optional<Duration> UntilNext() const;
  MonotonicTime now() const { return now_; }
  bool empty() const { return armed_ == 0; }

 private:
  friend class Timer;

  static constexpr int kLevels = 6;
  static constexpr int kSlotBits = 6;
  static constexpr int kSlots = 1 << kSlotBits;

  struct Expiration {
    int level;
    int slot;
    uint64_t tick;
  };

  uint64_t TickOf(MonotonicTime time) const;
  void Insert(Timer& timer);
  void Remove(Timer& timer);
  std::optional<Expiration> Next() const;
  void Expire(const Expiration& expiration);

  const MonotonicTime start_;
  MonotonicTime now_ = start_;
  uint64_t elapsed_ = 0;
  size_t armed_ = 0;
  std::array<uint64_t, kLevels> occupied_{};
  std::array<std::array<base::IntrusiveList<Timer>, kSlots>, kLevels> slots_;
};

}  // namespace fairlead::event

#endif  // FAIRLEAD_DATAPLANE_EVENT_TIMER_H_
