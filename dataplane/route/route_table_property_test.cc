// The indexes find the route that the plain scan finds, for random configurations and requests.

#include <random>

#include "dataplane/route/testing/compare.h"
#include "gtest/gtest.h"

namespace fairlead::route {
namespace {

TEST(RouteTablePropertyTest, MatchesAsALinearScanDoes) {
  for (uint64_t seed = 0; seed < 4000; ++seed) {
    std::mt19937_64 numbers(seed);
    const std::string fault =
        testing::CompareWithLinear([&](uint32_t n) { return numbers() % n; }, 30);
    ASSERT_EQ(fault, "") << "seed " << seed;
  }
}

}  // namespace
}  // namespace fairlead::route
