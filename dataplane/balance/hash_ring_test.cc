#include "dataplane/balance/hash_ring.h"

#include <algorithm>
#include <map>
#include <random>

#include "dataplane/balance/hash.h"
#include "dataplane/balance/make_endpoint_set.h"
#include "dataplane/balance/test_endpoints.h"
#include "gtest/gtest.h"

namespace fairlead::balance {
namespace {

using upstream::Endpoint;
using upstream::EndpointSet;

constexpr int kKeys = 10'000;

std::shared_ptr<const EndpointSet> RingSet(std::vector<Endpoint> endpoints,
                                           uint64_t size_min = 1024,
                                           uint64_t size_max = 8 * 1024 * 1024) {
  return MakeEndpointSet(
      {.policy = Policy::kRingHash, .ring_size_min = size_min, .ring_size_max = size_max},
      std::move(endpoints));
}

std::string Owner(const EndpointSet& set, uint64_t hash) {
  return set.endpoints[set.ring->endpoint(set.ring->Find(hash))].address.ToString();
}

std::vector<std::string> Owners(const EndpointSet& set) {
  std::vector<std::string> owners;
  for (int key = 0; key < kKeys; ++key) owners.push_back(Owner(set, HashOf(StrCat("key-", key))));
  return owners;
}

std::map<std::string, int> Points(const EndpointSet& set) {
  std::map<std::string, int> points;
  for (size_t i = 0; i < set.ring->size(); ++i) {
    ++points[set.endpoints[set.ring->endpoint(i)].address.ToString()];
  }
  return points;
}

TEST(HashTest, IsXxh64) {
  // The value for the empty text in the algorithm's specification.
  EXPECT_EQ(HashOf(""), 0xEF46DB3751D8E999u);
  const std::string_view one[] = {"value"};
  EXPECT_EQ(HashOf(one), HashOf("value"));
  const std::string_view two[] = {"a", "b"};
  EXPECT_NE(HashOf(two), HashOf("ab"));
}

TEST(HashTest, CombinesByRotateAndXor) {
  EXPECT_EQ(CombineHashes(std::nullopt, 7), 7u);
  EXPECT_EQ(CombineHashes(0x8000000000000001u, 0), 3u);
  EXPECT_NE(CombineHashes(7, 7), 0u) << "equal policies do not cancel each other";
}

// Six hosts, ring of 12: where Envoy's ring_hash puts them.
TEST(HashRingTest, PointsAreWhereEnvoyPutsThem) {
  std::vector<Endpoint> endpoints;
  for (uint16_t port = 90; port <= 95; ++port) {
    endpoints.push_back({.address = *net::Address::Parse("127.0.0.1", port)});
  }
  const auto set = RingSet(endpoints, 12);
  ASSERT_EQ(set->ring->size(), 12u);
  const std::pair<uint64_t, uint16_t> points[] = {
      {833437586790550860u, 94},   {928266305478181108u, 92},   {1033482794131418490u, 90},
      {3551244743356806947u, 95},  {3851675632748031481u, 93},  {5583722120771150861u, 91},
      {6311230543546372928u, 91},  {7700377290971790572u, 93},  {13144177310400110813u, 95},
      {13444792449719432967u, 92}, {15516499411664133160u, 94}, {16117243373044804889u, 90}};
  for (size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(set->ring->Find(points[i].first), i);
    EXPECT_EQ(set->ring->Find(points[i].first + 1), (i + 1) % 12);
    EXPECT_EQ(set->endpoints[set->ring->endpoint(i)].address.port(), points[i].second);
  }
  EXPECT_EQ(set->ring->Find(0), 0u);
  EXPECT_EQ(set->ring->Find(std::numeric_limits<uint64_t>::max()), 0u);
}

TEST(HashRingTest, OrderOfEndpointsDoesNotMatter) {
  std::vector<Endpoint> endpoints = TestEndpoints({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  const std::vector<std::string> owners = Owners(*RingSet(endpoints));
  std::mt19937 random(1);
  for (int i = 0; i < 3; ++i) {
    std::shuffle(endpoints.begin(), endpoints.end(), random);
    EXPECT_EQ(Owners(*RingSet(endpoints)), owners);
  }
}

TEST(HashRingTest, OnlyTheKeysOfTheOneThatLeavesMove) {
  std::vector<Endpoint> endpoints = TestEndpoints(std::vector<uint32_t>(100, 1));
  const std::vector<std::string> before = Owners(*RingSet(endpoints));
  const std::string gone = endpoints[50].address.ToString();
  endpoints.erase(endpoints.begin() + 50);
  const std::vector<std::string> after = Owners(*RingSet(endpoints));
  int moved = 0;
  for (int key = 0; key < kKeys; ++key) {
    if (before[key] == after[key]) continue;
    ++moved;
    EXPECT_EQ(before[key], gone);
  }
  EXPECT_GT(moved, 0);
  EXPECT_LT(moved, kKeys / 25);
}

// Fewer hosts get more points each, so some keys move between those that stay; few.
TEST(HashRingTest, FewKeysMoveInASmallSet) {
  std::vector<Endpoint> endpoints = TestEndpoints({1, 1, 1, 1, 1});
  const std::vector<std::string> before = Owners(*RingSet(endpoints));
  endpoints.pop_back();
  const std::vector<std::string> after = Owners(*RingSet(endpoints));
  int moved = 0;
  for (int key = 0; key < kKeys; ++key) moved += before[key] != after[key] ? 1 : 0;
  EXPECT_LT(moved, kKeys * 2 / 5);
}

TEST(HashRingTest, UnhealthyIsNotOnTheRing) {
  const auto set = RingSet({TestEndpoint(0), TestEndpoint(1), TestEndpoint(2, 1, false)});
  EXPECT_EQ(Points(*set).size(), 2u);
}

TEST(HashRingTest, PointsByWeight) {
  const auto set = RingSet(TestEndpoints({1, 2, 5}));
  std::map<std::string, int> points = Points(*set);
  EXPECT_EQ(points["10.0.0.1:80"], 128);
  EXPECT_EQ(points["10.0.0.2:80"], 256);
  EXPECT_EQ(points["10.0.0.3:80"], 640);
}

TEST(HashRingTest, TheLightestGetsAWholeNumberOfPoints) {
  std::map<std::string, int> points = Points(*RingSet(TestEndpoints({1, 1, 1}), 10));
  EXPECT_EQ(points["10.0.0.1:80"], 4);
  EXPECT_EQ(points["10.0.0.2:80"], 4);
  EXPECT_EQ(points["10.0.0.3:80"], 4);
}

TEST(HashRingTest, SizeMaxLimitsTheRing) {
  const auto set = RingSet(TestEndpoints({1, 1, 1, 1}), 6, 6);
  EXPECT_EQ(set->ring->size(), 6u);
  // 1.5 points each: 2, 1, 2, 1.
  std::map<std::string, int> points = Points(*set);
  EXPECT_EQ(points["10.0.0.1:80"], 2);
  EXPECT_EQ(points["10.0.0.2:80"], 1);
  // A weight far below the others' may get no point at all, but the ring stays in its bound.
  EXPECT_LE(RingSet(TestEndpoints({1, 4'000'000'000}), 1, 1000)->ring->size(), 1000u);
}

TEST(HashRingTest, HashKeyTakesThePlaceOfTheAddress) {
  std::vector<Endpoint> endpoints = TestEndpoints({1, 1});
  endpoints[0].hash_key = "a";
  endpoints[1].hash_key = "b";
  const auto set = RingSet(endpoints);
  for (Endpoint& endpoint : endpoints) endpoint.address = endpoint.address.WithPort(81);
  const auto moved = RingSet(endpoints);
  for (int key = 0; key < 100; ++key) {
    const uint64_t hash = HashOf(StrCat(key));
    EXPECT_EQ(set->ring->endpoint(set->ring->Find(hash)),
              moved->ring->endpoint(moved->ring->Find(hash)));
  }
}

TEST(HashRingTest, NoEndpointsNoRing) { EXPECT_TRUE(RingSet({})->ring->empty()); }

}  // namespace
}  // namespace fairlead::balance
