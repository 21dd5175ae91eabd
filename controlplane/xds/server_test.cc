// The server over real gRPC on the loopback interface: what the sessions' tests cannot show.

#include "controlplane/xds/server.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <atomic>
#include <thread>

#include "controlplane/xds/ads_stream.h"
#include "controlplane/xds/session_test_support.h"
#include "fairlead/v1/resource_status.grpc.pb.h"

namespace fairlead::control::xds {
namespace {

using envoy::service::discovery::v3::DeltaDiscoveryRequest;
using envoy::service::discovery::v3::DeltaDiscoveryResponse;
using envoy::service::discovery::v3::DiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryResponse;

constexpr char kSotwPath[] =
    "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources";
constexpr char kDeltaPath[] =
    "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";
// Only ever reached by a test that fails.
constexpr std::chrono::seconds kDeadline(20);

struct ServerFixture {
  explicit ServerFixture(XdsServerOptions options = {}) {
    options.wall_clock = [] { return absl::FromUnixSeconds(1'000'000); };
    options.monotonic_clock = [this] {
      return std::chrono::steady_clock::time_point(std::chrono::milliseconds(now_ms.load()));
    };
    xds.emplace(options);
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    XdsServer::ConfigureBuilder(builder, xds->options());
    builder.RegisterService(xds->ads_service());
    builder.RegisterService(xds->status_service());
    server = builder.BuildAndStart();
    address = absl::StrCat("127.0.0.1:", port);
  }
  ~ServerFixture() {
    xds->Shutdown();
    server->Shutdown();
  }

  std::atomic<std::int64_t> now_ms = 0;
  std::optional<XdsServer> xds;
  std::unique_ptr<grpc::Server> server;
  std::string address;
};

// A client's end of one stream, with blocking calls that are bounded by kDeadline.
template <typename Request, typename Response>
class Stream {
 public:
  Stream(const std::string& address, const std::string& path) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    channel_ = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
    context_.set_deadline(std::chrono::system_clock::now() + kDeadline);
    stream_ = grpc::GenericStub(channel_).PrepareCall(&context_, path, &queue_);
    stream_->StartCall(nullptr);
    Wait();
  }
  ~Stream() {
    context_.TryCancel();
    if (!is_finished_) Finish();
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }

  bool Send(Request request) {
    if (!std::exchange(is_introduced_, true)) {
      request.mutable_node()->set_id("node-1");
      request.mutable_node()->set_cluster("edge");
      request.mutable_node()->set_user_agent_name("envoy");
      request.mutable_node()
          ->mutable_user_agent_build_version()
          ->mutable_version()
          ->set_major_number(1);
    }
    return SendBytes(request.SerializeAsString());
  }
  bool SendBytes(const std::string& text) {
    const grpc::Slice slice(text);
    stream_->Write(grpc::ByteBuffer(&slice, 1), nullptr);
    return Wait();
  }
  std::optional<Response> Receive() {
    grpc::ByteBuffer bytes;
    stream_->Read(&bytes, nullptr);
    if (!Wait()) return std::nullopt;
    Response response;
    grpc::ProtoBufferReader reader(&bytes);
    EXPECT_TRUE(response.ParseFromZeroCopyStream(&reader));
    return response;
  }
  grpc::ClientContext& context() { return context_; }
  grpc::Status Finish() {
    is_finished_ = true;
    grpc::Status status;
    stream_->Finish(&status, nullptr);
    Wait();
    return status;
  }

