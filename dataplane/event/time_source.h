#ifndef FAIRLEAD_DATAPLANE_EVENT_TIME_SOURCE_H_
#define FAIRLEAD_DATAPLANE_EVENT_TIME_SOURCE_H_

// Where time comes from: the system's clocks, or a test's hands.
//
// Monotonic time is for intervals and timeouts, wall time for what people and peers see (Date,
// logs, certificates). Thread: any, unless a subclass says otherwise.

#include <chrono>

namespace fairlead::event {

using Duration = std::chrono::nanoseconds;
using MonotonicTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

class TimeSource {
 public:
  virtual ~TimeSource() = default;
  virtual MonotonicTime Monotonic() const = 0;
  virtual WallTime Wall() const = 0;

  // The system's clocks.
  static const TimeSource& System();
};

// Stands still until a test moves it. Thread: one.
class ManualTime final : public TimeSource {
 public:
  MonotonicTime Monotonic() const override { return monotonic_; }
  WallTime Wall() const override { return wall_; }
  void Advance(Duration by) {
    monotonic_ += by;
    wall_ += by;
  }

 private:
  MonotonicTime monotonic_{std::chrono::seconds(1000)};
  WallTime wall_{std::chrono::seconds(1'700'000'000)};
};

}  // namespace fairlead::event

#endif  // FAIRLEAD_DATAPLANE_EVENT_TIME_SOURCE_H_
