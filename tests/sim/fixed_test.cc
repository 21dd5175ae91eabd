// The fixed scenario: each socket call of the workers fails once in turn, and each of their buffers
// is refused. And what a seed promises: the same trace every time.

#include <gtest/gtest.h>

#include "dataplane/base/log.h"
#include "tests/sim/world.h"

namespace fairlead::sim {
namespace {

std::string Joined(const Outcome& outcome) {
  std::string text;
  for (const std::string& failure : outcome.failures) text += failure + "\n";
  return text;
}

class FixedTest : public ::testing::Test {
 protected:
  FixedTest() { EXPECT_TRUE(SetLogLevel("off").ok()); }
};

TEST_F(FixedTest, EverySocketCallMayFail) {
  const Outcome whole = RunWorld(Scenario::Fixed(), {});
  EXPECT_EQ(Joined(whole), "");
  EXPECT_EQ(whole.answered, whole.requests);
  ASSERT_GT(whole.calls, 50u);
  for (uint64_t call = 1; call <= whole.calls; ++call) {
    EXPECT_EQ(Joined(RunWorld(Scenario::Fixed(), {.fail_call = call})), "") << "call " << call;
  }
}

TEST_F(FixedTest, EverySocketCallMayFailOfOtherSeeds) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    Scenario scenario = Scenario::Fixed();
    scenario.seed = seed;
    scenario.workers = 2;
    scenario.upstreams_close_idle = true;
    const uint64_t calls = RunWorld(scenario, {}).calls;
    for (uint64_t call = 1; call <= calls; call += 3) {
      EXPECT_EQ(Joined(RunWorld(scenario, {.fail_call = call})), "") << seed << ": call " << call;
    }
  }
}

TEST_F(FixedTest, EveryBufferMayBeRefused) {
  const Outcome whole = RunWorld(Scenario::Fixed(), {});
  ASSERT_GT(whole.buffers, 20u);
  for (uint64_t buffer = 1; buffer <= whole.buffers; ++buffer) {
    EXPECT_EQ(Joined(RunWorld(Scenario::Fixed(), {.fail_buffer = buffer})), "")
        << "buffer " << buffer;
  }
}

TEST_F(FixedTest, AShortageOfBuffersPasses) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    Scenario scenario = Scenario::Fixed();
    scenario.seed = seed;
    scenario.workers = 2;
    const uint64_t buffers = RunWorld(scenario, {}).buffers;
    for (uint64_t buffer = 1; buffer <= buffers; buffer += 5) {
      EXPECT_EQ(Joined(RunWorld(scenario, {.fail_buffer = buffer, .fail_buffers_after = 12})), "")
          << seed << ": buffer " << buffer;
    }
  }
}

TEST_F(FixedTest, OneSeedMakesOneTrace) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    std::string first;
    std::string second;
    RunWorld(Scenario::FromSeed(seed), {.trace = &first});
    RunWorld(Scenario::FromSeed(seed), {.trace = &second});
    ASSERT_EQ(first, second) << "seed " << seed;
    ASSERT_FALSE(first.empty());
  }
}

TEST_F(FixedTest, RefusedConfigurationIsAnsweredWithANack) {
  uint64_t nacks = 0;
  for (uint64_t seed = 1; seed <= 50; ++seed) nacks += RunWorld(Scenario::FromSeed(seed), {}).nacks;
  EXPECT_GT(nacks, 0u);
}

}  // namespace
}  // namespace fairlead::sim
