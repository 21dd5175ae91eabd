#include "dataplane/cluster/worker_cluster.h"

#include "dataplane/balance/hash_ring.h"
#include "dataplane/balance/test_endpoints.h"
#include "gtest/gtest.h"

namespace fairlead::cluster {
namespace {

using balance::Policy;
using balance::TestEndpoint;
using upstream::Endpoint;
using upstream::Host;

std::shared_ptr<const ClusterConfig> Config(Policy policy) {
  return std::make_shared<ClusterConfig>(
      ClusterConfig{.name = "a", .balancer = {.policy = policy}});
}

std::shared_ptr<const upstream::EndpointSet> Set(const ClusterConfig& config,
                                                 std::vector<Endpoint> endpoints) {
  return MakeEndpointSet(config.balancer, std::move(endpoints));
}

class WorkerClusterTest : public testing::Test {
 protected:
  base::IntrusivePtr<WorkerCluster> Make(std::vector<Endpoint> endpoints) {
    return base::IntrusivePtr<WorkerCluster>(new WorkerCluster(
        config_, Set(*config_, std::move(endpoints)), random_, std::make_shared<ClusterStats>()));
  }

  event::Random random_{1};
  std::shared_ptr<const ClusterConfig> config_ = Config(Policy::kRoundRobin);
};

TEST_F(WorkerClusterTest, PicksHosts) {
  const auto cluster = Make({TestEndpoint(0), TestEndpoint(1)});
  Host* one = cluster->Pick({});
  Host* two = cluster->Pick({});
  EXPECT_NE(one, two);
  EXPECT_EQ(cluster->Pick({}), one);
  EXPECT_EQ(cluster->hosts()[cluster->PositionOf(*one)].get(), one);
  EXPECT_EQ(cluster->stats().membership_total.value(), 2);
}

TEST_F(WorkerClusterTest, NoEndpointIsNullAndCounted) {
  const auto cluster = Make({});
  EXPECT_EQ(cluster->Pick({}), nullptr);
  EXPECT_EQ(cluster->stats().upstream_cx_none_healthy.value(), 1u);
}

TEST_F(WorkerClusterTest, PanicIsCounted) {
  const auto cluster = Make({TestEndpoint(0, 1, false), TestEndpoint(1, 1, false)});
  EXPECT_NE(cluster->Pick({}), nullptr);
  EXPECT_EQ(cluster->stats().lb_healthy_panic.value(), 1u);
  EXPECT_EQ(cluster->stats().membership_healthy.value(), 0);
}

TEST_F(WorkerClusterTest, AnUpdateKeepsTheStateOfAddressesThatStay) {
  const auto cluster = Make({TestEndpoint(1), TestEndpoint(2)});
  Host* stays = cluster->hosts()[1].get();
  stays->active_requests = 3;
  // Another position, another weight, another health.
  cluster->Update(config_,
                  Set(*config_, {TestEndpoint(0), TestEndpoint(2, 9, false), TestEndpoint(3)}));
  EXPECT_EQ(cluster->hosts()[1].get(), stays);
  EXPECT_EQ(cluster->hosts()[1]->active_requests, 3u);
  EXPECT_EQ(cluster->hosts().size(), 3u);
  EXPECT_EQ(cluster->stats().membership_change.value(), 1u);
  EXPECT_EQ(cluster->stats().membership_healthy.value(), 2);
  for (int i = 0; i < 10; ++i) EXPECT_NE(cluster->Pick({}), stays);
}

TEST_F(WorkerClusterTest, ARunningRequestKeepsItsHost) {
  const auto cluster = Make({TestEndpoint(0)});
  const base::IntrusivePtr<Host> held(cluster->Pick({}));
  cluster->Update(config_, Set(*config_, {TestEndpoint(1)}));
  EXPECT_EQ(held->address.ToString(), "10.0.0.1:80");
  EXPECT_EQ(cluster->PositionOf(*held), balance::Balancer::kNone);
  EXPECT_EQ(cluster->Pick({})->address.ToString(), "10.0.0.2:80");
}

TEST_F(WorkerClusterTest, TheOnlyEndpointMayLeaveAndComeBack) {
  const auto cluster = Make({TestEndpoint(0)});
  cluster->Update(config_, Set(*config_, {}));
  EXPECT_EQ(cluster->Pick({}), nullptr);
  cluster->Update(config_, Set(*config_, {TestEndpoint(0)}));
  EXPECT_NE(cluster->Pick({}), nullptr);
}

// An update that changes nothing does not start the rotation anew.
TEST_F(WorkerClusterTest, EqualEndpointsKeepTheRotation) {
  std::vector<Endpoint> endpoints;
  for (uint32_t i = 0; i < 50; ++i) endpoints.push_back(TestEndpoint(i));
  const auto cluster = Make(endpoints);
  size_t at = cluster->PositionOf(*cluster->Pick({}));
  for (int i = 0; i < 100; ++i) {
    cluster->Update(Config(Policy::kRoundRobin), Set(*config_, endpoints));
    const size_t next = cluster->PositionOf(*cluster->Pick({}));
    EXPECT_EQ(next, (at + 1) % 50);
    at = next;
  }
  EXPECT_EQ(cluster->stats().membership_change.value(), 0u);
}

TEST_F(WorkerClusterTest, ThePolicyChangesAndHostsStay) {
  const auto cluster = Make({TestEndpoint(0), TestEndpoint(1)});
  Host* host = cluster->hosts()[0].get();
  const auto ring = Config(Policy::kRingHash);
  cluster->Update(ring, Set(*ring, {TestEndpoint(0), TestEndpoint(1)}));
  EXPECT_EQ(cluster->hosts()[0].get(), host);
  Host* picked = cluster->Pick({.hash = 77});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(cluster->Pick({.hash = 77}), picked);
}

// A cluster that resolves names is published before it has endpoints.
TEST_F(WorkerClusterTest, WithoutNewEndpointsTheOldOnesStay) {
  const base::IntrusivePtr<WorkerCluster> cluster(
      new WorkerCluster(config_, nullptr, random_, std::make_shared<ClusterStats>()));
  EXPECT_EQ(cluster->Pick({}), nullptr);
  cluster->Update(config_, Set(*config_, {TestEndpoint(0)}));
  Host* host = cluster->Pick({});
  cluster->Update(Config(Policy::kRingHash), nullptr);
  EXPECT_EQ(cluster->Pick({.hash = 1}), host);
}

TEST_F(WorkerClusterTest, ARingOfAnotherSizeIsTakenOver) {
  auto small = std::make_shared<ClusterConfig>(
      ClusterConfig{.name = "a", .balancer = {.policy = Policy::kRingHash, .ring_size_min = 8}});
  config_ = Config(Policy::kRingHash);
  const auto cluster = Make({TestEndpoint(0), TestEndpoint(1)});
  cluster->Update(small, nullptr);
  cluster->Update(small, Set(*small, {TestEndpoint(0), TestEndpoint(1)}));
  EXPECT_EQ(cluster->endpoints().ring->size(), 8u);
}

TEST_F(WorkerClusterTest, LeastRequestReadsTheHostsLoad) {
  config_ = Config(Policy::kLeastRequest);
  const auto cluster = Make({TestEndpoint(0), TestEndpoint(1)});
  cluster->hosts()[0]->active_requests = 5;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(cluster->Pick({}), cluster->hosts()[1].get());
  cluster->Update(config_, Set(*config_, {TestEndpoint(0), TestEndpoint(1), TestEndpoint(2)}));
  for (int i = 0; i < 10; ++i) EXPECT_NE(cluster->Pick({}), cluster->hosts()[0].get());
}

TEST_F(WorkerClusterTest, AnotherHostNameIsAnotherHost) {
  const auto cluster = Make({TestEndpoint(0)});
  Endpoint renamed = TestEndpoint(0);
  renamed.hostname = "new";
  cluster->Update(config_, Set(*config_, {renamed}));
  EXPECT_EQ(cluster->Pick({})->hostname, "new");
}

}  // namespace
}  // namespace fairlead::cluster
