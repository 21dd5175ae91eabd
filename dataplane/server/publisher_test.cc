#include "dataplane/server/publisher.h"

#include <gtest/gtest.h>

#include "dataplane/cluster/cluster_slots.h"
#include "envoy/config/cluster/v3/cluster.pb.h"

namespace fairlead::server {
namespace {

// Never asked: the clusters here have no names.
class NoResolver final : public dns::Resolver {
 public:
  std::unique_ptr<dns::Query> Resolve(const std::string&, dns::Family, Callback) override {
    ADD_FAILURE() << "a question";
    return nullptr;
  }
};

class PublisherTest : public ::testing::Test {
 protected:
  PublisherTest() {
    workers.push_back(
        std::make_unique<WorkerThread>(0, event::NewEpollLoop(event::TimeSource::System(), 1)));
  }

  std::shared_ptr<const cluster::ClusterConfig> Cluster(
      envoy::config::cluster::v3::Cluster::DiscoveryType type) {
    envoy::config::cluster::v3::Cluster proto;
    proto.set_name("c");
    proto.set_type(type);
    proto.mutable_load_assignment()->set_cluster_name("c");
    auto config = cluster::CompileCluster(proto, slots);
    EXPECT_TRUE(config.ok()) << config.status();
    return *config;
  }
  // What the worker has for "c" once it has done all that was posted; null: nothing.
  std::shared_ptr<const cluster::ClusterConfig> AtWorker(uint32_t index) {
    std::shared_ptr<const cluster::ClusterConfig> found;
    workers[0]->PostTo([&found, index](http::Worker& worker) {
      const cluster::WorkerCluster* cluster = worker.clusters.Get(index);
      if (cluster != nullptr) found = cluster->shared_config();
    });
    workers[0]->Start();
    workers[0]->StopAndJoin();
    return found;
  }
  void RunMain() {
    for (int turn = 0; turn < 10; ++turn) main->RunOnce(event::Duration::zero());
  }

  cluster::ClusterSlots slots;
  std::unique_ptr<event::Loop> main = event::NewEpollLoop(event::TimeSource::System(), 1);
  NoResolver resolver;
  DnsClusters dns{*main, resolver};
  Workers workers;
  Publisher publisher{workers, dns, [] {}};
};

TEST_F(PublisherTest, ClusterWithNamesReachesTheWorkersOnceTheyAreResolved) {
  const auto config = Cluster(envoy::config::cluster::v3::Cluster::STRICT_DNS);
  publisher.PublishCluster("c", config, nullptr);
  RunMain();
  EXPECT_EQ(AtWorker(config->slot->index), config);
}

TEST_F(PublisherTest, AnswerThatComesLateDoesNotBringARemovedClusterBack) {
  const auto config = Cluster(envoy::config::cluster::v3::Cluster::STRICT_DNS);
  publisher.PublishCluster("c", config, nullptr);
  publisher.RemoveCluster("c");
  RunMain();
  EXPECT_EQ(AtWorker(config->slot->index), nullptr);
}

TEST_F(PublisherTest, AnswerThatComesLateDoesNotUndoTheClusterThatCameInstead) {
  publisher.PublishCluster("c", Cluster(envoy::config::cluster::v3::Cluster::STRICT_DNS), nullptr);
  const auto config = Cluster(envoy::config::cluster::v3::Cluster::STATIC);
  publisher.PublishCluster("c", config, config->static_endpoints);
  RunMain();
  EXPECT_EQ(AtWorker(config->slot->index), config);
}

}  // namespace
}  // namespace fairlead::server
