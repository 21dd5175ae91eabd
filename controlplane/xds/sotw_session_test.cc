// The rules of the state-of-the-world variant, one test each; the numbers are those of the mistakes
// that control planes are known to have made.

#include "controlplane/xds/sotw_session.h"

#include "controlplane/xds/session_test_support.h"

namespace fairlead::control::xds {
namespace {

TEST(SotwSessionTest, SendsNothingBeforeTheFirstSnapshot) {  // 11
  SotwClient client;
  client.Ask(kClusterType);
  EXPECT_EQ(client.Take(), "");
  client.Publish(World().Cluster("a"));
  EXPECT_EQ(client.Take(), "CDS a");
  EXPECT_EQ(client.Take(), "");
}

TEST(SotwSessionTest, AnswersTheFirstWildcardEvenWhenThereIsNothing) {  // 7
  SotwClient client;
  client.Publish(World());
  client.Ask(kClusterType);
  EXPECT_EQ(client.Take(), "CDS");
  client.Ask(kListenerType);
  EXPECT_EQ(client.Take(), "LDS");
  EXPECT_EQ(client.Take(), "");
}

TEST(SotwSessionTest, AnEmptyListMeansNothingForEndpointsAndRoutes) {
  SotwClient client;
  client.Publish(World().Endpoints("a").Routes("r"));
  client.Ask(kEndpointType);
  client.Ask(kRouteType);
  EXPECT_EQ(client.Take(), "");
}

TEST(SotwSessionTest, RejectionIsToldByErrorDetailAndNeverByVersion) {  // 1
  SotwClient client;
  client.Publish(World().Endpoints("a"));
  client.Ask(kEndpointType, {"a"});
  const auto first = client.Receive();
  ASSERT_TRUE(first.has_value());
  // The same version as the response's, and still a rejection.
  client.accepted[std::string(kEndpointType)] = first->version_info();
  client.Reject(*first, "bad endpoint");
  EXPECT_EQ(client.Status(kEndpointType).last_nack, "bad endpoint");
  EXPECT_EQ(client.Status(kEndpointType).nacks, 1);
  EXPECT_EQ(client.Status(kEndpointType).version_acknowledged, "");
  EXPECT_EQ(client.Status(kEndpointType).version_sent, first->version_info());
}

TEST(SotwSessionTest, AnAcknowledgementWithAnOlderVersionIsNoRejection) {  // 1
  SotwClient client;
  client.Publish(World().Endpoints("a"));
  client.Ask(kEndpointType, {"a"});
  const auto first = client.Receive();
  SotwClient::Request request = client.NewRequest(kEndpointType);
  request.set_version_info("something else");
  ASSERT_TRUE(client.Send(request).ok());
  EXPECT_EQ(client.Status(kEndpointType).nacks, 0);
  EXPECT_EQ(client.Status(kEndpointType).version_acknowledged, first->version_info());
}

TEST(SotwSessionTest, WhatWasRejectedIsNotSentAgainUntilItChanges) {  // 2
  SotwClient client;
  client.Publish(World().Cluster("a", 1).Cluster("b", 1));
  client.Ask(kClusterType);
  for (int i = 0; i < 3; ++i) {
    if (const auto message = client.Receive()) client.Reject(*message);
    EXPECT_FALSE(client.Receive().has_value());
    // Equal content in a new snapshot is no change either.
    client.Publish(World().Cluster("a", 1).Cluster("b", 1));
  }
  EXPECT_EQ(client.Status(kClusterType).nacks, 1);
  client.Publish(World().Cluster("a", 2).Cluster("b", 1));
  EXPECT_EQ(client.Take(), "CDS a b");
  EXPECT_EQ(client.Status(kClusterType).last_nack, "");
}

TEST(SotwSessionTest, ARejectedResourceIsNotRepeatedWhenAnotherChanges) {  // 2
  SotwClient client;
  client.Publish(World().Endpoints("bad").Endpoints("good"));
  client.Ask(kEndpointType, {"bad"});
  client.Reject(*client.Receive());
  client.Publish(World().Endpoints("bad").Endpoints("good", 2));
  client.Ask(kEndpointType, {"bad", "good"});
  EXPECT_EQ(client.Take(), "EDS good");
  client.Publish(World().Endpoints("bad").Endpoints("good", 3));
  EXPECT_EQ(client.Take(), "EDS good");
  EXPECT_NE(client.Status(kEndpointType).last_nack, "");
  client.Publish(World().Endpoints("bad", 2).Endpoints("good", 3));
  EXPECT_EQ(client.Take(), "EDS bad");
  EXPECT_EQ(client.Status(kEndpointType).last_nack, "");
}

TEST(SotwSessionTest, AStaleNonceIsNotAnswered) {
  SotwClient client;
  client.Publish(World().Endpoints("a").Endpoints("b"));
  client.Ask(kEndpointType, {"a"});
  const auto first = client.Receive();
  client.Acknowledge(*first);
  client.Publish(World().Endpoints("a", 2).Endpoints("b"));
  const auto second = client.Receive();
  // Sent before the client saw `second`.
  SotwClient::Request stale = client.NewRequest(kEndpointType);
  stale.set_response_nonce(first->nonce());
  stale.add_resource_names("b");
  ASSERT_TRUE(client.Send(stale).ok());
  EXPECT_EQ(client.Take(), "");
  // The client sends its list again with the newer nonce.
  client.Ask(kEndpointType, {"a", "b"});
  EXPECT_EQ(client.Take(), "EDS a b");
}

TEST(SotwSessionTest, AStaleRequestStillTellsWhatTheClientDropped) {
  SotwClient client;
  client.Publish(World().Routes("r"));
  client.Ask(kRouteType, {"r"});
  const auto first = client.Receive();
  client.Acknowledge(*first);
  client.Publish(World().Routes("r", 2));
  ASSERT_TRUE(client.Receive().has_value());
  SotwClient::Request stale = client.NewRequest(kRouteType);
  stale.set_response_nonce(first->nonce());
  stale.clear_resource_names();
  ASSERT_TRUE(client.Send(stale).ok());
  // Dropped and wanted again: the client does not have it.
  client.Ask(kRouteType, {"r"});
  EXPECT_EQ(client.Take(), "RDS r");
}

TEST(SotwSessionTest, ANonceOfAnEarlierStreamIsAFirstRequest) {
  SotwClient client;
  client.Publish(World().Endpoints("a"));
  SotwClient::Request request;
  request.set_type_url(std::string(kEndpointType));
  request.add_resource_names("a");
  request.set_response_nonce("s0-17");
  ASSERT_TRUE(client.Send(request).ok());
  EXPECT_EQ(client.Take().substr(0, 5), "EDS a");
}

TEST(SotwSessionTest, APureWildcardResumesWithoutARepeat) {
  SotwClient before;
  before.Publish(World().Cluster("a"));
  before.Ask(kClusterType);
  const std::string version = before.Receive()->version_info();

  struct Case {
    std::string version;
    std::vector<std::string> names;
    World world;
    std::string expected;
  };
  const Case cases[] = {
      {version, {}, World().Cluster("a"), ""},
      {version, {}, World().Cluster("a", 2), "CDS a"},
      {"", {}, World().Cluster("a"), "CDS a"},
      // The subscription may have grown while the stream was down.
      {version, {"a"}, World().Cluster("a"), "CDS a"},
  };
  for (const Case& c : cases) {
    SotwClient client("s2-");
    client.Publish(c.world);
    SotwClient::Request request;
    request.set_type_url(std::string(kClusterType));
    request.set_version_info(c.version);
    for (const auto& name : c.names) request.add_resource_names(name);
    ASSERT_TRUE(client.Send(request).ok());
    client.asked[std::string(kClusterType)] = c.names;
    EXPECT_EQ(client.Take(), c.expected);
    client.Publish(World().Cluster("a", 3));
    EXPECT_EQ(client.Take(), "CDS a");
  }
}

TEST(SotwSessionTest, EndpointsAreSentAfterAReconnectWhateverTheClientSaysItHas) {  // 9
  SotwClient client("s2-");
  const World world = World().Endpoints("a");
  client.Publish(world);
  SotwClient::Request request;
  request.set_type_url(std::string(kEndpointType));
  request.add_resource_names("a");
  request.set_version_info(world.Build()->TypeVersion(kEndpointType));
  ASSERT_TRUE(client.Send(request).ok());
  client.asked[std::string(kEndpointType)] = {"a"};
  EXPECT_EQ(client.Take(), "EDS a");
}

TEST(SotwSessionTest, SubscriptionsFollowTheList) {
  // Each step is a list and what it brings; the world is clusters a, b, c.
  struct Step {
    std::vector<std::string> names;
    std::string expected;
  };
  struct Case {
    const char* what;
    std::vector<Step> steps;
  };
  const Case cases[] = {
      {"empty first", {{{}, "CDS a b c"}, {{}, ""}}},
      {"explicit", {{{"*"}, "CDS a b c"}, {{"*"}, ""}}},
      {"mixed", {{{"*", "b"}, "CDS a b c"}}},
      {"a name that does not exist besides all", {{{"*", "x"}, "CDS a b c"}}},
      {"empty after names is nothing", {{{"a"}, "CDS a"}, {{}, ""}, {{"a"}, "CDS a"}}},
      {"all after names", {{{"a"}, "CDS a"}, {{"*"}, "CDS a b c"}}},
      {"names after all", {{{}, "CDS a b c"}, {{"b"}, "CDS b"}, {{}, ""}}},
      {"growth repeats all", {{{"a"}, "CDS a"}, {{"a", "b"}, "CDS a b"}}},
      {"shrinking is silent", {{{"a", "b"}, "CDS a b"}, {{"b"}, ""}}},
      {"given twice", {{{"a", "a"}, "CDS a"}}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    SotwClient client;
    client.Publish(World().Cluster("a").Cluster("b").Cluster("c"));
    for (const Step& step : c.steps) {
      client.Ask(kClusterType, step.names);
      EXPECT_EQ(client.Take(), step.expected);
      EXPECT_EQ(client.Take(), "");
    }
  }
}

TEST(SotwSessionTest, ANameThatTheSnapshotHoldsMoreOfIsAnswered) {  // 4
  SotwClient client;
  client.Publish(World().Endpoints("a").Endpoints("b").Endpoints("c"));
  client.Ask(kEndpointType, {"b"});
  EXPECT_EQ(client.Take(), "EDS b");
  client.Ask(kEndpointType, {"b", "c"});
  EXPECT_EQ(client.Take(), "EDS b c");
}

TEST(SotwSessionTest, AResourceThatDoesNotExistYetIsSentWhenItAppears) {  // 5
  SotwClient client;
  client.Publish(World().Endpoints("a"));
  client.Ask(kEndpointType, {"a", "later"});
  EXPECT_EQ(client.Take(), "EDS a");
  EXPECT_EQ(client.Take(), "");
  client.Publish(World().Endpoints("a").Endpoints("later"));
  EXPECT_EQ(client.Take(), "EDS later");
  // Gone and back: removal cannot be said for this type, the return must be.
  client.Publish(World().Endpoints("a"));
  EXPECT_EQ(client.Take(), "");
  client.Publish(World().Endpoints("a").Endpoints("later"));
  EXPECT_EQ(client.Take(), "EDS later");
}

TEST(SotwSessionTest, NamedListenersThatDoNotExistAreAnsweredEmpty) {
  SotwClient client;
  client.Publish(World());
  client.Ask(kListenerType, {"x"});
  EXPECT_EQ(client.Take(), "LDS");
  client.Publish(World().Listener("x").Listener("y"));
  EXPECT_EQ(client.Take(), "LDS x");
  client.Publish(World().Listener("x").Listener("y", 2));
  EXPECT_EQ(client.Take(), "");
}

TEST(SotwSessionTest, ACompleteSetForListenersOnlyTheChangeForEndpoints) {  // 14, 18
  SotwClient client;
  World world;
  world.Listener("x").Listener("y").Cluster("a").Cluster("b").Endpoints("a").Endpoints("b");
  client.Publish(world);
  client.Ask(kListenerType);
  EXPECT_EQ(client.Take(), "LDS x y");
  client.Ask(kClusterType);
  EXPECT_EQ(client.Take(), "CDS a b");
  client.Ask(kEndpointType, {"a", "b"});
  EXPECT_EQ(client.Take(), "EDS a b");
  client.Publish(world.Endpoints("b", 2));
  EXPECT_EQ(client.Take(), "EDS b");
  EXPECT_EQ(client.Take(), "");
  client.Publish(world.Listener("y", 2));
  EXPECT_EQ(client.Take(), "LDS x y");
  EXPECT_EQ(client.Take(), "");
}

TEST(SotwSessionTest, TheLastListenerIsRemovedByAnEmptySet) {
  SotwClient client;
  client.Publish(World().Listener("x"));
  client.Ask(kListenerType);
  EXPECT_EQ(client.Take(), "LDS x");
  client.Publish(World());
  EXPECT_EQ(client.Take(), "LDS");
}

TEST(SotwSessionTest, OnlyTheFirstNodeCounts) {  // 17
  SotwClient client;
  client.Ask(kClusterType);
  SotwClient::Request request;
  request.set_type_url(std::string(kListenerType));
  request.mutable_node()->set_id("another");
  ASSERT_TRUE(client.Send(request).ok());
  EXPECT_EQ(client.session->node()->id, "node");
}

TEST(SotwSessionTest, BadRequestsEndTheStream) {
  {
    DiffCache diffs;
    SotwSession session({.diffs = &diffs});
    SotwClient::Request request;
    request.set_type_url(std::string(kClusterType));
    EXPECT_EQ(session.OnRequest(request, absl::UnixEpoch()).code(),
              absl::StatusCode::kInvalidArgument);
  }
  SotwClient client;
  EXPECT_EQ(client.Send({}).code(), absl::StatusCode::kInvalidArgument);  // No type.
  for (int i = 0; i < 32; ++i) {
    SotwClient::Request request;
    request.set_type_url(absl::StrCat("type/", i));
    EXPECT_TRUE(client.Send(request).ok());
  }
  SotwClient::Request request;
  request.set_type_url("type/one-more");
  EXPECT_EQ(client.Send(request).code(), absl::StatusCode::kResourceExhausted);
  request.set_type_url("type/0");
  request.add_resource_names(std::string(5000, 'n'));
  EXPECT_EQ(client.Send(request).code(), absl::StatusCode::kInvalidArgument);
  request.clear_resource_names();
  for (int i = 0; i < 200'001; ++i) request.add_resource_names("n");
  EXPECT_EQ(client.Send(request).code(), absl::StatusCode::kResourceExhausted);
}

TEST(SotwSessionTest, APerTypeStreamNeedsNoTypeAndTakesNoOther) {  // 21
  DiffCache diffs;
  SotwSession session(
      {.diffs = &diffs, .nonce_prefix = "s-", .only_type_url = std::string(kClusterType)});
  session.SetTarget(World().Cluster("a").Listener("x").Build());
  SotwClient::Request request;
  request.mutable_node()->set_id("node");
  ASSERT_TRUE(session.OnRequest(request, absl::UnixEpoch()).ok());
  const auto response = session.Next({});
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->type_url, kClusterType);
  request.set_type_url(std::string(kListenerType));
  EXPECT_FALSE(session.OnRequest(request, absl::UnixEpoch()).ok());
}

TEST(SotwSessionTest, AClientThatNeverAnswersCostsABoundedAmount) {  // 10
  SotwClient client;
  World world;
  for (int i = 0; i < 100; ++i) world.Endpoints(absl::StrCat("e", i));
  client.Publish(world);
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) {
    names.push_back(absl::StrCat("e", i));
    SotwClient::Request request;  // Without a nonce, so that nothing is ever answered.
    request.set_type_url(std::string(kEndpointType));
    for (const auto& name : names) request.add_resource_names(name);
    ASSERT_TRUE(client.Send(request).ok());
    EXPECT_TRUE(client.Receive().has_value());
    EXPECT_FALSE(client.Receive().has_value());
  }
}

}  // namespace
}  // namespace fairlead::control::xds
