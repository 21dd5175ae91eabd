#include "dataplane/balance/balancer.h"

#include <cmath>
#include <numeric>

#include "dataplane/balance/make_endpoint_set.h"
#include "dataplane/balance/test_endpoints.h"
#include "gtest/gtest.h"

namespace fairlead::balance {
namespace {

using upstream::Endpoint;
using upstream::EndpointSet;

constexpr Policy kPolicies[] = {Policy::kRoundRobin, Policy::kLeastRequest, Policy::kRandom,
                                Policy::kRingHash};

// A balancer with all that it borrows. Seeds are fixed, so the draws are always the same.
class Fixture {
 public:
  Fixture(BalancerConfig config, std::vector<Endpoint> endpoints, uint64_t seed = 1)
      : random_(seed), set_(MakeEndpointSet(config, std::move(endpoints))) {
    load_.resize(set_->endpoints.size());
    for (const uint32_t& count : load_) active_.push_back(&count);
    balancer_ = MakeBalancer(config, set_, active_, random_);
  }

  size_t Pick(const PickContext& context = {}) { return balancer_->Pick(context); }
  // How often each endpoint is picked.
  std::vector<int> Count(int picks) {
    std::vector<int> counts(set_->endpoints.size());
    for (int i = 0; i < picks; ++i) ++counts[Pick()];
    return counts;
  }
  std::vector<uint32_t>& load() { return load_; }

