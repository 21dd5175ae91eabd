#include "dataplane/cluster/cluster_table.h"

#include "dataplane/balance/test_endpoints.h"
#include "gtest/gtest.h"

namespace fairlead::cluster {
namespace {

using balance::TestEndpoint;

class ClusterTableTest : public testing::Test {
 protected:
  std::shared_ptr<const ClusterConfig> Config(const std::string& name) {
    return std::make_shared<ClusterConfig>(
        ClusterConfig{.name = name, .slot = slots_.Acquire(name)});
  }
  std::shared_ptr<const upstream::EndpointSet> Set(uint32_t number) {
    return MakeEndpointSet({}, {TestEndpoint(number)});
  }

  ClusterSlots slots_;
  event::Random random_{1};
  ClusterTable table_{random_};
};

TEST_F(ClusterTableTest, GetsBySlot) {
  const auto a = Config("a");
  const auto b = Config("b");
  EXPECT_EQ(table_.Get(a->slot->index), nullptr);
  table_.Set(b, Set(1));
  EXPECT_EQ(table_.Get(a->slot->index), nullptr);
  table_.Set(a, Set(0));
  EXPECT_EQ(&table_.Get(a->slot->index)->config(), a.get());
  EXPECT_EQ(&table_.Get(b->slot->index)->config(), b.get());
  EXPECT_EQ(table_.Get(1000), nullptr);
}

TEST_F(ClusterTableTest, SetUpdatesInPlace) {
  const auto a = Config("a");
  table_.Set(a, Set(0));
  WorkerCluster* cluster = table_.Get(a->slot->index);
  upstream::Host* host = cluster->hosts()[0].get();
  table_.Set(Config("a"), Set(0));
  EXPECT_EQ(table_.Get(a->slot->index), cluster);
  EXPECT_EQ(cluster->hosts()[0].get(), host);
  table_.SetEndpoints(a->slot->index, Set(1));
  EXPECT_EQ(cluster->Pick({})->address.ToString(), "10.0.0.2:80");
}

TEST_F(ClusterTableTest, EndpointsOfAClusterThatIsGoneAreDropped) {
  table_.SetEndpoints(5, Set(0));
  table_.Remove(5);
  EXPECT_EQ(table_.Get(5), nullptr);
}

TEST_F(ClusterTableTest, ARequestHoldsWhatIsRemoved) {
  const auto a = Config("a");
  table_.Set(a, Set(0));
  const base::IntrusivePtr<WorkerCluster> held(table_.Get(a->slot->index));
  table_.Remove(a->slot->index);
  EXPECT_EQ(table_.Get(a->slot->index), nullptr);
  EXPECT_NE(held->Pick({}), nullptr);
}

// A cluster that is removed gives its index back when the last request is over.
TEST_F(ClusterTableTest, AnIndexIsNotReusedWhileARequestRuns) {
  auto a = Config("a");
  const uint32_t index = a->slot->index;
  table_.Set(std::move(a), Set(0));
  base::IntrusivePtr<WorkerCluster> held(table_.Get(index));
  table_.Remove(index);
  EXPECT_NE(Config("b")->slot->index, index);
  held.reset();
  EXPECT_EQ(slots_.Find("a"), nullptr);
}

}  // namespace
}  // namespace fairlead::cluster
