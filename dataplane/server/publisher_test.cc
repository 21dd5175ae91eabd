#include "dataplane/server/publisher.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/synchronization/notification.h"
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

// A client's connection, blocking.
class Client {
 public:
  explicit Client(const net::Address& address) : fd_(socket(address.family(), SOCK_STREAM, 0)) {
    EXPECT_EQ(connect(fd_, address.sockaddr_ptr(), address.sockaddr_size()), 0);
  }
  ~Client() { close(fd_); }
  // The head of the answer to a request that no route matches; empty if there is none.
  std::string Ask() {
    const std::string_view request = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    EXPECT_EQ(send(fd_, request.data(), request.size(), MSG_NOSIGNAL), ssize_t(request.size()));
    return Read();
  }
  // What comes next; empty at the end of the connection.
  std::string Read() {
    char bytes[4096];
    const ssize_t size = recv(fd_, bytes, sizeof(bytes), 0);
    return size <= 0 ? "" : std::string(bytes, static_cast<size_t>(size));
  }

 private:
  const int fd_;
};

class PublishListenerTest : public PublisherTest {
 protected:
  PublishListenerTest() { workers[0]->Start(); }
  ~PublishListenerTest() override { workers[0]->StopAndJoin(); }

  void Publish(const std::string& server_name, const net::Address& address) {
    auto hcm = std::make_shared<http::HcmConfig>();
    hcm->server_name = server_name;
    hcm->route_config_name = server_name;
    hcm->stat_prefix = server_name;
    auto config = std::make_shared<listener::ListenerConfig>();
    config->name = "l";
    config->address = address;
    config->hcm = std::move(hcm);
    publisher.PublishListener("l", std::move(config));
    AwaitWorker();
  }
  void AwaitWorker() {
    absl::Notification done;
    workers[0]->PostTo([&done](http::Worker&) { done.Notify(); });
    done.WaitForNotification();
  }

  const net::Address any_port = *net::Address::Parse("127.0.0.1", 0);
};

TEST_F(PublishListenerTest, UpdateThatKeepsTheAddressKeepsSocketAndConnections) {
  Publish("one", any_port);
  const Publisher::ListenerState before = publisher.Listeners().at(0);
  Client client(before.address);
  EXPECT_NE(client.Ask().find("server: one"), std::string::npos);
  Publish("two", any_port);
  const Publisher::ListenerState after = publisher.Listeners().at(0);
  EXPECT_EQ(after.address, before.address);
  EXPECT_EQ(after.open, 1);
  const std::string answer = client.Ask();
  EXPECT_NE(answer.find("server: two"), std::string::npos) << answer;
  EXPECT_EQ(answer.find("connection: close"), std::string::npos) << answer;
}

TEST_F(PublishListenerTest, ChangedAddressOpensTheNewAndDrainsTheOld) {
  Publish("one", any_port);
  const net::Address before = publisher.Listeners().at(0).address;
  Client client(before);
  EXPECT_NE(client.Ask(), "");
  Publish("two", *net::Address::Parse("127.0.0.2", 0));
  EXPECT_EQ(client.Read(), "");
  Client other(publisher.Listeners().at(0).address);
  EXPECT_NE(other.Ask().find("server: two"), std::string::npos);
}

TEST_F(PublishListenerTest, AddressThatCannotBeHadLeavesTheListenerThatIsThere) {
  Publish("one", any_port);
  Client client(publisher.Listeners().at(0).address);
  // No address of this machine (RFC 5737).
  Publish("two", *net::Address::Parse("192.0.2.1", 1));
  EXPECT_NE(publisher.Listeners().at(0).error, "");
  EXPECT_NE(client.Ask().find("server: one"), std::string::npos);
}

TEST_F(PublishListenerTest, RemovedListenerDrains) {
  Publish("one", any_port);
  Client client(publisher.Listeners().at(0).address);
  EXPECT_NE(client.Ask(), "");
  publisher.RemoveListener("l");
  EXPECT_EQ(client.Read(), "");
  EXPECT_TRUE(publisher.Listeners().empty());
}

}  // namespace
}  // namespace fairlead::server
