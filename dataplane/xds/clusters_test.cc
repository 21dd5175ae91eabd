#include <chrono>

#include "dataplane/xds/pipeline_test_support.h"
#include "gmock/gmock.h"

namespace fairlead::xds {
namespace {

using envoy::config::endpoint::v3::ClusterLoadAssignment;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class ClustersTest : public PipelineTest {
 protected:
  ClustersTest() { StartEmpty(); }
};

TEST_F(ClustersTest, ClusterThatNeedsNoEndpointsIsPublishedAtOnce) {
  EXPECT_THAT(SendClusters({Dns("a", "1")}), IsEmpty());
  EXPECT_THAT(sink.Take(), ElementsAre("cluster a 1 -"));
}

TEST_F(ClustersTest, EdsClusterWarmsUntilItsAssignmentComes) {
  SendClusters({Eds("a", "1"), Eds("b", "1", ", service_name: shared")});
  EXPECT_THAT(sink.Take(), IsEmpty());
  EXPECT_TRUE(pipeline.clusters().IsWarming("a"));
  EXPECT_EQ(sources.ads.Wanted(ResourceType::kEndpoint), "a,shared");
  SendEndpoints({Endpoints("a", 2)});
  EXPECT_THAT(sink.Take(), ElementsAre("cluster a 1 1/2"));
  SendEndpoints({Endpoints("shared", 1)});
  EXPECT_THAT(sink.Take(), ElementsAre("cluster b 1 1/1"));
}

TEST_F(ClustersTest, NewEndpointsTouchNothingElse) {
  SendClusters({Eds("a", "1"), Eds("b", "1")});
  SendEndpoints({Endpoints("a", 1), Endpoints("b", 1)});
  sink.Take();
  const int compiled = compiler.endpoints;
  SendEndpoints({Endpoints("a", 2), Endpoints("b", 1)});
  EXPECT_THAT(sink.Take(), ElementsAre("endpoints a 1/2"));
  EXPECT_EQ(compiler.endpoints, compiled + 1);
  EXPECT_EQ(compiler.clusters, 2);
}

TEST_F(ClustersTest, OneAssignmentServesSeveralClusters) {
  SendClusters({Eds("a", "1", ", service_name: s"), Eds("b", "2", ", service_name: s")});
  SendEndpoints({Endpoints("s", 3)});
  EXPECT_THAT(sink.Take(), ElementsAre("cluster a 1 1/3", "cluster b 2 2/3"));
  SendClusters({Eds("a", "1", ", service_name: s")});
  EXPECT_THAT(sink.Take(), ElementsAre("-cluster b"));
  EXPECT_EQ(sources.ads.Wanted(ResourceType::kEndpoint), "s");
  SendClusters({});
  EXPECT_EQ(sources.ads.Wanted(ResourceType::kEndpoint), "");
}

TEST_F(ClustersTest, UpdatedEdsClusterWarmsAgainWhileTheOldOneServes) {
  SendClusters({Eds("a", "1")});
  SendEndpoints({Endpoints("a", 1)});
  sink.Take();
  SendClusters({Eds("a", "2")});
  EXPECT_THAT(sink.Take(), IsEmpty());
  EXPECT_TRUE(pipeline.clusters().IsWarming("a"));
  // It is subscribed to already, so it is asked for again.
  EXPECT_THAT(sources.ads.refreshed, ElementsAre("a"));
  // The same endpoints as before are an answer, too.
  SendEndpoints({Endpoints("a", 1)});
  EXPECT_THAT(sink.Take(), ElementsAre("cluster a 2 2/1"));
  EXPECT_FALSE(pipeline.clusters().IsWarming("a"));
}

TEST_F(ClustersTest, UpdateWithoutAnswerTakesTheLastAssignmentAtTheTimeout) {
  SendClusters({Eds("a", "1")});
  SendEndpoints({Endpoints("a", 4)});
  SendClusters({Eds("a", "2")});
  sink.Take();
  Advance(seconds(14));
  EXPECT_THAT(sink.Take(), IsEmpty());
  Advance(seconds(2));
  EXPECT_THAT(sink.Take(), ElementsAre("cluster a 2 2/4"));
  EXPECT_EQ(Counters(ResourceType::kEndpoint).init_fetch_timeout, 1u);
}

TEST_F(ClustersTest, NewClusterWithoutAnswerHasNoEndpointsAfterTheTimeout) {
  SendClusters({Eds("a", "1")});
  Advance(seconds(16));
  EXPECT_THAT(sink.Take(), ElementsAre("cluster a 1 1/0"));
  SendEndpoints({Endpoints("a", 1)});
  EXPECT_THAT(sink.Take(), ElementsAre("endpoints a 1/1"));
}

TEST_F(ClustersTest, InitialFetchTimeoutIsConfigurableAndZeroWaitsOn) {
  auto cluster = Eds("a", "1");
  auto* config = cluster.mutable_eds_cluster_config()->mutable_eds_config();
  config->mutable_initial_fetch_timeout()->set_seconds(3);
  auto patient = Eds("b", "1");
  patient.mutable_eds_cluster_config()->mutable_eds_config()->mutable_initial_fetch_timeout();
  SendClusters({cluster, patient});
  Advance(seconds(4));
  EXPECT_THAT(sink.Take(), ElementsAre("cluster a 1 1/0"));
  Advance(std::chrono::hours(24));
  EXPECT_THAT(sink.Take(), IsEmpty());
}

TEST_F(ClustersTest, UpdateToAnotherServiceKeepsTheOldClusterUntilItsEndpointsCome) {
  SendClusters({Eds("a", "1", ", service_name: s1")});
  SendEndpoints({Endpoints("s1", 1)});
  SendClusters({Eds("a", "2", ", service_name: s2")});
  EXPECT_EQ(sources.ads.Wanted(ResourceType::kEndpoint), "s1,s2");
  sink.Take();
  Advance(seconds(20));
  EXPECT_THAT(sink.Take(), IsEmpty());
  SendEndpoints({Endpoints("s1", 3)});  // The old one is kept up to date.
  EXPECT_THAT(sink.Take(), ElementsAre("endpoints a 1/3"));
  SendEndpoints({Endpoints("s2", 2)});
  EXPECT_THAT(sink.Take(), ElementsAre("cluster a 2 2/2"));
  EXPECT_EQ(sources.ads.Wanted(ResourceType::kEndpoint), "s2");
}

TEST_F(ClustersTest, RefusedAssignmentKeepsTheOldEndpoints) {
  SendClusters({Eds("a", "1"), Eds("b", "1")});
  SendEndpoints({Endpoints("a", 1), Endpoints("b", 1)});
  sink.Take();
  const auto errors = SendEndpoints({Endpoints("a", 13), Endpoints("b", 2)});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].message, "cluster load assignment 'a': endpoints: are 13");
  EXPECT_THAT(sink.Take(), ElementsAre("endpoints b 1/2"));
}

