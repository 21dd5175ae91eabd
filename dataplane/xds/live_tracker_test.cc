#include "dataplane/xds/live_tracker.h"

#include "dataplane/xds/pipeline_test_support.h"
#include "gmock/gmock.h"

namespace fairlead::xds {
namespace {

using ::testing::UnorderedElementsAre;

using Live = TypeStatus::Live;

class LiveTrackerTest : public PipelineTest {
 protected:
  LiveTrackerTest() {
    StartEmpty();
    Turn();
  }
  // The turn of the loop ends and the workers take what was published.
  void Turn() {
    RunPosted();
    sink.Live();
    RunPosted();
  }
  const TypeStatus::Accepted& Of(ResourceType type, std::string_view name) {
    const TypeStatus::Accepted* accepted = pipeline.status()[type].Find(name);
    if (accepted != nullptr) return *accepted;
    ADD_FAILURE() << name << " was not accepted";
    static const TypeStatus::Accepted none;
    return none;
  }
};

TEST_F(LiveTrackerTest, ResourceIsLiveOnceTheWorkersHaveIt) {
  Send(ResourceType::kCluster, std::vector{Eds("a", "1")});
  Turn();
  EXPECT_EQ(Of(ResourceType::kCluster, "a").live, Live::kNothing);  // It warms.
  SendEndpoints({Endpoints("a", 1)});
  RunPosted();
  EXPECT_EQ(Of(ResourceType::kCluster, "a").live, Live::kNothing);  // It is on its way.
  time.Advance(std::chrono::seconds(5));
  Turn();
  EXPECT_EQ(Of(ResourceType::kCluster, "a").live, Live::kThis);
  EXPECT_EQ(Of(ResourceType::kCluster, "a").live_since, time.Wall());
  EXPECT_EQ(Of(ResourceType::kEndpoint, "a").live, Live::kThis);
  EXPECT_EQ(pipeline.status()[ResourceType::kCluster].live_count(), 1u);
}

TEST_F(LiveTrackerTest, OlderVersionIsLiveWhileTheNewOneWarms) {
  Send(ResourceType::kCluster, std::vector{Eds("a", "1")}, {}, false, "v1");
  SendEndpoints({Endpoints("a", 1)});
  Turn();
  Send(ResourceType::kCluster, std::vector{Eds("a", "2")}, {}, false, "v2");
  Turn();
  EXPECT_EQ(Of(ResourceType::kCluster, "a").live, Live::kOlder);
  EXPECT_EQ(Of(ResourceType::kCluster, "a").older_version, "v1");
  EXPECT_EQ(pipeline.status()[ResourceType::kCluster].live_count(), 0u);
  SendEndpoints({Endpoints("a", 2)});
  Turn();
  EXPECT_EQ(Of(ResourceType::kCluster, "a").live, Live::kThis);
  EXPECT_EQ(Of(ResourceType::kCluster, "a").older_version, "");
}

TEST_F(LiveTrackerTest, SameBytesUnderANewVersionStayLive) {
  Send(ResourceType::kCluster, std::vector{Dns("a", "1")}, {}, false, "v1");
  RunPosted();
  Send(ResourceType::kCluster, std::vector{Dns("a", "1")}, {}, false, "v2");
  for (auto& done : std::exchange(sink.waiting_for_names["a"], {})) done();
  RunPosted();
  EXPECT_EQ(Of(ResourceType::kCluster, "a").live, Live::kThis);
  EXPECT_EQ(Of(ResourceType::kCluster, "a").version, "v2");
}

TEST_F(LiveTrackerTest, ClusterWithNamesWaitsUntilTheyAreResolved) {
  SendClusters({Dns("a", "1")});
  Turn();
  EXPECT_EQ(Of(ResourceType::kCluster, "a").live, Live::kNothing);
  for (auto& done : std::exchange(sink.waiting_for_names["a"], {})) done();
  RunPosted();
  EXPECT_EQ(Of(ResourceType::kCluster, "a").live, Live::kThis);
}

TEST_F(LiveTrackerTest, ListenerThatCannotBeOpenedIsTold) {
  sink.faulty_listener = "l";
  SendRoutes({});
  SendListeners({ListenerWith("l", "1", "route_config: {}"), RdsListener("m", "1", "r")});
  SendRoutes({RouteConfig("r", "x")});
  Turn();
  EXPECT_EQ(Of(ResourceType::kListener, "l").live, Live::kNothing);
  EXPECT_EQ(pipeline.status()[ResourceType::kListener].rejected().at("l").error, "cannot bind");
  EXPECT_EQ(Of(ResourceType::kListener, "m").live, Live::kThis);
  EXPECT_EQ(Of(ResourceType::kRoute, "r").live, Live::kThis);
}

TEST_F(LiveTrackerTest, ChangeOfInlineRoutesIsAChangeOfTheListener) {
  const std::string one = "route_config: {virtual_hosts: [{name: a, domains: ['*']}]}";
  const std::string two = "route_config: {virtual_hosts: [{name: b, domains: ['*']}]}";
  SendListeners({ListenerWith("l", "1", one)});
  Turn();
  SendListeners({ListenerWith("l", "1", two)});
  EXPECT_EQ(Of(ResourceType::kListener, "l").live, Live::kOlder);
  Turn();
  EXPECT_EQ(Of(ResourceType::kListener, "l").live, Live::kThis);
}

TEST_F(LiveTrackerTest, WhatChangedIsNamedOnceForWhoeverWatches) {
  TypeStatus& status = pipeline.status()[ResourceType::kCluster];
  SendClusters({Dns("a", "1"), Dns("b", "1")});
  int calls = 0;
  status.Watch([&calls] { ++calls; });
  EXPECT_THAT(status.TakeChanges(10), UnorderedElementsAre("a", "b"));
  SendClusters({Dns("a", "1"), Dns("b", "1"), Dns("c", "bad")});
  EXPECT_THAT(status.TakeChanges(10), UnorderedElementsAre("c"));
  SendClusters({Dns("a", "2")});
  EXPECT_THAT(status.TakeChanges(1).size(), 1u);
  EXPECT_TRUE(status.has_changes());
  status.TakeChanges(10);
  EXPECT_EQ(calls, 3);
  status.Watch(nullptr);
  SendClusters({});
  EXPECT_FALSE(status.has_changes());
}

}  // namespace
}  // namespace fairlead::xds
