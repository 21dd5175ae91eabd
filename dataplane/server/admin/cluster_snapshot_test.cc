#include "dataplane/server/admin/cluster_snapshot.h"

#include <memory>
#include <utility>

#include "dataplane/balance/test_endpoints.h"
#include "dataplane/event/random.h"
#include "gtest/gtest.h"

namespace fairlead::server::admin {
namespace {

using balance::TestEndpoint;

class ClusterSnapshotTest : public testing::Test {
 protected:
  std::shared_ptr<const cluster::ClusterConfig> Config(const std::string& name) {
    return std::make_shared<cluster::ClusterConfig>(
        cluster::ClusterConfig{.name = name, .stat_name = name, .slot = slots_.Acquire(name)});
  }
  // 10.0.0.<number + 1>:80, one for each number.
  static std::shared_ptr<const upstream::EndpointSet> Set(std::initializer_list<uint32_t> numbers) {
    std::vector<upstream::Endpoint> endpoints;
    for (const uint32_t number : numbers) endpoints.push_back(TestEndpoint(number));
    return cluster::MakeEndpointSet({}, std::move(endpoints));
  }

  cluster::ClusterSlots slots_;
  event::Random random_{1};
};

TEST_F(ClusterSnapshotTest, CopiesTheCountersOfATable) {
  cluster::ClusterTable table(random_);
  const auto config = Config("shop");
  const auto gone = Config("gone");
  table.Set(gone, Set({0}));
  table.Set(config, Set({0, 1}));
  table.Remove(gone->slot->index);
  upstream::Host& host = *table.Get(config->slot->index)->hosts()[1];
  host.stats().rq_total.Add(5);
  host.stats().cx_active.Add(2);

  const std::vector<ClusterSample> samples = CopyClusters(table);
  ASSERT_EQ(samples.size(), 1u);
  EXPECT_EQ(samples[0].config, config);
  ASSERT_EQ(samples[0].hosts.size(), 2u);
  EXPECT_EQ(samples[0].hosts[0].rq_total, 0u);
  EXPECT_EQ(samples[0].hosts[1].address.ToString(), "10.0.0.2:80");
  EXPECT_EQ(samples[0].hosts[1].rq_total, 5u);
  EXPECT_EQ(samples[0].hosts[1].cx_active, 2);
}

TEST_F(ClusterSnapshotTest, AddsUpWorkersByNameAndAddress) {
  cluster::ClusterTable first(random_);
  cluster::ClusterTable second(random_);
  const auto config = Config("shop");
  // An update has reached the second worker only.
  first.Set(config, Set({1}));
  first.Set(config, Set({0, 1}));
  second.Set(config, Set({1}));
  second.Set(config, Set({1, 2}));
  second.Set(Config("a"), Set({0}));
  first.Get(config->slot->index)->hosts()[0]->stats().rq_total.Add(1);
  first.Get(config->slot->index)->hosts()[1]->stats().rq_total.Add(10);
  second.Get(config->slot->index)->hosts()[0]->stats().rq_total.Add(100);
  second.Get(config->slot->index)->hosts()[1]->stats().rq_total.Add(1000);

  const ClusterSnapshot snapshot = MergeClusters({CopyClusters(first), CopyClusters(second)});
  ASSERT_EQ(snapshot.clusters.size(), 2u);
  EXPECT_EQ(snapshot.clusters[0].config->name, "a");
  const std::vector<HostSample>& hosts = snapshot.clusters[1].hosts;
  ASSERT_EQ(hosts.size(), 3u);
  EXPECT_EQ(hosts[0].rq_total, 1u);
  EXPECT_EQ(hosts[1].rq_total, 110u);
  EXPECT_EQ(hosts[2].rq_total, 1000u);
  EXPECT_EQ(hosts[2].address.ToString(), "10.0.0.3:80");
}

TEST_F(ClusterSnapshotTest, AsksRunningWorkers) {
  Workers workers;
  for (int i = 0; i < 2; ++i) {
    workers.push_back(
        std::make_unique<WorkerThread>(i, event::NewEpollLoop(event::TimeSource::System(), 1)));
  }
  const auto config = Config("shop");
  for (auto& worker : workers) {
    worker->PostTo([config, set = Set({0})](http::Worker& w) {
      w.clusters.Set(config, set);
      w.clusters.Get(config->slot->index)->hosts()[0]->stats().rq_total.Add(3);
    });
  }
  EXPECT_TRUE(CollectClusters(workers, /*are_started=*/false).clusters.empty());
  for (auto& worker : workers) worker->Start();
  const ClusterSnapshot snapshot =
      CollectClusters(workers, /*are_started=*/true, /*timeout=*/std::chrono::minutes(1));
  EXPECT_EQ(snapshot.workers_missing, 0);
  ASSERT_EQ(snapshot.clusters.size(), 1u);
  EXPECT_EQ(snapshot.clusters[0].hosts[0].rq_total, 6u);
  for (auto& worker : workers) worker->StopAndJoin();
}

TEST_F(ClusterSnapshotTest, ManyClustersComeInSlices) {
  Workers workers;
  workers.push_back(
      std::make_unique<WorkerThread>(0, event::NewEpollLoop(event::TimeSource::System(), 1)));
  for (int i = 0; i < 1500; ++i) {
    workers[0]->PostTo([config = Config(StrCat("c", i)), set = Set({0})](http::Worker& w) {
      w.clusters.Set(config, set);
    });
  }
  workers[0]->Start();
  const ClusterSnapshot snapshot =
      CollectClusters(workers, /*are_started=*/true, /*timeout=*/std::chrono::minutes(1));
  EXPECT_EQ(snapshot.clusters.size(), 1500u);
  workers[0]->StopAndJoin();
}

TEST_F(ClusterSnapshotTest, WorkersThatDoNotAnswerAreCounted) {
  Workers workers;
  workers.push_back(
      std::make_unique<WorkerThread>(0, event::NewEpollLoop(event::TimeSource::System(), 1)));
  // Never started.
  const ClusterSnapshot snapshot =
      CollectClusters(workers, /*are_started=*/true, /*timeout=*/std::chrono::milliseconds(0));
  EXPECT_EQ(snapshot.workers_missing, 1);
  EXPECT_TRUE(snapshot.clusters.empty());
}

}  // namespace
}  // namespace fairlead::server::admin
