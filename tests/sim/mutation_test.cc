// Plants one fault after the other, in the network or in a copy of the product's code (plant.py),
// and shows that a bounded number of seeds finds each.

#include <gtest/gtest.h>

#include <string>

#include "dataplane/base/log.h"
#include "tests/sim/world.h"

namespace {
int planted = 0;
}  // namespace

extern "C" bool fairlead_planted(int number) { return number == planted; }
// One of the planted faults is a leak.
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }

namespace fairlead::sim {
namespace {

using event::sim::Plant;

constexpr uint64_t kSeedsMax = 400;

struct Fault {
  const char* name;
  Plant in_network;
  int in_product;
};

constexpr Fault kFaults[] = {
    {"LostWakeUp", Plant::kLostWakeUp, 0},
    {"SwappedBuffers", Plant::kSwappedBytes, 0},
    {"LastByteOfAPartialWriteDropped", Plant::kLostLastByte, 0},
    {"DeadConnectionReused", Plant::kDeadLooksQuiet, 0},
    {"PostSentTwice", Plant::kNone, 10},
    {"ResponseForTheWrongClient", Plant::kNone, 11},
    {"GaugeNotDecremented", Plant::kNone, 12},
    {"TimerThatNeverFires", Plant::kNone, 13},
    {"SecondAnswerAfterAnAlarm", Plant::kNone, 14},
    {"StaleRoutesAfterAnUpdate", Plant::kNone, 15},
    {"BodyLengthOffByOne", Plant::kNone, 16},
    {"LeakedConnection", Plant::kNone, 17},
    {"StaleEndpointsAfterAnUpdate", Plant::kNone, 18},
    {"TimeoutTooEarly", Plant::kNone, 19},
    {"TimeoutTooLate", Plant::kNone, 20},
    {"BodySentAgainThoughSomeWasTaken", Plant::kNone, 21},
};

class MutationTest : public ::testing::TestWithParam<Fault> {};

TEST_P(MutationTest, IsFound) {
  ASSERT_TRUE(SetLogLevel("off").ok());
  planted = GetParam().in_product;
  for (uint64_t seed = 1; seed <= kSeedsMax; ++seed) {
    const Outcome outcome = RunWorld(Scenario::FromSeed(seed), {.plant = GetParam().in_network});
    if (outcome.failures.empty()) continue;
    std::printf("found with seed %lu: %s\n", seed, outcome.failures.front().c_str());
    return;
  }
  ADD_FAILURE() << kSeedsMax << " seeds did not find it";
}

INSTANTIATE_TEST_SUITE_P(Faults, MutationTest, ::testing::ValuesIn(kFaults),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace fairlead::sim
