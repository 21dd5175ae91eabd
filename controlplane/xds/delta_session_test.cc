// The rules of the incremental variant, one test each; the numbers are those of the mistakes that
// control planes are known to have made.

#include "controlplane/xds/delta_session.h"

#include "controlplane/xds/session_test_support.h"

namespace fairlead::control::xds {
namespace {

std::string VersionOf(const World& world, std::string_view type_url, std::string_view name) {
  return world.Build()->Find(type_url, name)->version;
}

TEST(DeltaSessionTest, SendsNothingBeforeTheFirstSnapshot) {  // 11
  DeltaClient client;
  // After a restart of the control plane: what is not loaded yet must not be removed.
  client.Ask(kClusterType, {}, {}, {{"a", "v1"}});
  EXPECT_EQ(client.Take(), "");
  client.Publish(World().Cluster("a"));
  EXPECT_EQ(client.Take(), "CDS a");
}

TEST(DeltaSessionTest, AnswersTheFirstWildcardEvenWhenThereIsNothing) {  // 7
  for (const auto& names : {std::vector<std::string>{}, std::vector<std::string>{"*"}}) {
    DeltaClient client;
    client.Publish(World());
    client.Ask(kClusterType, names);
    EXPECT_EQ(client.Take(), "CDS");
    EXPECT_EQ(client.Take(), "");
  }
}

TEST(DeltaSessionTest, SendsOnlyWhatChangedAndNamesWhatWasRemoved) {
  DeltaClient client;
  client.Publish(World().Listener("x").Listener("y"));
  client.Ask(kListenerType);
  EXPECT_EQ(client.Take(), "LDS x y");
  client.Publish(World().Listener("x", 2).Listener("z"));
  EXPECT_EQ(client.Take(), "LDS x z -y");
  EXPECT_EQ(client.Take(), "");
}

TEST(DeltaSessionTest, EverySubscribedNameIsAnswered) {
  DeltaClient client;
  client.Publish(World().Endpoints("a"));
  client.Ask(kEndpointType, {"a", "absent"});
  EXPECT_EQ(client.Take(), "EDS a -absent");
  // Even if the client is believed to have it.
  client.Ask(kEndpointType, {"a"});
  EXPECT_EQ(client.Take(), "EDS a");
  client.Ask(kEndpointType, {"absent"});
  EXPECT_EQ(client.Take(), "EDS -absent");
}

TEST(DeltaSessionTest, AResourceThatDoesNotExistYetIsSentWhenItAppears) {  // 5
  DeltaClient client;
  client.Publish(World());
  client.Ask(kEndpointType, {"later"});
  EXPECT_EQ(client.Take(), "EDS -later");
  client.Publish(World().Endpoints("other"));
  EXPECT_EQ(client.Take(), "");
  client.Publish(World().Endpoints("other").Endpoints("later"));
  EXPECT_EQ(client.Take(), "EDS later");
}

TEST(DeltaSessionTest, UnsubscribingIsSilentUnlessEverythingIsSubscribed) {
  DeltaClient client;
  client.Publish(World().Cluster("a").Cluster("b"));
  client.Ask(kClusterType, {"a"});
  EXPECT_EQ(client.Take(), "CDS a");
  client.Ask(kClusterType, {}, {"a"});
  EXPECT_EQ(client.Take(), "");
  client.Publish(World().Cluster("a", 2).Cluster("b"));
  EXPECT_EQ(client.Take(), "");
  // Nothing that was subscribed to.
  client.Ask(kClusterType, {}, {"never", "*"});
  EXPECT_EQ(client.Take(), "");

  client.Ask(kClusterType, {"*", "a", "absent"});
  EXPECT_EQ(client.Take(), "CDS a b -absent");
  // Still in "everything", or known to be absent.
  client.Ask(kClusterType, {}, {"a", "absent"});
  EXPECT_EQ(client.Take(), "CDS a -absent");
  client.Ask(kClusterType, {}, {"a", "never"});
  EXPECT_EQ(client.Take(), "");
  client.Ask(kClusterType, {"b"}, {"*"});
  EXPECT_EQ(client.Take(), "CDS b");
  client.Publish(World().Cluster("a", 3).Cluster("b", 3));
  EXPECT_EQ(client.Take(), "CDS b");
}

TEST(DeltaSessionTest, ALegacyWildcardStaysWhenNamesAreAdded) {
  DeltaClient client;
  client.Publish(World().Cluster("a").Cluster("b"));
  client.Ask(kClusterType);
  EXPECT_EQ(client.Take(), "CDS a b");
  client.Ask(kClusterType, {"a"});
  EXPECT_EQ(client.Take(), "CDS a");
  client.Publish(World().Cluster("a").Cluster("b", 2));
  EXPECT_EQ(client.Take(), "CDS b");
}

TEST(DeltaSessionTest, AFirstRequestWithNamesIsNoWildcardAndAnEmptyLaterOneNeither) {
  DeltaClient client;
  client.Publish(World().Cluster("a").Cluster("b"));
  client.Ask(kClusterType, {"a"});
  EXPECT_EQ(client.Take(), "CDS a");
  client.Ask(kClusterType);
  EXPECT_EQ(client.Take(), "");
  client.Ask(kClusterType, {"*"});
  EXPECT_EQ(client.Take(), "CDS a b");
}

TEST(DeltaSessionTest, AStaleNonceDoesNotDropTheSubscription) {
  DeltaClient client;
  client.Publish(World().Endpoints("a").Endpoints("b"));
  client.Ask(kEndpointType, {"a"});
  const auto first = client.Receive();
  client.Acknowledge(*first);
  client.Publish(World().Endpoints("a", 2).Endpoints("b"));
  ASSERT_TRUE(client.Receive().has_value());
  for (const std::string& nonce : {first->nonce(), std::string("s0-3")}) {
    DeltaClient::Request request;
    request.set_type_url(std::string(kEndpointType));
    request.set_response_nonce(nonce);
    request.add_resource_names_subscribe("b");
    ASSERT_TRUE(client.Send(request).ok());
    EXPECT_EQ(client.Take(), "EDS b");
  }
}

TEST(DeltaSessionTest, WhatWasRejectedIsNotSentAgainUntilItChanges) {  // 1, 2
  DeltaClient client;
  client.Publish(World().Listener("x"));
  client.Ask(kListenerType);
  client.Reject(*client.Receive(), "no such filter");
  EXPECT_EQ(client.Take(), "");
  EXPECT_EQ(client.Status(kListenerType).last_nack, "no such filter");
  EXPECT_EQ(client.Status(kListenerType).version_acknowledged, "");
  client.Publish(World().Listener("x").Listener("y"));
  EXPECT_EQ(client.Take(), "LDS y");
  EXPECT_EQ(client.Status(kListenerType).last_nack, "no such filter");
  client.Publish(World().Listener("x", 2).Listener("y"));
  EXPECT_EQ(client.Take(), "LDS x");
  EXPECT_EQ(client.Status(kListenerType).last_nack, "");
  EXPECT_EQ(client.Status(kListenerType).nacks, 1);
}

TEST(DeltaSessionTest, ARepairBringsWhatWasRejectedWithIt) {
  DeltaClient client;
  client.Publish(World().Listener("x"));
  client.Ask(kListenerType);
  EXPECT_EQ(client.Take(), "LDS x");
  client.Publish(World().Listener("x").Listener("bad").Listener("good"));
  // A client may refuse a response as a whole.
  client.Reject(*client.Receive());
  client.Publish(World().Listener("x").Listener("bad", 2).Listener("good"));
  EXPECT_EQ(client.Take(), "LDS bad good");
  client.Publish(World().Listener("x").Listener("bad", 3).Listener("good"));
  EXPECT_EQ(client.Take(), "LDS bad");
}

TEST(DeltaSessionTest, RemovingTheRejectedIsARepair) {
  DeltaClient client;
  client.Publish(World().Listener("bad").Listener("good"));
  client.Ask(kListenerType);
  client.Reject(*client.Receive());
  client.Publish(World().Listener("good"));
  EXPECT_EQ(client.Take(), "LDS good -bad");
  EXPECT_EQ(client.Status(kListenerType).last_nack, "");
}

TEST(DeltaSessionTest, AReconnectBringsTheDifferenceToWhatTheClientHas) {  // 8
  const World world = World().Cluster("same").Cluster("changed", 2).Cluster("new");
  DeltaClient client("s2-");
  client.Publish(world);
  client.Ask(kClusterType, {}, {},
             {{"same", VersionOf(world, kClusterType, "same")},
              {"changed", "older"},
              {"vanished", "older"}});
  EXPECT_EQ(client.Take(), "CDS changed new -vanished");
  // Only the first request of a type may say what the client has.
  client.Ask(kClusterType, {"same"}, {}, {{"same", VersionOf(world, kClusterType, "same")}});
  EXPECT_EQ(client.Take(), "CDS same");
}

TEST(DeltaSessionTest, AReconnectByNameIsSilentAboutEqualRoutes) {
  const World world = World().Routes("same").Routes("changed", 2);
  DeltaClient client("s2-");
  client.Publish(world);
  client.Ask(kRouteType, {"same"}, {}, {{"same", VersionOf(world, kRouteType, "same")}});
  EXPECT_EQ(client.Take(), "");
  DeltaClient another("s3-");
  another.Publish(world);
  another.Ask(kRouteType, {"same", "changed", "vanished", "never"}, {},
              {{"same", VersionOf(world, kRouteType, "same")},
               {"changed", "older"},
               {"vanished", "older"},
               {"not subscribed", "older"}});
  EXPECT_EQ(another.Take(), "RDS changed -never -vanished");
}

TEST(DeltaSessionTest, EndpointsAreSentAfterAReconnectWhateverTheClientSaysItHas) {  // 9
  const World world = World().Cluster("a", 2).Endpoints("a");
  DeltaClient client("s2-");
  client.Publish(world);
  client.Ask(kClusterType, {}, {}, {{"a", "older"}});
  client.Ask(kEndpointType, {"a"}, {}, {{"a", VersionOf(world, kEndpointType, "a")}});
  EXPECT_EQ(client.Take(), "CDS a");
  EXPECT_EQ(client.Take(), "EDS a");
  EXPECT_EQ(client.Take(), "");
}

TEST(DeltaSessionTest, VersionsAreTheSameOnEveryReplica) {  // 12, 15, 22
  const World forward = World().Cluster("a").Cluster("b").Cluster("c");
  const World backward = World().Cluster("c").Cluster("b", 2).Cluster("a").Cluster("b");
  DeltaClient one;
  one.Publish(forward);
  one.Ask(kClusterType);
  const auto message = one.Receive();
  std::map<std::string, std::string> versions;
  for (const auto& resource : message->resources()) versions[resource.name()] = resource.version();
  DeltaClient other("other-");
  other.Publish(backward);
  other.Ask(kClusterType, {}, {}, versions);
  const auto resumed = other.Receive();
  EXPECT_EQ(DeltaClient::Tell(*resumed), "CDS");
  EXPECT_EQ(resumed->system_version_info(), message->system_version_info());
}

TEST(DeltaSessionTest, SkippedSnapshotsAreNotReplayed) {  // 10
  DeltaClient client;
  client.Publish(World().Listener("x"));
  client.Ask(kListenerType);
  EXPECT_EQ(client.Take(), "LDS x");
  client.Publish(World().Listener("x", 2).Listener("brief"));
  client.Publish(World().Listener("x", 3));
  EXPECT_EQ(client.Take(), "LDS x");
  client.Publish(World().Listener("x", 4));
  client.Publish(World().Listener("x", 3));
  EXPECT_EQ(client.Take(), "");
}

TEST(DeltaSessionTest, AnAnswerAheadOfAChangeIsNotRepeatedByIt) {
  DeltaClient client;
  client.Publish(World().Endpoints("a").Endpoints("b"));
  client.Ask(kClusterType);
  EXPECT_EQ(client.Take(), "CDS");
  client.Ask(kEndpointType, {"a"});
  EXPECT_EQ(client.Take(), "EDS a");
  client.Publish(World().Cluster("c").Endpoints("a", 2).Endpoints("b", 2));
  const auto clusters = client.Receive();
  EXPECT_EQ(DeltaClient::Tell(*clusters), "CDS c");
  // The change of endpoints waits for the answer; what is asked for does not.
  EXPECT_EQ(client.Take(), "");
  client.Ask(kEndpointType, {"b"});
  EXPECT_EQ(client.Take(), "EDS b");
  client.Acknowledge(*clusters);
  EXPECT_EQ(client.Take(), "EDS a");
  EXPECT_EQ(client.Take(), "");
}

TEST(DeltaSessionTest, OneDiffServesAllStreams) {
  DiffCache diffs;
  const auto first = World().Cluster("a").Listener("x").Build();
  auto second = std::make_shared<Snapshot>(*World().Cluster("a", 2).Listener("x").Build());
  second->ShareEqualTypes(*first);
  std::vector<std::unique_ptr<DeltaSession>> sessions;
  for (int i = 0; i < 50; ++i) {
    Session::Context context{.diffs = &diffs, .nonce_prefix = absl::StrCat("s", i, "-")};
    auto& session = sessions.emplace_back(std::make_unique<DeltaSession>(context));
    for (const std::string_view type_url : {kClusterType, kListenerType}) {
      DeltaClient::Request request;
      request.mutable_node()->set_id("node");
      request.set_type_url(std::string(type_url));
      ASSERT_TRUE(session->OnRequest(request, absl::UnixEpoch()).ok());
    }
    session->SetTarget(first);
    while (const auto response = session->Next({})) {
      DeltaClient::Request request;
      request.set_type_url(response->type_url);
      request.set_response_nonce(response->nonce);
      ASSERT_TRUE(session->OnRequest(request, absl::UnixEpoch()).ok());
    }
  }
  EXPECT_EQ(diffs.computed(), 0u);
  for (const auto& session : sessions) {
    session->SetTarget(second);
    const auto response = session->Next({});
    ASSERT_TRUE(response.has_value());
    // The same object for every stream: encoded once.
    EXPECT_EQ(response->resources->front().get(), second->Find(kClusterType, "a"));
    EXPECT_FALSE(session->Next({}).has_value());
  }
  EXPECT_EQ(diffs.computed(), 1u);
}

}  // namespace
}  // namespace fairlead::control::xds