 private:
  bool Wait() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  std::shared_ptr<grpc::Channel> channel_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  bool is_introduced_ = false;
  bool is_finished_ = false;
};

using SotwStream = Stream<DiscoveryRequest, DiscoveryResponse>;
using DeltaStream = Stream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>;

template <typename Request>
Request For(std::string_view type_url, const std::string& nonce = "") {
  Request request;
  request.set_type_url(std::string(type_url));
  request.set_response_nonce(nonce);
  return request;
}

// Polls until the condition holds; false after kDeadline.
template <typename Condition>
bool Eventually(Condition condition) {
  const auto until = std::chrono::steady_clock::now() + kDeadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

TEST(XdsServerTest, ServesAnUpdateStateOfTheWorld) {
  ServerFixture fixture;
  fixture.xds->Publish(World().Cluster("a").Revision(1).Build());
  SotwStream stream(fixture.address, kSotwPath);
  ASSERT_TRUE(stream.Send(For<DiscoveryRequest>(kClusterType)));
  const auto first = stream.Receive();
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(SotwClient::Tell(*first), "CDS a");
  EXPECT_EQ(first->control_plane().identifier(), "fairlead-control");
  fixture.xds->Publish(World().Cluster("a").Cluster("b").Revision(2).Build());
  ASSERT_TRUE(stream.Send(For<DiscoveryRequest>(kClusterType, first->nonce())));
  const auto second = stream.Receive();
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(SotwClient::Tell(*second), "CDS a b");
}

TEST(XdsServerTest, ServesAnUpdateDelta) {
  ServerFixture fixture;
  fixture.xds->Publish(World().Listener("x").Build());
  DeltaStream stream(fixture.address, kDeltaPath);
  ASSERT_TRUE(stream.Send(For<DeltaDiscoveryRequest>(kListenerType)));
  const auto first = stream.Receive();
  EXPECT_EQ(DeltaClient::Tell(*first), "LDS x");
  ASSERT_TRUE(stream.Send(For<DeltaDiscoveryRequest>(kListenerType, first->nonce())));
  fixture.xds->Publish(World().Listener("y").Build());
  EXPECT_EQ(DeltaClient::Tell(*stream.Receive()), "LDS y -x");
}

TEST(XdsServerTest, AnswersOnlyAfterTheFirstPublish) {  // 11
  ServerFixture fixture;
  SotwStream stream(fixture.address, kSotwPath);
  ASSERT_TRUE(stream.Send(For<DiscoveryRequest>(kClusterType)));
  ASSERT_TRUE(Eventually([&] { return fixture.xds->Proxies().size() == 1; }));
  EXPECT_EQ(fixture.xds->Proxies()[0].types[0].version_sent, "");
  fixture.xds->Publish(World().Cluster("a").Build());
  EXPECT_EQ(SotwClient::Tell(*stream.Receive()), "CDS a");
}

TEST(XdsServerTest, PerTypeStreamsAreServedToo) {  // 21
  ServerFixture fixture;
  fixture.xds->Publish(World().Cluster("a").Endpoints("a").Listener("x").Routes("r").Build());
  for (const StreamMethod& method : kStreamMethods) {
    SCOPED_TRACE(method.path);
    const std::string type_url(method.type_url.empty() ? kClusterType : method.type_url);
    const std::string name = type_url == kRouteType ? "r" : "a";
    const bool is_named = !TraitsOf(type_url).empty_means_all;
    if (method.variant == Variant::kDelta) {
      DeltaStream stream(fixture.address, method.path);
      auto request = For<DeltaDiscoveryRequest>(type_url);
      if (is_named) request.add_resource_names_subscribe(name);
      ASSERT_TRUE(stream.Send(request));
      EXPECT_TRUE(stream.Receive().has_value());
    } else if (type_url != kSecretType) {
      SotwStream stream(fixture.address, method.path);
      auto request = For<DiscoveryRequest>(type_url);
      if (is_named) request.add_resource_names(name);
      ASSERT_TRUE(stream.Send(request));
      EXPECT_TRUE(stream.Receive().has_value());
    }
  }
}

TEST(XdsServerTest, TellsWhoIsConnectedAndWhatWasAccepted) {
  ServerFixture fixture;
  fixture.xds->Publish(World().Cluster("a").Revision(5).Build());
  {
    SotwStream stream(fixture.address, kSotwPath);
    ASSERT_TRUE(stream.Send(For<DiscoveryRequest>(kClusterType)));
    const auto first = stream.Receive();
    ASSERT_TRUE(stream.Send(For<DiscoveryRequest>(kClusterType, first->nonce())));
    ASSERT_TRUE(Eventually([&] { return fixture.xds->Proxies()[0].revision_acknowledged == 5; }));
    const fleet::ProxyStatus proxy = fixture.xds->Proxies()[0];
    EXPECT_EQ(proxy.node_id, "node-1");
    EXPECT_EQ(proxy.cluster, "edge");
    EXPECT_EQ(proxy.user_agent, "envoy 1.0.0");
    EXPECT_TRUE(proxy.address.starts_with("127.0.0.1:")) << proxy.address;
    EXPECT_EQ(proxy.connected_since, absl::FromUnixSeconds(1'000'000));
    ASSERT_EQ(proxy.types.size(), 1u);
    EXPECT_EQ(proxy.types[0].version_acknowledged, first->version_info());

    fixture.xds->Publish(World().Cluster("a", 2).Revision(6).Build());
    const auto second = stream.Receive();
    auto rejection = For<DiscoveryRequest>(kClusterType, second->nonce());
    rejection.mutable_error_detail()->set_message("no such policy");
    ASSERT_TRUE(stream.Send(rejection));
    ASSERT_TRUE(Eventually([&] { return fixture.xds->Proxies()[0].types[0].nacks == 1; }));
    const fleet::TypeStatus type = fixture.xds->Proxies()[0].types[0];
    EXPECT_EQ(type.last_nack, "no such policy");
    EXPECT_EQ(type.last_nack_time, absl::FromUnixSeconds(1'000'000));
    EXPECT_EQ(type.version_acknowledged, first->version_info());
    EXPECT_EQ(type.version_sent, second->version_info());
    EXPECT_EQ(fixture.xds->Proxies()[0].revision_acknowledged, 5);
  }
  EXPECT_TRUE(Eventually([&] { return fixture.xds->Proxies().empty(); }));
}

TEST(XdsServerTest, ReportsOnResourcesAreOfferedTakenAndEndedWithTheServer) {
  ServerFixture fixture;
  fixture.xds->Publish(World().Cluster("a").Revision(5).Build());
  const auto channel = grpc::CreateChannel(fixture.address, grpc::InsecureChannelCredentials());
  SotwStream stream(fixture.address, kSotwPath);
  ASSERT_TRUE(stream.Send(For<DiscoveryRequest>(kClusterType)));
  ASSERT_TRUE(stream.Receive().has_value());
  EXPECT_EQ(stream.context().GetServerInitialMetadata().count("fairlead-resource-status"), 1u);
  EXPECT_EQ(fixture.xds->Proxies()[0].resources, nullptr);

  const auto stub = fairlead::v1::ResourceStatusReports::NewStub(channel);
  grpc::ClientContext context;
  const auto call = stub->Report(&context);
  fairlead::v1::ResourceStatusReport report;
  report.set_node_id("node-1");
  auto& resource = *report.add_changed();
  resource.set_name("a");
  resource.set_error("no such policy");
  ASSERT_TRUE(call->Write(report));
  fairlead::v1::ResourceStatusAnswer answer;
  ASSERT_TRUE(call->Read(&answer));
  const auto kept = fixture.xds->Proxies()[0].resources;
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->not_live(0).error(), "no such policy");

  fixture.xds->Shutdown();
  EXPECT_FALSE(call->Read(&answer));
  EXPECT_EQ(call->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(XdsServerTest, ASlowStreamHoldsUpNobodyAndSkipsToTheNewest) {  // 10
  ServerFixture fixture;
  World world;
  const auto publish = [&fixture](int content) {
    Snapshot snapshot;
    envoy::config::listener::v3::Listener listener;
    listener.set_name("x");
    // More than the client's flow-control window takes while it does not read.
    listener.set_stat_prefix(std::string(4 << 20, 'a' + content % 26));
    listener.mutable_per_connection_buffer_limit_bytes()->set_value(content);
    snapshot.Add(kListenerType, "x", listener);
    fixture.xds->Publish(std::make_shared<Snapshot>(snapshot));
  };
  publish(0);
  SotwStream slow(fixture.address, kSotwPath);
  ASSERT_TRUE(slow.Send(For<DiscoveryRequest>(kListenerType)));
  ASSERT_TRUE(Eventually([&] {
    const auto proxies = fixture.xds->Proxies();
    return proxies.size() == 1 && !proxies[0].types[0].version_sent.empty();
  }));
  DeltaStream quick(fixture.address, kDeltaPath);
  ASSERT_TRUE(quick.Send(For<DeltaDiscoveryRequest>(kListenerType)));
  std::string nonce = quick.Receive()->nonce();
  for (int content = 1; content <= 20; ++content) {
    ASSERT_TRUE(quick.Send(For<DeltaDiscoveryRequest>(kListenerType, nonce)));
    publish(content);
    const auto response = quick.Receive();
    ASSERT_TRUE(response.has_value());
    nonce = response->nonce();
  }
  // The slow one now reads: what was under way, then the newest.
  const auto first = slow.Receive();
  ASSERT_TRUE(first.has_value());
  ASSERT_TRUE(slow.Send(For<DiscoveryRequest>(kListenerType, first->nonce())));
  const auto second = slow.Receive();
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->version_info(), fixture.xds->Published()->TypeVersion(kListenerType));
}

TEST(XdsServerTest, HoldsAChangeForABoundedTime) {
  ServerFixture fixture;
  fixture.xds->Publish(World().Cluster("a").Routes("r").Build());
  DeltaStream stream(fixture.address, kDeltaPath);
  ASSERT_TRUE(stream.Send(For<DeltaDiscoveryRequest>(kClusterType)));
  auto response = stream.Receive();
  ASSERT_TRUE(stream.Send(For<DeltaDiscoveryRequest>(kClusterType, response->nonce())));
  auto request = For<DeltaDiscoveryRequest>(kRouteType);
  request.add_resource_names_subscribe("r");
  ASSERT_TRUE(stream.Send(request));
  response = stream.Receive();
  ASSERT_TRUE(stream.Send(For<DeltaDiscoveryRequest>(kRouteType, response->nonce())));
  fixture.xds->Publish(World().Cluster("a", 2).Routes("r", 2).Build());
  EXPECT_EQ(DeltaClient::Tell(*stream.Receive()), "CDS a");
  // Never acknowledged; the server's clock moves on, from whenever it began to wait.
  std::atomic<bool> is_done = false;
  std::thread clock([&] {
    for (; !is_done; std::this_thread::yield()) fixture.now_ms += 10;
  });
  EXPECT_EQ(DeltaClient::Tell(stream.Receive().value_or(DeltaDiscoveryResponse())), "RDS r");
  is_done = true;
  clock.join();
}

TEST(XdsServerTest, RefusesMoreStreamsThanAllowed) {  // 13
  ServerFixture fixture({.streams_max = 1});
  fixture.xds->Publish(World().Build());
  {
    SotwStream first(fixture.address, kSotwPath);
    ASSERT_TRUE(first.Send(For<DiscoveryRequest>(kClusterType)));
    ASSERT_TRUE(first.Receive().has_value());
    SotwStream second(fixture.address, kSotwPath);
    EXPECT_FALSE(second.Receive().has_value());
    EXPECT_EQ(second.Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  }
  // The place is free again when the first is gone.
  EXPECT_TRUE(Eventually([&] {
    SotwStream third(fixture.address, kSotwPath);
    return third.Send(For<DiscoveryRequest>(kClusterType)) && third.Receive().has_value();
  }));
}

TEST(XdsServerTest, EndsAStreamThatSendsNonsense) {
  ServerFixture fixture;
  fixture.xds->Publish(World().Build());
  SotwStream stream(fixture.address, kSotwPath);
  ASSERT_TRUE(stream.SendBytes("\xff\xff\xff\xff"));
  EXPECT_FALSE(stream.Receive().has_value());
  EXPECT_EQ(stream.Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(XdsServerTest, EndsAStreamWithATooLargeRequest) {
  ServerFixture fixture({.request_bytes_max = 1000});
  fixture.xds->Publish(World().Build());
  SotwStream stream(fixture.address, kSotwPath);
  auto request = For<DiscoveryRequest>(kClusterType);
  for (int i = 0; i < 1000; ++i) request.add_resource_names(absl::StrCat("name-", i));
  stream.Send(request);
  EXPECT_FALSE(stream.Receive().has_value());
  EXPECT_EQ(stream.Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST(XdsServerTest, ShutdownEndsStreamsAlsoSlowOnes) {
  ServerFixture fixture;
  Snapshot snapshot;
  envoy::config::listener::v3::Listener listener;
  listener.set_stat_prefix(std::string(16 << 20, 'a'));
  snapshot.Add(kListenerType, "x", listener);
  fixture.xds->Publish(std::make_shared<Snapshot>(snapshot));
  SotwStream idle(fixture.address, kSotwPath);
  SotwStream slow(fixture.address, kSotwPath);
  ASSERT_TRUE(slow.Send(For<DiscoveryRequest>(kListenerType)));
  ASSERT_TRUE(Eventually([&] { return !fixture.xds->Proxies().empty(); }));
  fixture.xds->Shutdown();
  EXPECT_EQ(idle.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  SotwStream late(fixture.address, kSotwPath);
  EXPECT_EQ(late.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(XdsServerTest, ManyPublishersAndStreamsAtOnce) {
  ServerFixture fixture;
  fixture.xds->Publish(World().Cluster("a").Listener("x").Build());
  std::atomic<bool> is_done = false;
  std::vector<std::thread> threads;
  for (int p = 0; p < 2; ++p) {
    threads.emplace_back([&fixture, &is_done, p] {
      for (int i = 0; !is_done; ++i) {
        fixture.xds->Publish(World().Cluster("a", i * 2 + p).Listener("x", i).Build());
        fixture.xds->Proxies();
      }
    });
  }
  std::vector<std::thread> clients;
  for (int c = 0; c < 4; ++c) {
    clients.emplace_back([&fixture, c] {
      for (int connection = 0; connection < 5; ++connection) {
        DeltaStream stream(fixture.address, kDeltaPath);
        EXPECT_TRUE(stream.Send(For<DeltaDiscoveryRequest>(kClusterType)));
        EXPECT_TRUE(stream.Send(For<DeltaDiscoveryRequest>(kListenerType)));
        for (int i = 0; i < 40; ++i) {
          const auto response = stream.Receive();
          if (!response.has_value()) {
            ADD_FAILURE() << "client " << c << ", response " << i;
            break;
          }
          EXPECT_TRUE(
              stream.Send(For<DeltaDiscoveryRequest>(response->type_url(), response->nonce())));
        }
      }
    });
  }
  for (auto& thread : clients) thread.join();
  is_done = true;
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(Eventually([&] { return fixture.xds->Proxies().empty(); }));
}

TEST(ReadablePeerTest, KeepsWhatAPersonWouldWrite) {
  EXPECT_EQ(ReadablePeer("ipv4:127.0.0.1:80"), "127.0.0.1:80");
  EXPECT_EQ(ReadablePeer("ipv6:%5B::1%5D:80"), "[::1]:80");
  EXPECT_EQ(ReadablePeer("unix:/run/x"), "unix:/run/x");
}

}  // namespace
}  // namespace fairlead::control::xds
