#include "dataplane/server/admin/stats_page.h"

#include "dataplane/server/admin/fake_source.h"
#include "dataplane/server/admin/pages.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace fairlead::server::admin {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class StatsPageTest : public testing::Test {
 protected:
  AdminReply Ask(std::string_view target) {
    const AdminRequest request = ParseTarget(target);
    for (const AdminPage& page : pages_) {
      if (page.path == request.path) return page.handler(request);
    }
    ADD_FAILURE() << "no page " << target;
    return {};
  }

  FakeSource source_;
  std::vector<AdminPage> pages_ = MakePages(source_);
};

TEST_F(StatsPageTest, NamesAreEnvoys) {
  source_.AddHttpStats("ingress").downstream_rq_total.Add(1);
  source_.AddCluster("shop");
  const std::string text = Ask("/stats").body;
  for (const char* line :
       {"server.uptime: 90\n", "server.live: 1\n", "server.state: 0\n", "server.concurrency: 2\n",
        "server.total_connections: 0\n", "http.ingress.downstream_rq_total: 1\n",
        "http.ingress.downstream_rq_2xx: 0\n", "cluster.shop.upstream_rq_total: 0\n",
        "cluster.shop.membership_total: 1\n", "cluster_manager.active_clusters: 1\n",
        "cluster_manager.cds.update_success: 0\n", "listener_manager.lds.update_success: 0\n",
        "listener_manager.workers_started: 1\n", "control_plane.connected_state: 0\n",
        "cluster_manager.cds.version_text: \"\"\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST_F(StatsPageTest, WorkersAreAddedUp) {
  source_.AddHttpStats("a").downstream_rq_xx[1].Add(2);
  source_.AddHttpStats("a").downstream_rq_xx[1].Add(3);
  source_.AddHttpStats("b").downstream_cx_active.Add(4);
  EXPECT_EQ(Ask("/stats?filter=^http.a.downstream_rq_2xx$").body, "http.a.downstream_rq_2xx: 5\n");
  EXPECT_EQ(Ask("/stats?filter=total_connections").body, "server.total_connections: 4\n");
}

TEST_F(StatsPageTest, EndpointsAreAddedUp) {
  ClusterSample& shop = source_.AddCluster("shop");
  shop.hosts.push_back(shop.hosts[0]);
  shop.hosts[0].rq_total = 1;
  shop.hosts[1].rq_total = 10;
  shop.hosts[1].is_healthy = false;
  const std::string text = Ask("/stats?filter=cluster.shop").body;
  EXPECT_THAT(text, HasSubstr("upstream_rq_total: 11\n"));
  EXPECT_THAT(text, HasSubstr("membership_total: 2\n"));
  EXPECT_THAT(text, HasSubstr("membership_healthy: 1\n"));
}

TEST_F(StatsPageTest, ClustersOfOneStatNameAreOne) {
  auto shared = std::make_shared<cluster::ClusterConfig>();
  shared->stat_name = "both";
  source_.AddCluster("a").config = shared;
  source_.AddCluster("b").config = shared;
  EXPECT_EQ(Ask("/stats?filter=membership_total").body, "cluster.both.membership_total: 2\n");
}

TEST_F(StatsPageTest, TellsTheStateOfTheConfiguration) {
  auto& cds = source_.config.pipeline.types[xds::ResourceType::kCluster];
  cds.update_rejected = 3;
  cds.version_text = "v\n7";
  source_.config.pipeline.clusters = 2;
  source_.config.has_ads = true;
  source_.config.ads.is_connected = true;
  source_.AddCluster("shop");
  EXPECT_EQ(Ask("/stats?filter=cluster_manager&usedonly").body,
            "cluster_manager.cds.version_text: \"v_7\"\n"
            "cluster_manager.active_clusters: 1\n"
            "cluster_manager.cds.update_rejected: 3\n"
            "cluster_manager.warming_clusters: 1\n");
  EXPECT_EQ(Ask("/stats?filter=connected").body, "control_plane.connected_state: 1\n");
}

TEST_F(StatsPageTest, SelectsByKindAndRefusesWhatItCannotRead) {
  source_.AddHttpStats("a");
  const std::string gauges = Ask("/stats?type=Gauges&filter=http").body;
  EXPECT_EQ(gauges, "http.a.downstream_cx_active: 0\nhttp.a.downstream_rq_active: 0\n");
  EXPECT_EQ(Ask("/stats?type=Histograms").body, "");
  EXPECT_EQ(Ask("/stats?type=x").status, 400);
  EXPECT_EQ(Ask("/stats?format=x").status, 400);
  EXPECT_EQ(Ask("/stats?filter=[").status, 400);
  EXPECT_THAT(Ask("/stats?filter=[").body, StartsWith("filter: '[' is not an RE2"));
}

TEST_F(StatsPageTest, Json) {
  const AdminReply reply = Ask("/stats?format=json&filter=^server.(live|uptime)$");
  EXPECT_EQ(reply.content_type, kJsonType);
  const auto document = nlohmann::json::parse(reply.body, nullptr, false);
  EXPECT_EQ(document, nlohmann::json::parse(R"({"stats": [
      {"name": "server.live", "value": 1}, {"name": "server.uptime", "value": 90}]})",
                                            nullptr, false));
}

TEST_F(StatsPageTest, PrometheusHasFamiliesWithLabels) {
  source_.AddHttpStats("in").downstream_rq_xx[1].Add(7);
  source_.AddCluster("a:b").hosts[0].rq_total = 2;
  source_.AddCluster("c");
  const AdminReply reply = Ask("/stats/prometheus?filter=downstream_rq_[12]xx");
  EXPECT_THAT(std::string(reply.content_type), StartsWith("text/plain; version=0.0.4"));
  EXPECT_THAT(reply.body, EndsWith("# TYPE envoy_http_downstream_rq_xx counter\n"
                                   "envoy_http_downstream_rq_xx{envoy_response_code_class=\"1\","
                                   "envoy_http_conn_manager_prefix=\"in\"} 0\n"
                                   "envoy_http_downstream_rq_xx{envoy_response_code_class=\"2\","
                                   "envoy_http_conn_manager_prefix=\"in\"} 7\n"));
  EXPECT_THAT(Ask("/stats?format=prometheus&filter=upstream_rq_total").body,
              EndsWith("envoy_cluster_upstream_rq_total{envoy_cluster_name=\"a:b\"} 2\n"
                       "envoy_cluster_upstream_rq_total{envoy_cluster_name=\"c\"} 0\n"));
  // Names are matched as the text format shows them.
  EXPECT_EQ(Ask("/stats?filter=a_b.upstream_rq_total").body, "cluster.a_b.upstream_rq_total: 2\n");
}

TEST_F(StatsPageTest, AnEmptyProcessHasStatistics) {
  EXPECT_THAT(Ask("/stats/prometheus").body, HasSubstr("envoy_server_live{} 1\n"));
  EXPECT_THAT(Ask("/stats/prometheus").body, Not(HasSubstr("version_text")));
}

}  // namespace
}  // namespace fairlead::server::admin
