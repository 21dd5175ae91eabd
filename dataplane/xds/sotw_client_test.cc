#include "dataplane/xds/sotw_client.h"

#include <chrono>

#include "dataplane/xds/client_test_support.h"
#include "gmock/gmock.h"

namespace fairlead::xds {
namespace {

using envoy::service::discovery::v3::DiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryResponse;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SotwClientTest : public testing::Test {
 protected:
  DiscoveryResponse Response(ResourceType type, const std::string& version,
                             const std::string& nonce) {
    DiscoveryResponse response;
    response.set_type_url(std::string(TypeUrl(type)));
    response.set_version_info(version);
    response.set_nonce(nonce);
    return response;
  }
  DiscoveryResponse Clusters(const std::string& version, const std::string& nonce,
                             const std::vector<std::string>& names) {
    DiscoveryResponse response = Response(ResourceType::kCluster, version, nonce);
    for (const std::string& name : names) response.add_resources()->PackFrom(ClusterNamed(name));
    return response;
  }
  DiscoveryResponse Endpoints(const std::string& version, const std::string& nonce,
                              const std::vector<std::string>& names) {
    DiscoveryResponse response = Response(ResourceType::kEndpoint, version, nonce);
    for (const std::string& name : names) response.add_resources()->PackFrom(AssignmentNamed(name));
    return response;
  }
  void Receive(const DiscoveryResponse& response) {
    EXPECT_TRUE(client_.OnMessage(response.SerializeAsString()));
  }
  void Advance(event::Duration by) {
    time_.Advance(by);
    wheel_.Advance(time_.Monotonic());
  }
  void Want(ResourceType type, std::set<std::string, std::less<>> names) {
    client_.SetInterest(type, {.is_wildcard = false, .names = std::move(names)});
  }
  void WantAll(ResourceType type) { client_.SetInterest(type, {.is_wildcard = true, .names = {}}); }

  event::ManualTime time_;
  event::TimerWheel wheel_{time_.Monotonic()};
  FakeTransport<DiscoveryRequest> transport_;
  FakeHandler handler_;
  SotwClient client_{{.node = TestNode(), .rate_limit = {}}, transport_, handler_, wheel_};
};

TEST_F(SotwClientTest, FirstRequestHasTheNodeAndLaterOnesDoNot) {
  WantAll(ResourceType::kCluster);
  WantAll(ResourceType::kListener);
  EXPECT_THAT(transport_.requests, IsEmpty());
  client_.OnConnected();
  const DiscoveryRequest first = transport_.Next();
  EXPECT_EQ(first.node().id(), "proxy-1");
  EXPECT_EQ(first.type_url(), TypeUrl(ResourceType::kCluster));
  EXPECT_EQ(first.version_info(), "");
  EXPECT_EQ(first.response_nonce(), "");
  EXPECT_EQ(first.resource_names_size(), 0);
  const DiscoveryRequest second = transport_.Next();
  EXPECT_FALSE(second.has_node());
  EXPECT_EQ(second.type_url(), TypeUrl(ResourceType::kListener));
}

TEST_F(SotwClientTest, GoodResponseIsAcknowledged) {
  WantAll(ResourceType::kCluster);
  client_.OnConnected();
  transport_.Next();
  Receive(Clusters("v1", "n1", {"a", "b"}));
  EXPECT_THAT(handler_.LastNames(), ElementsAre("a", "b"));
  EXPECT_TRUE(handler_.updates.back().is_whole_state);
  const DiscoveryRequest ack = transport_.Next();
  EXPECT_EQ(ack.version_info(), "v1");
  EXPECT_EQ(ack.response_nonce(), "n1");
  EXPECT_FALSE(ack.has_error_detail());
  EXPECT_THAT(transport_.requests, IsEmpty());
}

TEST_F(SotwClientTest, EmptyWildcardResponseIsAnUpdateToo) {
  WantAll(ResourceType::kCluster);
  client_.OnConnected();
  transport_.Next();
  Receive(Clusters("v0", "n1", {}));
  ASSERT_EQ(handler_.updates.size(), 1u);
  EXPECT_TRUE(handler_.updates[0].is_whole_state);
  EXPECT_EQ(transport_.Next().version_info(), "v0");
}

TEST_F(SotwClientTest, NackKeepsTheVersionAndNamesTheBadResource) {
  WantAll(ResourceType::kCluster);
  client_.OnConnected();
  Receive(Clusters("v1", "n1", {"a"}));
  transport_.requests.clear();
  handler_.refused.insert("b");
  Receive(Clusters("v2", "n2", {"a", "b"}));
  const DiscoveryRequest nack = transport_.Next();
  EXPECT_EQ(nack.version_info(), "v1");
  EXPECT_EQ(nack.response_nonce(), "n2");
  EXPECT_EQ(nack.error_detail().code(), 3);
  EXPECT_EQ(nack.error_detail().message(), "'b' is bad\nThe rest of the response (1) is applied.");
  // The error belongs to that response only.
  WantAll(ResourceType::kListener);
  Receive(Clusters("v3", "n3", {"a"}));
  transport_.Next();
  const DiscoveryRequest ack = transport_.Next();
  EXPECT_EQ(ack.version_info(), "v3");
  EXPECT_FALSE(ack.has_error_detail());
}

TEST_F(SotwClientTest, DuplicatesAreRefusedAndTheOthersApply) {
  WantAll(ResourceType::kCluster);
  client_.OnConnected();
  transport_.Next();
  Receive(Clusters("v1", "n1", {"a", "b", "a"}));
  EXPECT_THAT(handler_.LastNames(), ElementsAre("b"));
  EXPECT_THAT(handler_.updates.back().kept, ElementsAre("a"));
  EXPECT_EQ(transport_.Next().error_detail().message(),
            "cluster 'a': is in the response 2 times\nThe rest of the response (1) is applied.");
}

TEST_F(SotwClientTest, ResourceOfAnotherTypeAndMalformedOnesAreRefused) {
  WantAll(ResourceType::kCluster);
  client_.OnConnected();
  transport_.Next();
  DiscoveryResponse response = Clusters("v1", "n1", {"a"});
  response.add_resources()->PackFrom(AssignmentNamed("x"));
  auto* malformed = response.add_resources();
  malformed->set_type_url(std::string(TypeUrl(ResourceType::kCluster)));
  malformed->set_value("\x0a\xff");
  Receive(response);
  EXPECT_THAT(handler_.LastNames(), ElementsAre("a"));
  // What could not be read may be anything: nothing is taken to be gone.
  EXPECT_FALSE(handler_.updates.back().is_whole_state);
  const std::string error = transport_.Next().error_detail().message();
  EXPECT_THAT(error, HasSubstr("cluster in resources[1]: is a 'type.googleapis.com/envoy.config."
                               "endpoint.v3.ClusterLoadAssignment', a 'type.googleapis.com/envoy."
                               "config.cluster.v3.Cluster' is wanted"));
  EXPECT_THAT(error, HasSubstr("cluster in resources[2]: is not well-formed"));
}

TEST_F(SotwClientTest, WrappedResourcesAreUnwrapped) {
  WantAll(ResourceType::kCluster);
  client_.OnConnected();
  envoy::service::discovery::v3::Resource wrapper;
  wrapper.set_name("a");
  wrapper.set_version("r1");
  wrapper.mutable_resource()->PackFrom(ClusterNamed("a"));
  DiscoveryResponse response = Response(ResourceType::kCluster, "v1", "n1");
  response.add_resources()->PackFrom(wrapper);
  Receive(response);
  EXPECT_THAT(handler_.LastNames(), ElementsAre("a"));
  EXPECT_EQ(handler_.updates.back().resources[0].version, "r1");
}

TEST_F(SotwClientTest, NamesAreTheWholeListAndUnaskedResourcesAreIgnored) {
  client_.OnConnected();
  Want(ResourceType::kEndpoint, {"a", "b"});
  EXPECT_THAT(transport_.Next().resource_names(), ElementsAre("a", "b"));
  Receive(Endpoints("v1", "n1", {"b", "unasked", "a"}));
  EXPECT_THAT(handler_.LastNames(), ElementsAre("b", "a"));
  EXPECT_FALSE(handler_.updates.back().is_whole_state);
  EXPECT_FALSE(transport_.Next().has_error_detail());
  Want(ResourceType::kEndpoint, {"b"});
  const DiscoveryRequest fewer = transport_.Next();
  EXPECT_THAT(fewer.resource_names(), ElementsAre("b"));
  EXPECT_EQ(fewer.version_info(), "v1");
  EXPECT_EQ(fewer.response_nonce(), "n1");
  Want(ResourceType::kEndpoint, {});
  EXPECT_EQ(transport_.Next().resource_names_size(), 0);
}

TEST_F(SotwClientTest, NothingWantedIsNeverSaidAsAnEmptyFirstList) {
  Want(ResourceType::kEndpoint, {"a"});
  Want(ResourceType::kEndpoint, {});
  client_.OnConnected();
  EXPECT_THAT(transport_.requests, IsEmpty());
  Want(ResourceType::kEndpoint, {"a"});
  transport_.Next();
  Want(ResourceType::kEndpoint, {});
  transport_.Next();
  client_.OnDisconnected("reset");
  client_.OnConnected();
  EXPECT_THAT(transport_.requests, IsEmpty());
}

TEST_F(SotwClientTest, WildcardBesideNamesIsExplicit) {
  client_.SetInterest(ResourceType::kCluster, {.is_wildcard = true, .names = {"x"}});
  client_.OnConnected();
  EXPECT_THAT(transport_.Next().resource_names(), ElementsAre("x", "*"));
  WantAll(ResourceType::kCluster);
  EXPECT_THAT(transport_.Next().resource_names(), ElementsAre("*"));
}

TEST_F(SotwClientTest, ReconnectTellsTheLastVersionsWithoutNonces) {
  WantAll(ResourceType::kCluster);
  Want(ResourceType::kEndpoint, {"a"});
  client_.OnConnected();
  Receive(Clusters("c1", "n1", {"a"}));
  Receive(Endpoints("e1", "n2", {"a"}));
  handler_.refused.insert("a");
  Receive(Clusters("c2", "n3", {"a"}));
  client_.OnDisconnected("reset");
  EXPECT_EQ(handler_.failures, 2);  // Of the two types subscribed to.
  transport_.requests.clear();
  client_.OnConnected();
  const DiscoveryRequest clusters = transport_.Next();
  EXPECT_EQ(clusters.node().id(), "proxy-1");
  EXPECT_EQ(clusters.version_info(), "c1");
  EXPECT_EQ(clusters.response_nonce(), "");
  EXPECT_FALSE(clusters.has_error_detail());
  const DiscoveryRequest endpoints = transport_.Next();
  EXPECT_EQ(endpoints.version_info(), "e1");
  EXPECT_THAT(endpoints.resource_names(), ElementsAre("a"));
}

TEST_F(SotwClientTest, UnaskedTypesAreCountedAndNotAnswered) {
  client_.OnConnected();
  Receive(Clusters("v1", "n1", {"a"}));
  DiscoveryResponse response;
  response.set_type_url("type.googleapis.com/no.such");
  Receive(response);
  EXPECT_THAT(transport_.requests, IsEmpty());
  EXPECT_THAT(handler_.updates, IsEmpty());
  EXPECT_EQ(client_.stats().unknown_types, 2u);
}

TEST_F(SotwClientTest, BytesThatAreNoResponseEndTheStream) {
  WantAll(ResourceType::kCluster);
  client_.OnConnected();
  EXPECT_FALSE(client_.OnMessage("\xff\xff"));
}

TEST_F(SotwClientTest, GoodResponsesAreNotLimitedUnlessToldSo) {
  WantAll(ResourceType::kCluster);
  client_.OnConnected();
  for (int i = 0; i < 1000; ++i) Receive(Clusters(std::to_string(i), "n", {"a"}));
  EXPECT_EQ(transport_.requests.size(), 1001u);
  EXPECT_TRUE(client_.ReadyForMessages());
}

TEST_F(SotwClientTest, RequestThatWaitedHasTheNewestNonceAndList) {
  SotwClient client({.node = TestNode(), .rate_limit = RateLimit{1, 1}}, transport_, handler_,
                    wheel_);
  client.SetInterest(ResourceType::kEndpoint, {.is_wildcard = false, .names = {"a"}});
  client.OnConnected();
  EXPECT_THAT(transport_.Next().resource_names(), ElementsAre("a"));
  client.OnMessage(Endpoints("v1", "n1", {"a"}).SerializeAsString());
  client.SetInterest(ResourceType::kEndpoint, {.is_wildcard = false, .names = {"a", "b"}});
  EXPECT_THAT(transport_.requests, IsEmpty());
  Advance(seconds(2));
  // One request stands for the ACK and for the change of the subscription.
  const DiscoveryRequest request = transport_.Next();
  EXPECT_EQ(request.response_nonce(), "n1");
  EXPECT_EQ(request.version_info(), "v1");
  EXPECT_THAT(request.resource_names(), ElementsAre("a", "b"));
  EXPECT_THAT(transport_.requests, IsEmpty());
}

TEST_F(SotwClientTest, ResourceThatIsRefusedOnItsOwnStillCountsAsThere) {
  WantAll(ResourceType::kCluster);
  client_.OnConnected();
  DiscoveryResponse response = Clusters("v1", "n1", {"a", "twice", "twice"});
  Receive(response);
  // Else the response, which holds everything there is, would remove it.
  EXPECT_THAT(handler_.updates.back().kept, ElementsAre("twice"));
  EXPECT_TRUE(handler_.updates.back().is_whole_state);
}

TEST_F(SotwClientTest, AServerThatRepeatsABadConfigIsHeldToTheRateLimit) {
  WantAll(ResourceType::kCluster);
  client_.OnConnected();
  handler_.refused.insert("bad");
  int rounds = 0;
  while (client_.ReadyForMessages() && rounds < 1000) {
    Receive(Clusters("v", "n", {"bad"}));
    ++rounds;
  }
  // 100 tokens: the first request needs none, 100 NACKs, and one that has to wait.
  EXPECT_EQ(rounds, 101);
  EXPECT_EQ(transport_.requests.size(), 101u);
  EXPECT_EQ(client_.stats().rate_limit_enforced, 1u);
  EXPECT_EQ(client_.stats().pending_requests, 1u);
  Advance(milliseconds(102));
  EXPECT_EQ(transport_.requests.size(), 102u);
  EXPECT_EQ(transport_.read_ons, 1);
  EXPECT_TRUE(client_.ReadyForMessages());
  Advance(seconds(5));
  for (rounds = 0; client_.ReadyForMessages(); ++rounds) Receive(Clusters("v", "n", {"bad"}));
  EXPECT_EQ(rounds, 51);  // 50 tokens came back; the last NACK waits again.
}

TEST_F(SotwClientTest, NackTextIsBounded) {
  WantAll(ResourceType::kCluster);
  client_.OnConnected();
  std::vector<std::string> names;
  for (int i = 0; i < 10000; ++i) {
    names.push_back("cluster-with-a-name-" + std::to_string(i));
    handler_.refused.insert(names.back());
  }
  transport_.Next();
  Receive(Clusters("v", "n", names));
  const std::string text = transport_.Next().error_detail().message();
  EXPECT_LT(text.size(), 17000u);
  EXPECT_THAT(text, HasSubstr("(cut: "));
}

}  // namespace
}  // namespace fairlead::xds