 private:
  event::Random random_;
  std::shared_ptr<const EndpointSet> set_;
  std::vector<uint32_t> load_;
  ActiveRequests active_;
  std::unique_ptr<Balancer> balancer_;
};

double ChiSquare(const std::vector<int>& counts) {
  const double expected =
      std::accumulate(counts.begin(), counts.end(), 0.0) / static_cast<double>(counts.size());
  double sum = 0;
  for (const int count : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

TEST(BalancerTest, NoEndpointIsNone) {
  for (const Policy policy : kPolicies) {
    EXPECT_EQ(Fixture({.policy = policy}, {}).Pick({.hash = 5}), Balancer::kNone);
  }
}

TEST(BalancerTest, OneEndpointIsAlwaysPicked) {
  for (const Policy policy : kPolicies) {
    Fixture fixture({.policy = policy}, TestEndpoints({7}));
    const std::vector<size_t> avoid = {0};
    for (int i = 0; i < 10; ++i) {
      EXPECT_EQ(fixture.Pick(), 0u);
      EXPECT_EQ(fixture.Pick({.avoid = &avoid}), 0u);
    }
  }
}

TEST(BalancerTest, UnhealthyIsNotPickedWhileMostAreHealthy) {
  for (const Policy policy : kPolicies) {
    Fixture fixture({.policy = policy}, {TestEndpoint(0), TestEndpoint(1, 1, false),
                                         TestEndpoint(2), TestEndpoint(3, 1, false)});
    const std::vector<int> counts = fixture.Count(1000);
    EXPECT_EQ(counts[1], 0);
    EXPECT_EQ(counts[3], 0);
    EXPECT_GT(counts[0], 0);
    EXPECT_GT(counts[2], 0);
  }
}

TEST(BalancerTest, PanicPicksAll) {
  for (const Policy policy : kPolicies) {
    Fixture fixture({.policy = policy},
                    {TestEndpoint(0), TestEndpoint(1, 1, false), TestEndpoint(2, 1, false)});
    for (const int count : fixture.Count(1000)) EXPECT_GT(count, 0);
  }
}

TEST(BalancerTest, WithoutPanicNoHealthyIsNone) {
  for (const Policy policy : kPolicies) {
    Fixture fixture({.policy = policy, .panic_threshold_percent = 0},
                    {TestEndpoint(0, 1, false), TestEndpoint(1, 1, false)});
    EXPECT_EQ(fixture.Pick(), Balancer::kNone);
  }
}

TEST(BalancerTest, AvoidedIsPickedOnlyWhenAllAre) {
  for (const Policy policy : kPolicies) {
    for (const auto& weights : {std::vector<uint32_t>{1, 1, 1}, std::vector<uint32_t>{1, 5, 2}}) {
      Fixture fixture({.policy = policy}, TestEndpoints(weights));
      const std::vector<size_t> two = {0, 1};
      const std::vector<size_t> all = {0, 1, 2};
      for (uint64_t i = 0; i < 100; ++i) {
        EXPECT_EQ(fixture.Pick({.hash = i << 56, .avoid = &two}), 2u);
        EXPECT_LT(fixture.Pick({.hash = i << 56, .avoid = &all}), 3u);
      }
    }
  }
}

TEST(RoundRobinTest, TakesTurns) {
  Fixture fixture({.policy = Policy::kRoundRobin}, TestEndpoints({1, 1, 1}));
  const size_t first = fixture.Pick();
  for (size_t i = 1; i < 30; ++i) EXPECT_EQ(fixture.Pick(), (first + i) % 3);
}

TEST(RoundRobinTest, StartsAtARandomPlace) {
  std::vector<int> firsts(4);
  for (uint64_t seed = 0; seed < 400; ++seed) {
    ++firsts[Fixture({.policy = Policy::kRoundRobin}, TestEndpoints({1, 1, 1, 1}), seed).Pick()];
  }
  // 3 degrees of freedom: 16.3 is exceeded by chance once in 1000.
  EXPECT_LT(ChiSquare(firsts), 16.3);
}

TEST(RoundRobinTest, WeightedTurnsAreExactAndSpread) {
  Fixture fixture({.policy = Policy::kRoundRobin}, TestEndpoints({1, 2, 5}));
  // In every 8 picks each has its weight's share, give or take one for the phase.
  for (int round = 0; round < 50; ++round) {
    const std::vector<int> counts = fixture.Count(8);
    EXPECT_NEAR(counts[0], 1, 1);
    EXPECT_NEAR(counts[1], 2, 1);
    EXPECT_NEAR(counts[2], 5, 1);
  }
  const std::vector<int> counts = fixture.Count(8000);
  EXPECT_NEAR(counts[0], 1000, 1);
  EXPECT_NEAR(counts[1], 2000, 1);
  EXPECT_NEAR(counts[2], 5000, 1);
}

TEST(RoundRobinTest, ExtremeWeights) {
  Fixture fixture({.policy = Policy::kRoundRobin}, TestEndpoints({1, 4'000'000'000}));
  const std::vector<int> counts = fixture.Count(100'000);
  EXPECT_LE(counts[0], 1);
}

TEST(LeastRequestTest, TheIdlerOfTwoIsPicked) {
  Fixture fixture({.policy = Policy::kLeastRequest}, TestEndpoints({1, 1}));
  fixture.load() = {3, 2};
  for (int i = 0; i < 100; ++i) EXPECT_EQ(fixture.Pick(), 1u);
  fixture.load() = {2, 3};
  for (int i = 0; i < 100; ++i) EXPECT_EQ(fixture.Pick(), 0u);
}

TEST(LeastRequestTest, TheBusiestOfManyIsNeverPicked) {
  Fixture fixture({.policy = Policy::kLeastRequest}, TestEndpoints({1, 1, 1, 1, 1}));
  fixture.load() = {0, 0, 9, 0, 0};
  // Two different ones are compared, so it always loses.
  EXPECT_EQ(fixture.Count(10'000)[2], 0);
}

TEST(LeastRequestTest, EqualLoadIsEven) {
  for (const uint32_t choices : {2u, 3u, 5u, BalancerConfig::kAllChoices}) {
    Fixture fixture({.policy = Policy::kLeastRequest, .choice_count = choices},
                    TestEndpoints({1, 1, 1, 1, 1}));
    // 4 degrees of freedom: 18.5 is exceeded by chance once in 1000.
    EXPECT_LT(ChiSquare(fixture.Count(10'000)), 18.5) << choices;
  }
}

TEST(LeastRequestTest, FullScanFindsTheLeast) {
  Fixture fixture({.policy = Policy::kLeastRequest, .choice_count = BalancerConfig::kAllChoices},
                  TestEndpoints({1, 1, 1, 1}));
  fixture.load() = {4, 1, 3, 1};
  const std::vector<int> counts = fixture.Count(1000);
  EXPECT_EQ(counts[0] + counts[2], 0);
  EXPECT_NEAR(counts[1], 500, 80);
}

// Requests that stay under way: the loads level out.
TEST(LeastRequestTest, LevelsLoad) {
  Fixture fixture({.policy = Policy::kLeastRequest}, TestEndpoints(std::vector<uint32_t>(10, 1)));
  for (int i = 0; i < 10'000; ++i) ++fixture.load()[fixture.Pick()];
  for (const uint32_t load : fixture.load()) EXPECT_NEAR(load, 1000, 5);
}

TEST(LeastRequestTest, WeightsAreHonoured) {
  Fixture idle({.policy = Policy::kLeastRequest}, TestEndpoints({1, 3}));
  std::vector<int> counts = idle.Count(4000);
  EXPECT_NEAR(counts[0], 1000, 1);
  // 3 / (2 + 1) = 1: as much as the other.
  Fixture busy({.policy = Policy::kLeastRequest}, TestEndpoints({1, 3}));
  busy.load() = {0, 2};
  counts = busy.Count(4000);
  EXPECT_NEAR(counts[0], 2000, 2);
}

TEST(RandomChoiceTest, IsEvenWhateverTheWeights) {
  Fixture fixture({.policy = Policy::kRandom}, TestEndpoints({1, 100, 7, 1, 1}));
  EXPECT_LT(ChiSquare(fixture.Count(10'000)), 18.5);
}

TEST(RingHashTest, AKeyKeepsItsEndpoint) {
  Fixture one({.policy = Policy::kRingHash}, TestEndpoints({1, 1, 1, 1}), 1);
  Fixture two({.policy = Policy::kRingHash}, TestEndpoints({1, 1, 1, 1}), 2);
  for (uint64_t key = 0; key < 1000; ++key) {
    const PickContext context{.hash = key * 0x9e3779b97f4a7c15};
    EXPECT_EQ(one.Pick(context), two.Pick(context));
  }
}

TEST(RingHashTest, WithoutAHashIsRandom) {
  Fixture fixture({.policy = Policy::kRingHash}, TestEndpoints({1, 1, 1, 1}));
  // As even as the ring: 1024 points make shares of a quarter, give or take a tenth.
  for (const int count : fixture.Count(10'000)) EXPECT_NEAR(count, 2500, 500);
}

// An endpoint set that was made while the cluster had another policy has no ring.
TEST(RingHashTest, WorksWithoutAReadyRing) {
  const auto set = MakeEndpointSet({.policy = Policy::kRoundRobin}, TestEndpoints({1, 1}));
  event::Random random(1);
  const ActiveRequests active;
  const auto balancer = MakeBalancer({.policy = Policy::kRingHash}, set, active, random);
  EXPECT_LT(balancer->Pick({.hash = 1}), 2u);
}

}  // namespace
}  // namespace fairlead::balance
