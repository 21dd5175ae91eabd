#include "dataplane/xds/pipeline.h"

#include <chrono>

#include "dataplane/xds/pipeline_test_support.h"
#include "envoy/admin/v3/config_dump.pb.h"
#include "gmock/gmock.h"

namespace fairlead::xds {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kAds[] = "dynamic_resources: {cds_config: {ads: {}}, lds_config: {ads: {}}}\n";
constexpr char kStaticListener[] =
    "  - name: s\n    stat_prefix: '1'\n    address: {socket_address: {address: 127.0.0.1, "
    "port_value: 1}}\n    filter_chains:\n    - filters:\n      - name: h\n        typed_config:\n"
    "          '@type': type.googleapis.com/envoy.extensions.filters.network."
    "http_connection_manager.v3.HttpConnectionManager\n          stat_prefix: x\n          ";

std::string StaticListener(const std::string& specifier) {
  return StrCat(
      "static_resources:\n  clusters:\n  - {name: c, alt_stat_name: '1', type: STRICT_DNS}\n"
      "  listeners:\n",
      std::string_view(kStaticListener), specifier, "\n");
}

TEST_F(PipelineTest, StaticConfigurationIsReadyAtOnce) {
  Load(
      StaticListener("route_config: {virtual_hosts: [{name: v, domains: ['*'], routes: [{match: "
                     "{prefix: /}, route: {cluster: c}}]}]}"));
  pipeline.Start();
  EXPECT_THAT(sink.Take(),
              ElementsAre("cluster c 1 -", "routes listener/s/#0 v", "listener s 1", "init done"));
}

TEST_F(PipelineTest, StaticClusterWithEndpointsIsPublishedWithThem) {
  Load(
      "static_resources: {clusters: [{name: c, alt_stat_name: x, type: STATIC, load_assignment: "
      "{cluster_name: c, endpoints: [{}, {}]}}]}");
  EXPECT_THAT(sink.Take(), ElementsAre("cluster c x x/2"));
}

TEST_F(PipelineTest, FaultsInTheBootstrapAreFatalAndNamed) {
  EXPECT_EQ(LoadError("static_resources: {clusters: [{name: c, alt_stat_name: bad}]}"),
            "cluster 'c': alt_stat_name: is 'bad'");
  EXPECT_EQ(LoadError("stats_flush_interval: 0s"),
            "bootstrap: stats_flush_interval: is 0s, allowed is >= 0.001s and < 300s");
  EXPECT_EQ(LoadError("dynamic_resources: {cds_config: {path_config_source: {path: bad}}}"),
            "bootstrap: dynamic_resources.cds_config: path: is 'bad'");
}

TEST_F(PipelineTest, StaticNamesMustDiffer) {
  EXPECT_EQ(LoadError("static_resources: {clusters: [{name: c, type: STRICT_DNS}, {name: c, type: "
                      "STRICT_DNS}]}"),
            "cluster 'c': is given twice");
}

TEST_F(PipelineTest, UndeclaredFieldOfTheBootstrapIsRefused) {
  SupportTable strict;
  strict.Allow("envoy.config.bootstrap.v3.Bootstrap", {"node"});
  Pipeline other(strict, compiler, sink, wheel, time, [](auto) {});
  other.UseSources(sources);
  auto bootstrap =
      FromYaml<envoy::config::bootstrap::v3::Bootstrap>("{node: {}, header_prefix: x}");
  EXPECT_EQ(other.LoadStatic(bootstrap).message(),
            "bootstrap: header_prefix: is set but not supported by this proxy; see fairlead-proxy "
            "--supported");
}

TEST_F(PipelineTest, StartsInPhases) {
  Load(kAds);
  pipeline.Start();
  EXPECT_EQ(sources.ads.Wanted(ResourceType::kCluster), "*");
  // Listeners are asked for when the clusters are warm, not before.
  EXPECT_EQ(sources.ads.Wanted(ResourceType::kListener), "");
  SendClusters({Eds("a", "1")});
  EXPECT_EQ(sources.ads.Wanted(ResourceType::kListener), "");
  SendEndpoints({Endpoints("a", 1)});
  EXPECT_EQ(sources.ads.Wanted(ResourceType::kListener), "*");
  SendListeners({RdsListener("l", "1", "r")});
  EXPECT_EQ(sources.ads.Wanted(ResourceType::kRoute), "r");
  EXPECT_FALSE(pipeline.is_ready());
  SendRoutes({RouteConfig("r", "1")});
  EXPECT_TRUE(pipeline.is_ready());
  EXPECT_THAT(sink.Take(),
              ElementsAre("cluster a 1 1/1", "routes r 1", "listener l 1", "init done"));
}

TEST_F(PipelineTest, RoutesOfStaticListenersAreAskedForAfterTheClusters) {
  Load(StrCat(std::string_view(kAds),
              StaticListener("rds: {route_config_name: r, config_source: {ads: {}}}")));
  pipeline.Start();
  EXPECT_EQ(sources.ads.Wanted(ResourceType::kRoute), "");
  SendClusters({});
  EXPECT_EQ(sources.ads.Wanted(ResourceType::kRoute), "r");
  SendListeners({});
  EXPECT_FALSE(pipeline.is_ready());
  SendRoutes({RouteConfig("r", "1")});
  EXPECT_TRUE(pipeline.is_ready());
}

TEST_F(PipelineTest, EmptyAnswersFinishTheStart) {
  Load(kAds);
  pipeline.Start();
  SendClusters({});
  SendListeners({});
  EXPECT_THAT(sink.Take(), ElementsAre("init done"));
}

TEST_F(PipelineTest, ControlPlaneThatDoesNotAnswerIsWaitedForNoLongerThanTold) {
  Load(kAds);
  pipeline.Start();
  pipeline.OnSourceFailure(ResourceType::kCluster, "connection refused");
  Advance(seconds(16));
  EXPECT_EQ(sources.ads.Wanted(ResourceType::kListener), "*");
  EXPECT_FALSE(pipeline.is_ready());
  Advance(seconds(16));
  EXPECT_THAT(sink.Take(), ElementsAre("init done"));
  EXPECT_EQ(Counters(ResourceType::kCluster).init_fetch_timeout, 1u);
  EXPECT_EQ(Counters(ResourceType::kCluster).update_failure, 1u);
  EXPECT_EQ(Counters(ResourceType::kCluster).last_error, "connection refused");
  // It still counts when it comes.
  SendClusters({Dns("a", "1")});
  EXPECT_THAT(sink.Take(), ElementsAre("cluster a 1 -"));
}

TEST_F(PipelineTest, ZeroTimeoutWaitsForEver) {
  Load("dynamic_resources: {cds_config: {ads: {}, initial_fetch_timeout: 0s}}");
  pipeline.Start();
  Advance(std::chrono::hours(100));
  EXPECT_FALSE(pipeline.is_ready());
  SendClusters({});
  EXPECT_TRUE(pipeline.is_ready());
}

TEST_F(PipelineTest, RefusedFirstAnswerFinishesTheWait) {
  Load(kAds);
  pipeline.Start();
  EXPECT_EQ(SendClusters({Dns("a", "bad")}).size(), 1u);
  EXPECT_EQ(sources.ads.Wanted(ResourceType::kListener), "*");
}

TEST_F(PipelineTest, StaticResourcesCannotBeChangedOrRemovedByXds) {
  Load(StrCat(std::string_view(kAds), StaticListener("route_config: {}")));
  pipeline.Start();
  sink.Take();
  const auto errors = SendClusters({Dns("c", "2"), Dns("d", "1")});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(errors[0].message, HasSubstr("cluster 'c': is a static cluster of the bootstrap"));
  SendClusters({});
  EXPECT_EQ(SendListeners({ListenerWith("s", "2", "route_config: {}")}).size(), 1u);
  SendListeners({});
  EXPECT_THAT(sink.Take(), ElementsAre("cluster d 1 -", "-cluster d", "init done"));
}

TEST_F(PipelineTest, CountersFollowTheAnswers) {
  StartEmpty();
  Send(ResourceType::kCluster, std::vector{Dns("a", "1")}, {}, false, "v7");
  EXPECT_EQ(Counters(ResourceType::kCluster).version_text, "v7");
  Send(ResourceType::kCluster, std::vector{Dns("a", "bad")}, {}, false, "v8");
  const TypeCounters& counters = Counters(ResourceType::kCluster);
  EXPECT_EQ(counters.version_text, "v7");
  EXPECT_EQ(counters.update_success, 2u);
  EXPECT_EQ(counters.update_rejected, 1u);
  EXPECT_EQ(counters.update_attempt, 3u);
  Send(ResourceType::kCluster, std::vector{Dns("a", "1")}, {}, false, "v9");
  EXPECT_EQ(Counters(ResourceType::kCluster).last_error, "");
}

TEST_F(PipelineTest, FaultsThatTheSourceFoundCountAsRefused) {
  StartEmpty();
  Update update;
  update.type = ResourceType::kCluster;
  update.source_errors.push_back({"a", "cluster 'a': is in the response 2 times"});
  EXPECT_THAT(pipeline.OnUpdate(update), IsEmpty());  // The source reports its own.
  EXPECT_EQ(Counters(ResourceType::kCluster).update_rejected, 1u);
}

TEST_F(PipelineTest, WhatWasRefusedIsForgottenWhenItIsGone) {
  StartEmpty();
  const auto rejected = [this](ResourceType type) {
    return pipeline.status()[type].rejected().size();
  };
  SendClusters({Dns("a", "bad"), Dns("b", "bad")});
  EXPECT_EQ(rejected(ResourceType::kCluster), 2u);
  SendClusters({Dns("b", "bad")});
  EXPECT_EQ(rejected(ResourceType::kCluster), 1u);
  Send(ResourceType::kCluster, std::vector<envoy::config::cluster::v3::Cluster>{}, {"b"}, true);
  EXPECT_EQ(rejected(ResourceType::kCluster), 0u);
  SendListeners({ListenerWith("l", "bad", "route_config: {}")});
  EXPECT_EQ(rejected(ResourceType::kListener), 1u);
  SendListeners({});
  EXPECT_EQ(rejected(ResourceType::kListener), 0u);
}

TEST_F(PipelineTest, DumpShowsWhatIsAcceptedAndWhatWasRefused) {
  Load(StrCat(std::string_view(kAds), StaticListener("route_config: {}")));
  pipeline.Start();
  Send(ResourceType::kCluster, std::vector{Dns("a", "1"), Eds("w", "1")}, {}, false, "v1");
  Send(ResourceType::kCluster, std::vector{Dns("a", "bad"), Eds("w", "1")}, {}, false, "v2");
  SendEndpoints({Endpoints("w", 1)});
  SendListeners({RdsListener("l", "1", "r")});
  SendRoutes({RouteConfig("r", "1")});
  envoy::admin::v3::ConfigDump dump;
  pipeline.Dump(/*with_endpoints=*/true, "", dump);
  ASSERT_EQ(dump.configs_size(), 4);
  envoy::admin::v3::ClustersConfigDump clusters;
  ASSERT_TRUE(dump.configs(0).UnpackTo(&clusters));
  EXPECT_EQ(clusters.version_info(), "v1");
  ASSERT_EQ(clusters.static_clusters_size(), 1);
  ASSERT_EQ(clusters.dynamic_active_clusters_size(), 2);
  const auto& a = clusters.dynamic_active_clusters(0);
  EXPECT_EQ(a.version_info(), "v1");
  EXPECT_EQ(a.client_status(), envoy::admin::v3::NACKED);
  EXPECT_EQ(a.error_state().details(), "cluster 'a': alt_stat_name: is 'bad'");
  EXPECT_EQ(a.error_state().version_info(), "v2");
  envoy::config::cluster::v3::Cluster cluster;
  ASSERT_TRUE(a.cluster().UnpackTo(&cluster));
  EXPECT_EQ(cluster.alt_stat_name(), "1");
  envoy::admin::v3::EndpointsConfigDump endpoints;
  ASSERT_TRUE(dump.configs(1).UnpackTo(&endpoints));
  EXPECT_EQ(endpoints.dynamic_endpoint_configs_size(), 1);
  envoy::admin::v3::ListenersConfigDump listeners;
  ASSERT_TRUE(dump.configs(2).UnpackTo(&listeners));
  EXPECT_EQ(listeners.static_listeners_size(), 1);
  EXPECT_TRUE(listeners.dynamic_listeners(0).has_active_state());
  envoy::admin::v3::RoutesConfigDump routes;
  ASSERT_TRUE(dump.configs(3).UnpackTo(&routes));
  EXPECT_EQ(routes.dynamic_route_configs_size(), 1);
}

}  // namespace
}  // namespace fairlead::xds
