#include "dataplane/event/timer.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <vector>

#include "dataplane/event/random.h"

namespace fairlead::event {
namespace {

using std::chrono::milliseconds;

struct Fired {
  int count = 0;
  Timer timer{[](void* self) { ++static_cast<Fired*>(self)->count; }, this};
};

TEST(TimerTest, FiresAtItsTimeAndNotBefore) {
  ManualTime time;
  TimerWheel wheel(time.Monotonic());
  Fired a;
  a.timer.Arm(wheel, milliseconds(10));
  time.Advance(milliseconds(9));
  wheel.Advance(time.Monotonic());
  EXPECT_EQ(a.count, 0);
  time.Advance(milliseconds(1));
  wheel.Advance(time.Monotonic());
  EXPECT_EQ(a.count, 1);
  EXPECT_FALSE(a.timer.is_armed());
}

TEST(TimerTest, DisarmedAndDestroyedTimersDoNotFire) {
  ManualTime time;
  TimerWheel wheel(time.Monotonic());
  Fired a;
  a.timer.Arm(wheel, milliseconds(5));
  {
    Fired b;
    b.timer.Arm(wheel, milliseconds(5));
  }
  a.timer.Disarm();
  EXPECT_TRUE(wheel.empty());
  EXPECT_EQ(wheel.UntilNext(), std::nullopt);
  time.Advance(milliseconds(50));
  wheel.Advance(time.Monotonic());
  EXPECT_EQ(a.count, 0);
}

TEST(TimerTest, CallbackMayDestroyATimerThatIsDueInTheSameTick) {
  ManualTime time;
  TimerWheel wheel(time.Monotonic());
  auto victim = std::make_unique<Fired>();
  Timer killer([](void* v) { static_cast<std::unique_ptr<Fired>*>(v)->reset(); }, &victim);
  killer.Arm(wheel, milliseconds(5));
  victim->timer.Arm(wheel, milliseconds(5));
  time.Advance(milliseconds(6));
  wheel.Advance(time.Monotonic());
  EXPECT_EQ(victim, nullptr);
  EXPECT_TRUE(wheel.empty());
}

// The wheel against a sorted map, over random delays from a millisecond to days, steps of all
// sizes, withdrawals.
TEST(TimerTest, AgreesWithASortedMap) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    ManualTime time;
    TimerWheel wheel(time.Monotonic());
    std::vector<std::unique_ptr<Fired>> timers;
    std::vector<MonotonicTime> due;
    for (int step = 0; step < 2000; ++step) {
      const uint64_t range = uint64_t{1} << (1 + random.Below(30));
      timers.push_back(std::make_unique<Fired>());
      const milliseconds delay(1 + random.Below(range));
      timers.back()->timer.Arm(wheel, delay);
      due.push_back(time.Monotonic() + delay);
      if (random.Below(4) == 0) {
        const size_t victim = random.Below(timers.size());
        timers[victim]->timer.Disarm();
        if (timers[victim]->count == 0) due[victim] = MonotonicTime::max();
      }
      time.Advance(milliseconds(random.Below(uint64_t{1} << random.Below(20))));
      wheel.Advance(time.Monotonic());
      if (const auto until = wheel.UntilNext()) ASSERT_GE(*until, Duration::zero());
    }
    for (size_t i = 0; i < timers.size(); ++i) {
      ASSERT_EQ(timers[i]->count, due[i] <= time.Monotonic() ? 1 : 0)
          << "seed " << seed << " timer " << i;
    }
  }
}

}  // namespace
}  // namespace fairlead::event
