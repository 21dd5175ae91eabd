#include "dataplane/balance/make_endpoint_set.h"

#include <algorithm>

#include "dataplane/balance/hash_ring.h"
#include "dataplane/balance/test_endpoints.h"
#include "gtest/gtest.h"

namespace fairlead::balance {
namespace {

using upstream::Endpoint;
using upstream::EndpointSet;

std::vector<Endpoint> Health(const std::vector<bool>& healthy) {
  std::vector<Endpoint> endpoints;
  for (uint32_t i = 0; i < healthy.size(); ++i) {
    endpoints.push_back(TestEndpoint(i, 1, healthy[i]));
  }
  return endpoints;
}

TEST(MakeEndpointSetTest, SortsAndMerges) {
  Endpoint again = TestEndpoint(1, 9);
  const auto set =
      MakeEndpointSet({}, {TestEndpoint(2), TestEndpoint(1, 3), TestEndpoint(0), again});
  ASSERT_EQ(set->endpoints.size(), 3u);
  EXPECT_EQ(set->endpoints[0].address.ToString(), "10.0.0.1:80");
  EXPECT_EQ(set->endpoints[1].address.ToString(), "10.0.0.2:80");
  EXPECT_EQ(set->endpoints[1].weight, 3u) << "the first of two stays";
  EXPECT_EQ(set->endpoints[2].address.ToString(), "10.0.0.3:80");
  EXPECT_EQ(set->PositionOf(again.address), 1u);
  EXPECT_EQ(set->PositionOf(again.address.WithPort(81)), EndpointSet::kNone);
}

TEST(MakeEndpointSetTest, OtherPortOrFamilyIsAnotherEndpoint) {
  Endpoint v6{.address = *net::Address::Parse("::1", 80)};
  Endpoint port = TestEndpoint(0);
  port.address = port.address.WithPort(81);
  const auto set = MakeEndpointSet({}, {v6, port, TestEndpoint(0)});
  ASSERT_EQ(set->endpoints.size(), 3u);
  EXPECT_EQ(set->endpoints[2].address.ToString(), "[::1]:80");
}

TEST(MakeEndpointSetTest, CandidatesAreTheHealthy) {
  const auto set = MakeEndpointSet({}, Health({true, false, true}));
  EXPECT_EQ(set->candidates, (std::vector<uint32_t>{0, 2}));
  EXPECT_FALSE(set->is_in_panic);
}

TEST(MakeEndpointSetTest, PanicBelowHalf) {
  EXPECT_FALSE(MakeEndpointSet({}, Health({true, false}))->is_in_panic);
  const auto set = MakeEndpointSet({}, Health({true, false, false}));
  EXPECT_TRUE(set->is_in_panic);
  EXPECT_EQ(set->candidates.size(), 3u);
  EXPECT_TRUE(MakeEndpointSet({}, Health({false, false}))->is_in_panic);
  EXPECT_FALSE(MakeEndpointSet({}, {})->is_in_panic);
}

TEST(MakeEndpointSetTest, PanicThresholdZeroIsNever) {
  const auto set = MakeEndpointSet({.panic_threshold_percent = 0}, Health({false, false}));
  EXPECT_FALSE(set->is_in_panic);
  EXPECT_TRUE(set->candidates.empty());
}

// 140 % of 3/4 is more than the whole load: no panic, whatever the threshold.
TEST(MakeEndpointSetTest, NoPanicWhileTheHealthySuffice) {
  const BalancerConfig always{.panic_threshold_percent = 100};
  EXPECT_FALSE(MakeEndpointSet(always, Health({true, true, true, false}))->is_in_panic);
  EXPECT_TRUE(MakeEndpointSet(always, Health({true, true, false}))->is_in_panic);
}

TEST(MakeEndpointSetTest, EqualWeightsAreThoseOfCandidates) {
  std::vector<Endpoint> endpoints = {TestEndpoint(0, 2), TestEndpoint(1, 2),
                                     TestEndpoint(2, 7, false)};
  EXPECT_TRUE(MakeEndpointSet({}, endpoints)->has_equal_weights);
  endpoints[2].is_healthy = true;
  EXPECT_FALSE(MakeEndpointSet({}, endpoints)->has_equal_weights);
}

TEST(MakeEndpointSetTest, RingOnlyForRingHash) {
  EXPECT_EQ(MakeEndpointSet({}, TestEndpoints({1}))->ring, nullptr);
  const auto set = MakeEndpointSet({.policy = Policy::kRingHash}, TestEndpoints({1}));
  ASSERT_NE(set->ring, nullptr);
  EXPECT_EQ(set->ring->size(), 1024u);
}

}  // namespace
}  // namespace fairlead::balance