TEST_F(ClustersTest, RefusedFirstAssignmentEndsTheWait) {
  SendClusters({Eds("a", "1")});
  EXPECT_EQ(SendEndpoints({Endpoints("a", 13)}).size(), 1u);
  EXPECT_THAT(sink.Take(), ElementsAre("cluster a 1 1/0"));
}

TEST_F(ClustersTest, AssignmentThatDoesNotExistEndsTheWaitAndHarmsNothingElse) {
  SendClusters({Eds("a", "1"), Eds("b", "1")});
  SendEndpoints({Endpoints("b", 2)});
  sink.Take();
  Send<ClusterLoadAssignment>(ResourceType::kEndpoint, {}, {"a", "b"}, /*is_delta=*/true);
  EXPECT_THAT(sink.Take(), ElementsAre("cluster a 1 1/0"));
}

TEST_F(ClustersTest, RefusedClusterKeepsTheOldOneAndTheOthersApply) {
  SendClusters({Dns("a", "1"), Dns("b", "1")});
  sink.Take();
  const auto errors = SendClusters({Dns("a", "bad"), Dns("b", "2")});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].name, "a");
  EXPECT_EQ(errors[0].message, "cluster 'a': alt_stat_name: is 'bad'");
  // It is in the response, so it is not gone.
  EXPECT_THAT(sink.Take(), ElementsAre("cluster b 2 -"));
  const TypeCounters& counters = Counters(ResourceType::kCluster);
  EXPECT_EQ(counters.update_rejected, 1u);
  EXPECT_EQ(counters.last_error, errors[0].message);
}

TEST_F(ClustersTest, BrokenRuleIsRefusedByItsPath) {
  auto cluster = Dns("a", "1");
  cluster.mutable_connect_timeout()->set_seconds(-1);
  const auto errors = SendClusters({cluster});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].message, "cluster 'a': connect_timeout: is -1s, allowed is > 0s");
}

TEST_F(ClustersTest, ResponseWithoutAnAssignmentLeavesItAsItIs) {
  SendClusters({Eds("a", "1"), Eds("b", "1")});
  SendEndpoints({Endpoints("a", 1), Endpoints("b", 1)});
  sink.Take();
  SendEndpoints({Endpoints("b", 2)});
  EXPECT_THAT(sink.Take(), ElementsAre("endpoints b 1/2"));
  SendEndpoints({});
  EXPECT_THAT(sink.Take(), IsEmpty());
}

