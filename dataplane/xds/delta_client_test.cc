#include "dataplane/xds/delta_client.h"

#include "dataplane/xds/client_test_support.h"
#include "gmock/gmock.h"

namespace fairlead::xds {
namespace {

using envoy::service::discovery::v3::DeltaDiscoveryRequest;
using envoy::service::discovery::v3::DeltaDiscoveryResponse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class DeltaClientTest : public testing::Test {
 protected:
  template <typename Message>
  static void Add(DeltaDiscoveryResponse& response, const std::string& name,
                  const std::string& version, const Message& message) {
    auto* resource = response.add_resources();
    resource->set_name(name);
    resource->set_version(version);
    resource->mutable_resource()->PackFrom(message);
  }
  DeltaDiscoveryResponse Response(ResourceType type, const std::string& nonce) {
    DeltaDiscoveryResponse response;
    response.set_type_url(std::string(TypeUrl(type)));
    response.set_nonce(nonce);
    return response;
  }
  // name -> version
  using Versions = std::vector<std::pair<std::string, std::string>>;
  DeltaDiscoveryResponse Clusters(const std::string& nonce, const Versions& clusters) {
    DeltaDiscoveryResponse response = Response(ResourceType::kCluster, nonce);
    for (const auto& [name, version] : clusters) Add(response, name, version, ClusterNamed(name));
    return response;
  }
  DeltaDiscoveryResponse Endpoints(const std::string& nonce, const Versions& assignments) {
    DeltaDiscoveryResponse response = Response(ResourceType::kEndpoint, nonce);
    for (const auto& [name, version] : assignments) {
      Add(response, name, version, AssignmentNamed(name));
    }
    return response;
  }
  void Receive(const DeltaDiscoveryResponse& response) {
    EXPECT_TRUE(client_.OnMessage(response.SerializeAsString()));
  }
  void Want(ResourceType type, std::set<std::string, std::less<>> names) {
    client_.SetInterest(type, {.is_wildcard = false, .names = std::move(names)});
  }
  void WantAll(ResourceType type) { client_.SetInterest(type, {.is_wildcard = true, .names = {}}); }
  static Versions InitialVersions(const DeltaDiscoveryRequest& request) {
    return {request.initial_resource_versions().begin(), request.initial_resource_versions().end()};
  }

  event::ManualTime time_;
  event::TimerWheel wheel_{time_.Monotonic()};
  FakeTransport<DeltaDiscoveryRequest> transport_;
  FakeHandler handler_;
  DeltaClient client_{{.node = TestNode(), .rate_limit = {}}, transport_, handler_, wheel_};
};

TEST_F(DeltaClientTest, WildcardIsAnEmptyFirstRequestWithTheNode) {
  WantAll(ResourceType::kCluster);
  client_.OnConnected();
  const DeltaDiscoveryRequest first = transport_.Next();
  EXPECT_EQ(first.node().id(), "proxy-1");
  EXPECT_EQ(first.type_url(), TypeUrl(ResourceType::kCluster));
  EXPECT_EQ(first.resource_names_subscribe_size(), 0);
  EXPECT_EQ(first.initial_resource_versions_size(), 0);
  EXPECT_EQ(first.response_nonce(), "");
}

TEST_F(DeltaClientTest, SubscriptionsAreDifferences) {
  client_.OnConnected();
  Want(ResourceType::kEndpoint, {"a", "b"});
  EXPECT_THAT(transport_.Next().resource_names_subscribe(), ElementsAre("a", "b"));
  Want(ResourceType::kEndpoint, {"b", "c"});
  const DeltaDiscoveryRequest change = transport_.Next();
  EXPECT_FALSE(change.has_node());
  EXPECT_THAT(change.resource_names_subscribe(), ElementsAre("c"));
  EXPECT_THAT(change.resource_names_unsubscribe(), ElementsAre("a"));
  EXPECT_EQ(change.response_nonce(), "");
  Want(ResourceType::kEndpoint, {});
  EXPECT_THAT(transport_.Next().resource_names_unsubscribe(), ElementsAre("b", "c"));
}

TEST_F(DeltaClientTest, EachResponseIsAnsweredByItsNonce) {
  WantAll(ResourceType::kCluster);
  client_.OnConnected();
  transport_.Next();
  Receive(Clusters("n1", {{"a", "1"}, {"b", "1"}}));
  EXPECT_THAT(handler_.LastNames(), ElementsAre("a", "b"));
  EXPECT_FALSE(handler_.updates.back().is_whole_state);
  const DeltaDiscoveryRequest ack = transport_.Next();
  EXPECT_EQ(ack.response_nonce(), "n1");
  EXPECT_FALSE(ack.has_error_detail());
  handler_.refused.insert("b");
  Receive(Clusters("n2", {{"b", "2"}}));
  const DeltaDiscoveryRequest nack = transport_.Next();
  EXPECT_EQ(nack.response_nonce(), "n2");
  EXPECT_EQ(nack.error_detail().message(), "'b' is bad");
}

TEST_F(DeltaClientTest, ReconnectTellsVersionsAndRepeatsSubscriptions) {
  WantAll(ResourceType::kCluster);
  Want(ResourceType::kEndpoint, {"a", "b"});
  client_.OnConnected();
  Receive(Clusters("n1", {{"a", "1"}, {"b", "1"}, {"gone", "1"}}));
  Receive(Endpoints("n2", {{"a", "7"}, {"b", "7"}}));
  DeltaDiscoveryResponse removal = Clusters("n3", {});
  removal.add_removed_resources("gone");
  Receive(removal);
  EXPECT_THAT(handler_.updates.back().removed, ElementsAre("gone"));
  handler_.refused.insert("b");
  Receive(Clusters("n4", {{"a", "2"}, {"b", "2"}}));  // b: refused, so 1 is still what is known.
  client_.OnDisconnected("reset");
  transport_.requests.clear();
  client_.OnConnected();
  const DeltaDiscoveryRequest clusters = transport_.Next();
  EXPECT_EQ(clusters.node().id(), "proxy-1");
  EXPECT_EQ(clusters.resource_names_subscribe_size(), 0);
  EXPECT_THAT(InitialVersions(clusters),
              UnorderedElementsAre(std::pair("a", "2"), std::pair("b", "1")));
  const DeltaDiscoveryRequest endpoints = transport_.Next();
  EXPECT_THAT(endpoints.resource_names_subscribe(), ElementsAre("a", "b"));
  EXPECT_THAT(InitialVersions(endpoints),
              UnorderedElementsAre(std::pair("a", "7"), std::pair("b", "7")));
  EXPECT_THAT(transport_.requests, IsEmpty());
}

TEST_F(DeltaClientTest, UnsubscribedResourcesAreForgotten) {
  Want(ResourceType::kEndpoint, {"a", "b"});
  client_.OnConnected();
  Receive(Endpoints("n1", {{"a", "1"}, {"b", "1"}}));
  Want(ResourceType::kEndpoint, {"b"});
  client_.OnDisconnected("reset");
  transport_.requests.clear();
  client_.OnConnected();
  EXPECT_THAT(InitialVersions(transport_.Next()), ElementsAre(std::pair("b", "1")));
}

// Found by delta_fuzz: it sent an empty request.
TEST_F(DeltaClientTest, RefreshOfWhatTheWildcardCoversWaitsForTheNextStream) {
  WantAll(ResourceType::kCluster);
  client_.OnConnected();
  Receive(Clusters("n1", {{"a", "1"}, {"b", "1"}}));
  transport_.requests.clear();
  client_.Refresh(ResourceType::kCluster, {"a"});
  EXPECT_TRUE(transport_.requests.empty());
  client_.OnDisconnected("");
  client_.OnConnected();
  EXPECT_THAT(InitialVersions(transport_.Next()), ElementsAre(std::pair("b", "1")));
}

TEST_F(DeltaClientTest, RefreshSubscribesAgain) {
  Want(ResourceType::kEndpoint, {"a", "b"});
  client_.OnConnected();
  Receive(Endpoints("n1", {{"a", "1"}, {"b", "1"}}));
  transport_.requests.clear();
  client_.Refresh(ResourceType::kEndpoint, {"b", "unknown"});
  const DeltaDiscoveryRequest again = transport_.Next();
  EXPECT_THAT(again.resource_names_subscribe(), ElementsAre("b"));
  EXPECT_EQ(again.resource_names_unsubscribe_size(), 0);
}

// A server that believes the client to have a resource says nothing after a reconnect; what is
// waited for must not be in the versions then.
TEST_F(DeltaClientTest, WhatIsWaitedForIsNotAmongTheInitialVersions) {
  Want(ResourceType::kEndpoint, {"a", "b"});
  client_.OnConnected();
  Receive(Endpoints("n1", {{"a", "1"}, {"b", "1"}}));
  client_.Refresh(ResourceType::kEndpoint, {"b"});
  client_.OnDisconnected("reset");
  transport_.requests.clear();
  client_.OnConnected();
  const DeltaDiscoveryRequest request = transport_.Next();
  EXPECT_THAT(InitialVersions(request), ElementsAre(std::pair("a", "1")));
  EXPECT_THAT(request.resource_names_subscribe(), ElementsAre("a", "b"));
  Receive(Endpoints("n1", {{"b", "1"}}));
  client_.OnDisconnected("reset");
  transport_.requests.clear();
  client_.OnConnected();
  EXPECT_THAT(InitialVersions(transport_.Next()),
              UnorderedElementsAre(std::pair("a", "1"), std::pair("b", "1")));
}

TEST_F(DeltaClientTest, FaultyResourcesAreRefusedAndTheOthersApply) {
  WantAll(ResourceType::kCluster);
  client_.OnConnected();
  transport_.Next();
  DeltaDiscoveryResponse response = Clusters("n1", {{"a", "1"}, {"twice", "1"}, {"twice", "2"}});
  Add(response, "eds", "1", AssignmentNamed("eds"));
  Add(response, "alias", "1", ClusterNamed("other"));
  Add(response, "ttl", "1", ClusterNamed("ttl"));
  response.mutable_resources()->rbegin()->mutable_ttl()->set_seconds(5);
  response.add_resources()->set_name("heartbeat");
  Receive(response);
  EXPECT_THAT(handler_.LastNames(), ElementsAre("a"));
  const std::string error = transport_.Next().error_detail().message();
  EXPECT_THAT(error, HasSubstr("cluster 'twice': is in the response 2 times"));
  EXPECT_THAT(error, HasSubstr("cluster 'eds': is a 'type.googleapis.com/envoy.config.endpoint"));
  EXPECT_THAT(error, HasSubstr("cluster 'alias': holds one that is named 'other'"));
  EXPECT_THAT(error, HasSubstr("cluster 'ttl': has a ttl"));
  client_.OnDisconnected("reset");
  transport_.requests.clear();
  client_.OnConnected();
  EXPECT_THAT(InitialVersions(transport_.Next()), ElementsAre(std::pair("a", "1")));
}

TEST_F(DeltaClientTest, NothingWantedIsNeverSaidAsAnEmptyFirstRequest) {
  Want(ResourceType::kEndpoint, {"a"});
  client_.OnConnected();
  Want(ResourceType::kEndpoint, {});
  client_.OnDisconnected("reset");
  transport_.requests.clear();
  client_.OnConnected();
  EXPECT_THAT(transport_.requests, IsEmpty());
}

TEST_F(DeltaClientTest, WildcardAndNamesAreSaidExplicitly) {
  client_.OnConnected();
  WantAll(ResourceType::kCluster);
  EXPECT_EQ(transport_.Next().resource_names_subscribe_size(), 0);
  client_.SetInterest(ResourceType::kCluster, {.is_wildcard = true, .names = {"x"}});
  EXPECT_THAT(transport_.Next().resource_names_subscribe(), ElementsAre("x"));
  client_.OnDisconnected("reset");
  client_.OnConnected();
  EXPECT_THAT(transport_.Next().resource_names_subscribe(), ElementsAre("x", "*"));
}

TEST_F(DeltaClientTest, ReadingStopsWhileAnswersWait) {
  DeltaClient client({.node = TestNode(), .rate_limit = RateLimit()}, transport_, handler_, wheel_);
  client.SetInterest(ResourceType::kCluster, {.is_wildcard = true, .names = {}});
  client.OnConnected();
  int rounds = 0;
  while (client.ReadyForMessages() && rounds < 1000) {
    client.OnMessage(Clusters("n" + std::to_string(rounds++), {}).SerializeAsString());
  }
  EXPECT_EQ(rounds, 100);
  time_.Advance(std::chrono::milliseconds(105));
  wheel_.Advance(time_.Monotonic());
  EXPECT_EQ(transport_.requests.back().response_nonce(), "n99");
  EXPECT_EQ(transport_.read_ons, 1);
}

TEST_F(DeltaClientTest, RemovedResourcesAreToldAndForgotten) {
  WantAll(ResourceType::kCluster);
  client_.OnConnected();
  Receive(Clusters("n1", {{"a", "1"}, {"b", "1"}}));
  DeltaDiscoveryResponse response = Response(ResourceType::kCluster, "n2");
  response.add_removed_resources("a");
  Receive(response);
  EXPECT_THAT(handler_.updates.back().removed, ElementsAre("a"));
  EXPECT_FALSE(handler_.updates.back().is_whole_state);
  client_.OnDisconnected("reset");
  transport_.requests.clear();
  client_.OnConnected();
  EXPECT_THAT(InitialVersions(transport_.Next()), ElementsAre(std::pair("b", "1")));
}

TEST_F(DeltaClientTest, RefusedVersionIsNotTheOneToldAfterAReconnect) {
  WantAll(ResourceType::kCluster);
  client_.OnConnected();
  Receive(Clusters("n1", {{"a", "1"}}));
  handler_.refused.insert("a");
  Receive(Clusters("n2", {{"a", "2"}}));
  EXPECT_TRUE(transport_.requests.back().has_error_detail());
  client_.OnDisconnected("reset");
  transport_.requests.clear();
  client_.OnConnected();
  EXPECT_THAT(InitialVersions(transport_.Next()), ElementsAre(std::pair("a", "1")));
}

TEST_F(DeltaClientTest, VersionsOfAFormerLifeAreToldByTheNextStream) {
  WantAll(ResourceType::kCluster);
  Want(ResourceType::kEndpoint, {"a"});
  client_.Restore(ResourceType::kCluster, {{"a", "1"}, {"gone", "1"}});
  client_.Restore(ResourceType::kEndpoint, {{"a", "2"}, {"unasked", "1"}});
  client_.OnConnected();
  EXPECT_THAT(InitialVersions(transport_.Next()),
              UnorderedElementsAre(std::pair("a", "1"), std::pair("gone", "1")));
  EXPECT_THAT(InitialVersions(transport_.Next()), ElementsAre(std::pair("a", "2")));
}

TEST_F(DeltaClientTest, VersionsAreNotToldTwiceOnOneStream) {
  Want(ResourceType::kEndpoint, {"a"});
  client_.OnConnected();
  Receive(Endpoints("n1", {{"a", "1"}}));
  client_.OnDisconnected("reset");
  transport_.requests.clear();
  client_.OnConnected();
  EXPECT_EQ(transport_.Next().initial_resource_versions_size(), 1);
  Want(ResourceType::kEndpoint, {"a", "b"});
  EXPECT_EQ(transport_.Next().initial_resource_versions_size(), 0);
}

}  // namespace
}  // namespace fairlead::xds
