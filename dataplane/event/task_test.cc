#include "dataplane/event/task.h"

#include <gtest/gtest.h>

#include "dataplane/event/combinators.h"
#include "dataplane/event/nursery.h"

namespace fairlead::event {
namespace {

using std::chrono::milliseconds;

struct World {
  ManualTime time;
  TimerWheel timers{time.Monotonic()};
  Nursery nursery;

  void Pass(int ms) {
    time.Advance(milliseconds(ms));
    timers.Advance(time.Monotonic());
  }
};

// Counts that every frame that was entered is left again.
struct Alive {
  explicit Alive(int& count) : count(count) { ++count; }
  ~Alive() { --count; }
  int& count;
};

Task<int> AnswerAfter(TimerWheel& timers, int ms, int& alive) {
  Alive here(alive);
  co_await Sleep(timers, milliseconds(ms));
  co_return 42;
}

Task<void> Store(Task<int> task, int& out) { out = co_await task; }

TEST(TaskTest, ValueReachesTheAwaiter) {
  World world;
  int alive = 0;
  int out = 0;
  world.nursery.Spawn(Store(AnswerAfter(world.timers, 5, alive), out));
  EXPECT_EQ(alive, 1);
  world.Pass(5);
  EXPECT_EQ(out, 42);
  EXPECT_EQ(alive, 0);
  EXPECT_EQ(world.nursery.size(), 0u);
}

TEST(TaskTest, IsLazyAndDestructionDestroysTheWholeChain) {
  World world;
  int alive = 0;
  int out = 0;
  {
    Task<void> never = Store(AnswerAfter(world.timers, 5, alive), out);
    EXPECT_EQ(alive, 0);
  }
  world.nursery.Spawn(Store(AnswerAfter(world.timers, 5, alive), out));
  world.nursery.CancelAll();
  EXPECT_EQ(alive, 0);
  EXPECT_TRUE(world.timers.empty());
}

Task<void> StoreTimed(TimerWheel& timers, Task<int> task, int limit_ms, std::optional<int>& out,
                      bool& done) {
  out = co_await WithTimeout(timers, milliseconds(limit_ms), std::move(task));
  done = true;
}

TEST(TaskTest, WithTimeoutDestroysWhatIsLate) {
  World world;
  int alive = 0;
  bool done = false;
  std::optional<int> out;
  world.nursery.Spawn(
      StoreTimed(world.timers, AnswerAfter(world.timers, 50, alive), 10, out, done));
  world.Pass(10);
  EXPECT_TRUE(done);
  EXPECT_EQ(out, std::nullopt);
  EXPECT_EQ(alive, 0);
  EXPECT_TRUE(world.timers.empty());
}

TEST(TaskTest, WithTimeoutLetsPassWhatIsInTime) {
  World world;
  int alive = 0;
  bool done = false;
  std::optional<int> out;
  world.nursery.Spawn(StoreTimed(world.timers, AnswerAfter(world.timers, 5, alive), 10, out, done));
  world.Pass(5);
  EXPECT_TRUE(done);
  EXPECT_EQ(out, 42);
  EXPECT_TRUE(world.timers.empty());
}

Task<void> CountDown(TimerWheel& timers, int ms, int& alive) {
  Alive here(alive);
  co_await Sleep(timers, milliseconds(ms));
}

Task<void> ForkAndJoin(TimerWheel& timers, int child_ms, int own_ms, bool join, int& alive,
                       bool& done) {
  Fork child(CountDown(timers, child_ms, alive));
  co_await Sleep(timers, milliseconds(own_ms));
  if (join) co_await child.Join();
  done = true;
}

TEST(TaskTest, ForkRunsBesideAndIsCancelledByItsScope) {
  for (bool join : {false, true}) {
    World world;
    int alive = 0;
    bool done = false;
    world.nursery.Spawn(ForkAndJoin(world.timers, 20, 10, join, alive, done));
    EXPECT_EQ(alive, 1);
    world.Pass(10);
    EXPECT_EQ(done, !join);
    EXPECT_EQ(alive, join ? 1 : 0);
    world.Pass(10);
    EXPECT_TRUE(done);
    EXPECT_EQ(alive, 0);
  }
}

TEST(TaskTest, JoiningWhatIsDoneDoesNotWait) {
  World world;
  int alive = 0;
  bool done = false;
  world.nursery.Spawn(ForkAndJoin(world.timers, 5, 10, true, alive, done));
  world.Pass(20);
  EXPECT_TRUE(done);
}

Task<int> Immediate(int value) { co_return value; }

Task<void> SumMany(int n, int64_t& sum) {
  for (int i = 0; i < n; ++i) sum += co_await Immediate(1);
}

TEST(TaskTest, ManySynchronousAwaitsDoNotGrowTheStack) {
  World world;
  int64_t sum = 0;
  world.nursery.Spawn(SumMany(1'000'000, sum));
  EXPECT_EQ(sum, 1'000'000);
}

}  // namespace
}  // namespace fairlead::event
