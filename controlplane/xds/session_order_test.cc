// The order of a change (make before break), the warming trap, and what is held back for how long.

#include "controlplane/xds/session_test_support.h"

namespace fairlead::control::xds {
namespace {

using std::chrono::milliseconds;

World Before() { return World().Cluster("a").Endpoints("a").Listener("x").Routes("r").Revision(1); }

// Clusters a to b, with everything else changing too.
World After() {
  return World().Cluster("b").Endpoints("b").Listener("x", 2).Routes("r", 2).Revision(2);
}

void Connect(SotwClient& client) {
  client.Publish(Before());
  client.Ask(kClusterType);
  EXPECT_EQ(client.Take(), "CDS a");
  client.Ask(kEndpointType, {"a"});
  EXPECT_EQ(client.Take(), "EDS a");
  client.Ask(kListenerType);
  EXPECT_EQ(client.Take(), "LDS x");
  client.Ask(kRouteType, {"r"});
  EXPECT_EQ(client.Take(), "RDS r");
  EXPECT_EQ(client.Take(), "");
}

void Connect(DeltaClient& client) {
  client.Publish(Before());
  client.Ask(kClusterType);
  EXPECT_EQ(client.Take(), "CDS a");
  client.Ask(kEndpointType, {"a"});
  EXPECT_EQ(client.Take(), "EDS a");
  client.Ask(kListenerType);
  EXPECT_EQ(client.Take(), "LDS x");
  client.Ask(kRouteType, {"r"});
  EXPECT_EQ(client.Take(), "RDS r");
  EXPECT_EQ(client.Take(), "");
}

TEST(SessionOrderTest, SotwMakesBeforeItBreaks) {  // 3
  SotwClient client;
  Connect(client);
  EXPECT_EQ(client.session->revision_acknowledged(), 1);
  client.Publish(After());
  // The old cluster stays in the set until nothing uses it.
  EXPECT_EQ(client.Take(), "CDS a b");
  // The routes wait until the client has the new cluster's endpoints.
  EXPECT_EQ(client.Take(), "");
  EXPECT_EQ(client.session->revision_acknowledged(), 1);
  client.Ask(kEndpointType, {"a", "b"});
  EXPECT_EQ(client.Take(), "EDS b");
  EXPECT_EQ(client.Take(), "LDS x");
  EXPECT_EQ(client.Take(), "RDS r");
  EXPECT_EQ(client.Take(), "CDS b");
  EXPECT_EQ(client.Take(), "");
  EXPECT_EQ(client.session->revision_acknowledged(), 2);
  EXPECT_EQ(client.accepted[std::string(kClusterType)], After().Build()->TypeVersion(kClusterType));
}

TEST(SessionOrderTest, DeltaMakesBeforeItBreaks) {  // 3
  DeltaClient client;
  Connect(client);
  EXPECT_EQ(client.session->revision_acknowledged(), 1);
  client.Publish(After());
  EXPECT_EQ(client.Take(), "CDS b");
  EXPECT_EQ(client.Take(), "");
  client.Ask(kEndpointType, {"b"});
  EXPECT_EQ(client.Take(), "EDS b");
  EXPECT_EQ(client.Take(), "LDS x");
  EXPECT_EQ(client.Take(), "RDS r");
  EXPECT_EQ(client.session->revision_acknowledged(), 1);
  EXPECT_EQ(client.Take(), "CDS -a");
  EXPECT_EQ(client.Take(), "EDS -a");
  EXPECT_EQ(client.Take(), "");
  EXPECT_EQ(client.session->revision_acknowledged(), 2);
}

TEST(SessionOrderTest, AllAtOnceIsAnsweredClustersFirst) {
  DeltaClient client;
  client.Publish(Before());
  client.Ask(kRouteType, {"r"});
  client.Ask(kListenerType);
  client.Ask(kEndpointType, {"a"});
  client.Ask(kClusterType);
  EXPECT_EQ(client.Take(), "CDS a");
  EXPECT_EQ(client.Take(), "EDS a");
  EXPECT_EQ(client.Take(), "LDS x");
  EXPECT_EQ(client.Take(), "RDS r");
}

TEST(SessionOrderTest, EndpointsBeforeClustersAreSentAgainAfterThem) {  // 3
  SotwClient client;
  client.Publish(Before());
  client.Ask(kEndpointType, {"a"});
  EXPECT_EQ(client.Take(), "EDS a");
  client.Ask(kClusterType);
  EXPECT_EQ(client.Take(), "CDS a");
  EXPECT_EQ(client.Take(), "EDS a");
  EXPECT_EQ(client.Take(), "");
}

// A client warms a changed cluster until its endpoints come again, although they are the same.
TEST(SessionOrderTest, AChangedClusterGetsItsUnchangedEndpointsAgain) {  // 6
  SotwClient sotw;
  Connect(sotw);
  DeltaClient delta;
  Connect(delta);
  World changed = Before().Cluster("a", 2).Cluster("unrelated");
  sotw.Publish(changed);
  EXPECT_EQ(sotw.Take(), "CDS a unrelated");
  EXPECT_EQ(sotw.Take(), "EDS a");
  EXPECT_EQ(sotw.Take(), "");
  delta.Publish(changed);
  EXPECT_EQ(delta.Take(), "CDS a unrelated");
  EXPECT_EQ(delta.Take(), "EDS a");
  EXPECT_EQ(delta.Take(), "");
}

// The client asks for the endpoints with the nonce from before the clusters came.
TEST(SessionOrderTest, AStaleRequestForEndpointsDoesNotLoseThem) {  // 6
  SotwClient client;
  Connect(client);
  const auto stale = client.NewRequest(kEndpointType);
  client.Publish(Before().Cluster("a", 2));
  EXPECT_EQ(client.Take(), "CDS a");
  const auto endpoints = client.Receive();
  ASSERT_TRUE(endpoints.has_value());
  ASSERT_TRUE(client.Send(stale).ok());
  EXPECT_FALSE(client.Receive().has_value());
  client.Acknowledge(*endpoints);
  EXPECT_EQ(client.Take(), "");
  EXPECT_FALSE(client.session->HeldUntil().has_value());
}

TEST(SessionOrderTest, AChangeWaitsForTheAnswerToTheOneBefore) {
  DeltaClient client;
  Connect(client);
  client.Publish(Before().Cluster("c").Routes("r", 2));
  const auto clusters = client.Receive();
  EXPECT_EQ(DeltaClient::Tell(*clusters), "CDS c");
  EXPECT_EQ(client.Take(), "");
  EXPECT_TRUE(client.session->HeldUntil().has_value());
  client.Acknowledge(*clusters);
  EXPECT_EQ(client.Take(), "RDS r");
  EXPECT_FALSE(client.session->HeldUntil().has_value());
}

TEST(SessionOrderTest, AClientThatDoesNotAnswerIsNotWaitedForForever) {
  DeltaClient client;
  Connect(client);
  client.Publish(Before().Cluster("c").Endpoints("c").Routes("r", 2).Revision(2));
  const auto clusters = client.Receive();
  EXPECT_EQ(DeltaClient::Tell(*clusters), "CDS c");
  EXPECT_EQ(client.Take(), "");
  client.now += milliseconds(4999);
  EXPECT_EQ(client.Take(), "");
  client.now += milliseconds(1);
  EXPECT_EQ(client.Take(), "RDS r");
  EXPECT_EQ(client.Take(), "");
  EXPECT_EQ(client.session->revision_acknowledged(), 1);
  // A late answer counts.
  client.Acknowledge(*clusters);
  EXPECT_EQ(client.Take(), "");
  EXPECT_EQ(client.session->revision_acknowledged(), 2);
}

TEST(SessionOrderTest, EndpointsThatAreNeverAskedForAreNotWaitedForForever) {
  DeltaClient client;
  Connect(client);
  client.Publish(Before().Cluster("c").Endpoints("c").Revision(2));
  EXPECT_EQ(client.Take(), "CDS c");
  EXPECT_EQ(client.Take(), "");
  EXPECT_EQ(client.session->revision_acknowledged(), 1);
  client.now += milliseconds(5000);
  EXPECT_EQ(client.Take(), "");
  EXPECT_EQ(client.session->revision_acknowledged(), 2);
}

TEST(SessionOrderTest, ARejectedClusterHoldsNothingUp) {
  SotwClient client;
  Connect(client);
  client.Publish(After());
  client.Reject(*client.Receive());
  EXPECT_EQ(client.Take(), "LDS x");
  EXPECT_EQ(client.Take(), "RDS r");
  EXPECT_EQ(client.session->revision_acknowledged(), 1);
}

// A client asks for listeners once it has its clusters.
TEST(SessionOrderTest, ARejectionOfATypeThatIsAskedForLaterTakesTheRevisionBack) {
  DeltaClient client;
  client.Publish(Before());
  client.Ask(kClusterType);
  EXPECT_EQ(client.Take(), "CDS a");
  client.Ask(kEndpointType, {"a"});
  EXPECT_EQ(client.Take(), "EDS a");
  EXPECT_EQ(client.Take(), "");
  client.Ask(kListenerType);
  client.Reject(*client.Receive());
  EXPECT_EQ(client.Take(), "");
  EXPECT_EQ(client.session->revision_acknowledged(), 0);
  client.Publish(After());
  EXPECT_EQ(client.Take(), "CDS b");
  client.Ask(kEndpointType, {"b"});
  EXPECT_EQ(client.Take(), "EDS b");
  EXPECT_EQ(client.Take(), "LDS x");
  EXPECT_EQ(client.Take(), "CDS -a");
  EXPECT_EQ(client.Take(), "EDS -a");
  EXPECT_EQ(client.Take(), "");
  EXPECT_EQ(client.session->revision_acknowledged(), 2);
}

std::string TakeAll(DeltaClient& client) {
  std::string all;
  for (std::string next = client.Take(); !next.empty(); next = client.Take()) {
    absl::StrAppend(&all, next, "; ");
  }
  return all;
}

// A client does not answer for its clusters before it has their endpoints, so that it would wait
// for endpoints that a newer snapshot does not have.
TEST(SessionOrderTest, WhatWasBegunIsFinishedBeforeANewerSnapshotCounts) {
  SotwClient client;
  Connect(client);
  client.Publish(After());
  const auto clusters = client.Receive();
  EXPECT_EQ(SotwClient::Tell(*clusters), "CDS a b");
  client.Publish(Before().Cluster("skipped").Revision(3));
  client.Publish(World().Cluster("c").Endpoints("c").Listener("x").Routes("r", 4).Revision(4));
  EXPECT_EQ(client.Take(), "");
  client.Ask(kEndpointType, {"a", "b"});
  EXPECT_EQ(client.Take(), "EDS b");
  client.Acknowledge(*clusters);
  EXPECT_EQ(client.Take(), "LDS x");
  EXPECT_EQ(client.Take(), "RDS r");
  EXPECT_EQ(client.Take(), "CDS b");
  EXPECT_EQ(client.Take(), "CDS b c");
  client.Ask(kEndpointType, {"b", "c"});
  EXPECT_EQ(client.Take(), "EDS c");
  EXPECT_EQ(client.Take(), "LDS x");
  EXPECT_EQ(client.Take(), "RDS r");
  EXPECT_EQ(client.Take(), "CDS c");
  EXPECT_EQ(client.Take(), "");
  EXPECT_EQ(client.session->revision_acknowledged(), 4);
}

TEST(SessionOrderTest, ANewerSnapshotDoesNotWaitForeverForOneThatIsNotAnswered) {
  DeltaClient client;
  Connect(client);
  client.Publish(Before().Cluster("b").Endpoints("b").Routes("r", 2));
  EXPECT_EQ(DeltaClient::Tell(*client.Receive()), "CDS b");
  client.Publish(Before().Routes("r", 3).Revision(3));
  EXPECT_EQ(client.Take(), "");
  client.now += milliseconds(5000);
  EXPECT_EQ(TakeAll(client), "RDS r; RDS r; CDS -b; ");
}

TEST(SessionOrderTest, AClusterThatComesBackGetsItsEndpointsToo) {
  DeltaClient client;
  Connect(client);
  client.Publish(World().Listener("x").Routes("r", 2));
  const auto routes = client.Receive();
  EXPECT_EQ(DeltaClient::Tell(*routes), "RDS r");
  client.Publish(Before());
  EXPECT_EQ(client.Take(), "");  // Waits for the routes' answer.
  client.Acknowledge(*routes);
  EXPECT_EQ(TakeAll(client), "CDS -a; EDS -a; CDS a; EDS a; RDS r; ");
}

TEST(SessionOrderTest, ARevisionThatDoesNotTouchTheClientIsAcknowledgedAtOnce) {
  DeltaClient client;
  Connect(client);
  client.Publish(Before().Endpoints("not asked for").Revision(7));
  EXPECT_EQ(client.Take(), "");
  EXPECT_EQ(client.session->revision_acknowledged(), 7);
}

}  // namespace
}  // namespace fairlead::control::xds