TEST_F(ClustersTest, AbsenceIsRemovalInWholeStateOnly) {
  SendClusters({Dns("a", "1"), Eds("b", "1"), Dns("c", "1")});
  SendEndpoints({Endpoints("b", 1)});
  sink.Take();
  Send(ResourceType::kCluster, std::vector{Dns("d", "1")}, {"c"}, /*is_delta=*/true);
  EXPECT_THAT(sink.Take(), ElementsAre("cluster d 1 -", "-cluster c"));
  SendClusters({Dns("a", "1")});
  EXPECT_THAT(sink.Take(), UnorderedElementsAre("-cluster b", "-cluster d"));
  EXPECT_EQ(sources.ads.Wanted(ResourceType::kEndpoint), "");
}

TEST_F(ClustersTest, RemovedWhileWarmingIsNeverPublished) {
  SendClusters({Eds("a", "1")});
  SendClusters({});
  EXPECT_THAT(sink.Take(), IsEmpty());
  EXPECT_FALSE(pipeline.clusters().Has("a"));
  Advance(seconds(20));
  EXPECT_THAT(sink.Take(), IsEmpty());
}

TEST_F(ClustersTest, UpdatedWhileWarmingIsPublishedInItsLastForm) {
  SendClusters({Eds("a", "1")});
  SendClusters({Eds("a", "2")});
  SendEndpoints({Endpoints("a", 1)});
  EXPECT_THAT(sink.Take(), ElementsAre("cluster a 2 2/1"));
  SendClusters({Eds("a", "3")});
  SendClusters({Dns("a", "4")});
  EXPECT_THAT(sink.Take(), ElementsAre("cluster a 4 -"));
  EXPECT_EQ(sources.ads.Wanted(ResourceType::kEndpoint), "");
}

TEST_F(ClustersTest, AssignmentsThatNobodyWantsAreIgnored) {
  EXPECT_THAT(SendEndpoints({Endpoints("a", 13)}), IsEmpty());
  EXPECT_THAT(sink.Take(), IsEmpty());
  EXPECT_EQ(compiler.endpoints, 0);
}

TEST_F(ClustersTest, OneAssignmentHasOneSource) {
  auto other = Eds("b", "1", ", service_name: a");
  auto* config = other.mutable_eds_cluster_config()->mutable_eds_config();
  config->mutable_path_config_source()->set_path("f.yaml");
  const auto errors = SendClusters({Eds("a", "1"), other});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(errors[0].message, HasSubstr("'a' is subscribed to by cluster 'a' from another"));
  // One cluster alone may move to another source.
  auto moved = Eds("a", "2");
  *moved.mutable_eds_cluster_config()->mutable_eds_config() = *config;
  EXPECT_THAT(SendClusters({moved}), IsEmpty());
  EXPECT_EQ(sources.ads.Wanted(ResourceType::kEndpoint), "");
  EXPECT_EQ(sources.files["f.yaml"].Wanted(ResourceType::kEndpoint), "a");
}

TEST_F(ClustersTest, BadConfigSourceIsRefused) {
  auto cluster = Eds("a", "1");
  auto* config = cluster.mutable_eds_cluster_config()->mutable_eds_config();
  config->mutable_path_config_source()->set_path("bad");
  const auto errors = SendClusters({cluster});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].message, "cluster 'a': eds_cluster_config.eds_config: path: is 'bad'");
  EXPECT_FALSE(pipeline.clusters().Has("a"));
}

// What a change costs is what it changes: of 10,000 clusters known, one changed one is compiled.
TEST_F(ClustersTest, OneChangedResourceOfTenThousandIsCompiledAlone) {
  std::vector<envoy::config::cluster::v3::Cluster> clusters;
  for (int i = 0; i < 10000; ++i) clusters.push_back(Dns(StrCat("c", i), "1"));
  SendClusters(clusters);
  EXPECT_EQ(compiler.clusters, 10000);
  sink.Take();
  clusters[5000].set_alt_stat_name("2");
  SendClusters(clusters);
  EXPECT_EQ(compiler.clusters, 10001);
  EXPECT_THAT(sink.Take(), ElementsAre("cluster c5000 2 -"));
  EXPECT_EQ(sources.ads.interest_changes, 2);  // CDS and LDS at start.
}

}  // namespace
}  // namespace fairlead::xds
