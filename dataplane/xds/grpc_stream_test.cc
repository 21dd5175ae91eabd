// GrpcStream against a real gRPC server in this process. The stream's clock is a test's hands, so
// that nothing is retried before the test says so.

#include "dataplane/xds/grpc_stream.h"

#include <chrono>
#include <functional>

#include "dataplane/event/epoll_loop.h"
#include "dataplane/xds/client_test_support.h"
#include "dataplane/xds/fake_ads_server.h"
#include "dataplane/xds/resource_type.h"
#include "gmock/gmock.h"

namespace fairlead::xds {
namespace {

using envoy::service::discovery::v3::DeltaDiscoveryRequest;
using envoy::service::discovery::v3::DeltaDiscoveryResponse;
using envoy::service::discovery::v3::DiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryResponse;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class GrpcStreamTest : public testing::Test {
 protected:
  std::unique_ptr<GrpcStream> Stream(const std::string& uri, bool is_delta = false) {
    GrpcStream::Options options;
    options.target.uris = {uri};
    options.target.metadata = {{"authorization", "Bearer secret"}};
    options.method = std::string(is_delta ? kDeltaAdsMethod : kAdsMethod);
    options.is_delta = is_delta;
    options.client.node = TestNode();
    auto stream = std::make_unique<GrpcStream>(std::move(options), handler_, loop_);
    stream->SetInterest(ResourceType::kCluster, {.is_wildcard = true, .names = {}});
    return stream;
  }
  // Turns the loop until the condition holds, for some seconds at most.
  bool RunUntil(const std::function<bool()>& condition) {
    for (int i = 0; i < 4000; ++i) {
      if (condition()) return true;
      loop_.RunOnce(milliseconds(5));
    }
    return false;
  }
  template <typename Streams, typename Request>
  bool Next(Streams& streams, Request& request) {
    return RunUntil([&] { return streams.Take(request); });
  }
  static DiscoveryResponse Clusters(const std::string& version, const std::string& nonce,
                                    const std::string& name) {
    DiscoveryResponse response;
    response.set_type_url(std::string(TypeUrl(ResourceType::kCluster)));
    response.set_version_info(version);
    response.set_nonce(nonce);
    response.mutable_control_plane()->set_identifier("fake");
    response.add_resources()->PackFrom(ClusterNamed(name));
    return response;
  }
  static int FreePort() { return FakeAdsServer().port(); }

  event::ManualTime time_;
  event::EpollLoop loop_{time_, /*seed=*/1};
  FakeHandler handler_;
};

TEST_F(GrpcStreamTest, TalksStateOfTheWorld) {
  FakeAdsServer server;
  auto stream = Stream(server.uri());
  stream->Start();
  DiscoveryRequest request;
  ASSERT_TRUE(Next(server.sotw, request));
  EXPECT_EQ(request.node().id(), "proxy-1");
  EXPECT_EQ(server.sotw.token(), "Bearer secret");
  ASSERT_TRUE(server.sotw.Send(Clusters("v1", "n1", "a")));
  ASSERT_TRUE(Next(server.sotw, request));
  EXPECT_EQ(request.version_info(), "v1");
  EXPECT_EQ(request.response_nonce(), "n1");
  EXPECT_THAT(handler_.LastNames(), ElementsAre("a"));
  EXPECT_TRUE(stream->stats().is_connected);
  EXPECT_EQ(stream->stats().client.identifier, "fake");
  handler_.refused.insert("b");
  ASSERT_TRUE(server.sotw.Send(Clusters("v2", "n2", "b")));
  ASSERT_TRUE(Next(server.sotw, request));
  EXPECT_EQ(request.version_info(), "v1");
  EXPECT_EQ(request.error_detail().message(), "'b' is bad");
}

TEST_F(GrpcStreamTest, StreamThatServedIsOpenedAgainAtOnce) {
  FakeAdsServer server;
  auto stream = Stream(server.uri());
  stream->Start();
  DiscoveryRequest request;
  ASSERT_TRUE(Next(server.sotw, request));
  ASSERT_TRUE(server.sotw.Send(Clusters("v1", "n1", "a")));
  ASSERT_TRUE(Next(server.sotw, request));
  server.sotw.Close();
  // The clock stands still: no time passes before the new stream.
  ASSERT_TRUE(Next(server.sotw, request));
  EXPECT_EQ(server.sotw.opened(), 2);
  EXPECT_EQ(request.node().id(), "proxy-1");
  EXPECT_EQ(request.version_info(), "v1");
  EXPECT_EQ(request.response_nonce(), "");
  EXPECT_EQ(handler_.failures, 0);
  EXPECT_EQ(stream->stats().streams_failed, 0u);
}

TEST_F(GrpcStreamTest, ServerThatServesAndEndsAllTheTimeIsNotHammered) {
  FakeAdsServer server;
  auto stream = Stream(server.uri());
  stream->Start();
  DiscoveryRequest request;
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(Next(server.sotw, request));
    ASSERT_TRUE(server.sotw.Send(Clusters("v1", "n1", "a")));
    ASSERT_TRUE(Next(server.sotw, request));
    server.sotw.Close();
  }
  ASSERT_TRUE(RunUntil([&] { return !stream->stats().is_connected; }));
  for (int i = 0; i < 20; ++i) loop_.RunOnce(milliseconds(1));
  EXPECT_EQ(stream->stats().streams_opened, 4u);
  time_.Advance(milliseconds(500));
  ASSERT_TRUE(Next(server.sotw, request));
}

TEST_F(GrpcStreamTest, TalksDeltaAndTellsVersionsAgain) {
  FakeAdsServer server;
  auto stream = Stream(server.uri(), /*is_delta=*/true);
  stream->Start();
  DeltaDiscoveryRequest request;
  ASSERT_TRUE(Next(server.delta, request));
  EXPECT_EQ(request.node().id(), "proxy-1");
  DeltaDiscoveryResponse response;
  response.set_type_url(std::string(TypeUrl(ResourceType::kCluster)));
  response.set_nonce("n1");
  auto* resource = response.add_resources();
  resource->set_name("a");
  resource->set_version("7");
  resource->mutable_resource()->PackFrom(ClusterNamed("a"));
  ASSERT_TRUE(server.delta.Send(response));
  ASSERT_TRUE(Next(server.delta, request));
  EXPECT_EQ(request.response_nonce(), "n1");
  server.delta.Close();
  ASSERT_TRUE(Next(server.delta, request));
  EXPECT_EQ(request.initial_resource_versions().at("a"), "7");
}

TEST_F(GrpcStreamTest, UnreachableServerIsTriedAgainLaterAndLater) {
  auto stream = Stream(StrCat("ipv4:127.0.0.1:", FreePort()));
  stream->Start();
  std::vector<event::Duration> bounds = {milliseconds(500), seconds(1),  seconds(2),  seconds(4),
                                         seconds(8),        seconds(16), seconds(30), seconds(30)};
  uint64_t attempts = 0;
  for (const event::Duration bound : bounds) {
    ++attempts;
    ASSERT_TRUE(RunUntil([&] { return stream->stats().streams_failed == attempts; }));
    EXPECT_EQ(stream->stats().streams_opened, attempts);
    time_.Advance(bound);
    ASSERT_TRUE(RunUntil([&] { return stream->stats().streams_opened == attempts + 1; }));
  }
  EXPECT_GE(handler_.failures, 8);
  EXPECT_FALSE(stream->stats().is_connected);
  EXPECT_THAT(stream->stats().last_error, HasSubstr("status 14"));
}

TEST_F(GrpcStreamTest, WaitBetweenAttemptsIsConfigurable) {
  GrpcStream::Options options;
  options.target.uris = {StrCat("ipv4:127.0.0.1:", FreePort())};
  options.target.backoff_base = seconds(2);
  options.target.backoff_max = seconds(3);
  options.method = std::string(kAdsMethod);
  options.client.node = TestNode();
  GrpcStream stream(std::move(options), handler_, loop_);
  stream.Start();
  uint64_t attempts = 0;
  for (const event::Duration bound : {seconds(2), seconds(3), seconds(3)}) {
    ++attempts;
    ASSERT_TRUE(RunUntil([&] { return stream.stats().streams_failed == attempts; }));
    time_.Advance(bound);
    ASSERT_TRUE(RunUntil([&] { return stream.stats().streams_opened == attempts + 1; }));
  }
}

TEST_F(GrpcStreamTest, ServerThatAppearsLaterIsFound) {
  const int port = FreePort();
  auto stream = Stream(StrCat("ipv4:127.0.0.1:", port));
  stream->Start();
  ASSERT_TRUE(RunUntil([&] { return stream->stats().streams_failed == 1; }));
  FakeAdsServer server(port);
  ASSERT_EQ(server.port(), port);
  time_.Advance(seconds(1));
  DiscoveryRequest request;
  ASSERT_TRUE(Next(server.sotw, request));
  EXPECT_EQ(request.node().id(), "proxy-1");
}

TEST_F(GrpcStreamTest, EndsCleanlyInEveryState) {
  FakeAdsServer server;
  {
    auto never_started = Stream(server.uri());
  }
  {
    auto opening = Stream(server.uri());
    opening->Start();
  }
  {
    auto open = Stream(server.uri());
    open->Start();
    DiscoveryRequest request;
    ASSERT_TRUE(Next(server.sotw, request));
  }
  for (int i = 0; i < 20; ++i) loop_.RunOnce(milliseconds(1));
}

}  // namespace
}  // namespace fairlead::xds
