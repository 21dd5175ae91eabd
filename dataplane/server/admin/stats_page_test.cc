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
  // The body is read to its end.
  AdminReply Ask(std::string_view target) {
    const AdminRequest request = ParseTarget(target);
    for (const AdminPage& page : pages_) {
      if (page.path != request.path) continue;
      AdminReply reply = page.handler(request);
      codec::BodyPiece piece;
      while (reply.stream != nullptr && reply.stream->TryRead(piece) &&
             piece.kind == codec::BodyPiece::Kind::kData) {
        reply.body += piece.data.view();
      }
      return reply;
    }
    ADD_FAILURE() << "no page " << target;
    return {};
  }

  FakeSource source_;
  std::vector<AdminPage> pages_ = MakePages(source_);
};

TEST_F(StatsPageTest, NamesAreEnvoys) {
  source_.AddHttpStats("ingress").downstream_rq_total.Add(1);
  source_.AddClusterStats("shop");
  source_.buffers = {.bytes = 4088, .refused = 3};
  const std::string text = Ask("/stats").body;
  for (const char* line : {"server.uptime: 90\n",
                           "server.live: 1\n",
                           "server.state: 0\n",
                           "server.concurrency: 2\n",
                           "server.buffer_bytes: 4088\n",
                           "server.buffers_refused: 3\n",
                           "http.ingress.downstream_rq_overload_close: 0\n",
                           "server.version: 10203\n",
                           "server.total_connections: 0\n",
                           "access_log_file.write_dropped: 0\n",
                           "http.ingress.downstream_rq_total: 1\n",
                           "http.ingress.downstream_rq_2xx: 0\n",
                           "http.ingress.downstream_cx_rx_bytes_total: 0\n",
                           "http.ingress.downstream_cx_length_ms: No recorded values\n",
                           "listener.127.0.0.1_80.downstream_cx_total: 0\n",
                           "listener.127.0.0.1_80.http.ingress.downstream_rq_completed: 0\n",
                           "cluster.shop.upstream_rq_total: 0\n",
                           "cluster.shop.membership_total: 0\n",
                           "cluster.shop.upstream_rq_time: No recorded values\n",
                           "cluster_manager.active_clusters: 1\n",
                           "cluster_manager.cds.update_success: 0\n",
                           "listener_manager.lds.update_success: 0\n",
                           "listener_manager.workers_started: 1\n",
                           "control_plane.connected_state: 0\n",
                           "cluster_manager.cds.version_text: \"\"\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST_F(StatsPageTest, WorkersAreAddedUp) {
  source_.AddHttpStats("a", 0).downstream_rq_xx[1].Add(2);
  source_.AddHttpStats("a", 1).downstream_rq_xx[1].Add(3);
  source_.AddHttpStats("b").downstream_cx_active.Add(4);
  EXPECT_EQ(Ask("/stats?filter=^http.a.downstream_rq_2xx$").body, "http.a.downstream_rq_2xx: 5\n");
  EXPECT_EQ(Ask("/stats?filter=total_connections").body, "server.total_connections: 4\n");
}

TEST_F(StatsPageTest, ListenersOfOneStatPrefixAreAddedUp) {
  source_.AddHttpStats("a", 0, "0.0.0.0:80").downstream_rq_xx[1].Add(2);
  source_.AddHttpStats("a", 1, "edge").downstream_rq_xx[1].Add(3);
  EXPECT_EQ(Ask("/stats?usedonly&filter=2xx").body,
            "http.a.downstream_rq_2xx: 5\n"
            "listener.0.0.0.0_80.http.a.downstream_rq_2xx: 2\n"
            "listener.edge.http.a.downstream_rq_2xx: 3\n");
  EXPECT_THAT(Ask("/stats/prometheus?usedonly&filter=listener.*2xx").body,
              EndsWith("envoy_listener_http_downstream_rq_xx{envoy_response_code_class=\"2\","
                       "envoy_http_conn_manager_prefix=\"a\","
                       "envoy_listener_address=\"edge\"} 3\n"));
}

TEST_F(StatsPageTest, WorkersSeeTheSameMembers) {
  cluster::ClusterStats& first = source_.AddClusterStats("shop");
  cluster::ClusterStats& second = source_.cluster_scopes[0].stats->Of(1);
  first.membership_total.Set(3);
  second.membership_total.Set(3);
  first.membership_change.Add(2);
  second.membership_change.Add(2);
  first.traffic.rq_total.Add(1);
  second.traffic.rq_total.Add(10);
  const std::string text = Ask("/stats?filter=cluster.shop").body;
  EXPECT_THAT(text, HasSubstr("membership_total: 3\n"));
  EXPECT_THAT(text, HasSubstr("membership_change: 2\n"));
  EXPECT_THAT(text, HasSubstr("upstream_rq_total: 11\n"));
}

TEST_F(StatsPageTest, ClustersOfOneStatNameAreOne) {
  source_.AddClusterStats("both").membership_total.Set(1);
  source_.AddClusterStats("both").membership_total.Set(2);
  EXPECT_EQ(Ask("/stats?filter=membership_total").body, "cluster.both.membership_total: 3\n");
}

TEST_F(StatsPageTest, ResponsesByCodeAndOrigin) {
  upstream::TrafficStats& traffic = source_.AddClusterStats("shop").traffic;
  traffic.external.Count(204);
  traffic.external.Count(503);
  traffic.internal.Count(204);
  traffic.internal.time.Record(7);
  EXPECT_EQ(Ask("/stats?usedonly&filter=upstream_rq").body,
            "cluster.shop.upstream_rq_2xx: 2\n"
            "cluster.shop.upstream_rq_5xx: 1\n"
            "cluster.shop.upstream_rq_completed: 3\n"
            "cluster.shop.upstream_rq_204: 2\n"
            "cluster.shop.external.upstream_rq_204: 1\n"
            "cluster.shop.upstream_rq_503: 1\n"
            "cluster.shop.external.upstream_rq_503: 1\n"
            "cluster.shop.external.upstream_rq_2xx: 1\n"
            "cluster.shop.external.upstream_rq_5xx: 1\n"
            "cluster.shop.external.upstream_rq_completed: 2\n"
            "cluster.shop.internal.upstream_rq_204: 1\n"
            "cluster.shop.internal.upstream_rq_2xx: 1\n"
            "cluster.shop.internal.upstream_rq_completed: 1\n"
            "cluster.shop.upstream_rq_time: P0(nan,7.05) P25(nan,7.05) P50(nan,7.05) "
            "P75(nan,7.05) P90(nan,7.05) P95(nan,7.05) P99(nan,7.05) P99.5(nan,7.05) "
            "P99.9(nan,7.05) P100(nan,7.05)\n"
            "cluster.shop.internal.upstream_rq_time: P0(nan,7.05) P25(nan,7.05) P50(nan,7.05) "
            "P75(nan,7.05) P90(nan,7.05) P95(nan,7.05) P99(nan,7.05) P99.5(nan,7.05) "
            "P99.9(nan,7.05) P100(nan,7.05)\n");
  EXPECT_THAT(Ask("/stats/prometheus?filter=external.upstream_rq_204").body,
              EndsWith("envoy_cluster_external_upstream_rq{envoy_response_code=\"204\","
                       "envoy_cluster_name=\"shop\"} 1\n"));
}

struct Stats {
  observe::Counter ok;
  static constexpr std::array<observe::NamedCounter<Stats>, 1> kNames = {{{"ok", &Stats::ok}}};
};

TEST_F(StatsPageTest, FiltersHaveScopesOfTheirOwn) {
  const auto limit =
      source_.counters.Get<Stats>({"", "rl", ".http_local_rate_limit.", "envoy_rl_prefix"});
  const auto auth = source_.counters.Get<Stats>({"http.", "in", ".api_key_auth.", "envoy_prefix"});
  limit->Of(0).ok.Add(2);
  limit->Of(1).ok.Add(3);
  EXPECT_EQ(Ask("/stats?filter=ok$").body,
            "rl.http_local_rate_limit.ok: 5\nhttp.in.api_key_auth.ok: 0\n");
  const std::string text = Ask("/stats/prometheus?filter=ok$").body;
  EXPECT_THAT(text, HasSubstr("envoy_http_api_key_auth_ok{envoy_prefix=\"in\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("envoy_http_local_rate_limit_ok{envoy_rl_prefix=\"rl\"} 5\n"));
}

TEST_F(StatsPageTest, CountersCanBeReset) {
  upstream::TrafficStats& traffic = source_.AddClusterStats("shop").traffic;
  traffic.rq_total.Add(5);
  traffic.rq_active.Add(2);
  traffic.external.Count(200);
  EXPECT_EQ(Ask("/reset_counters").body, "OK\n");
  traffic.rq_total.Add();
  EXPECT_EQ(Ask("/stats?usedonly&filter=cluster.shop").body,
            "cluster.shop.upstream_rq_active: 2\ncluster.shop.upstream_rq_total: 1\n");
  // Another cluster by that name begins at 0, and is shown as it is.
  source_.cluster_scopes.clear();
  source_.AddClusterStats("shop").traffic.rq_total.Add(3);
  EXPECT_EQ(Ask("/stats?usedonly&filter=cluster.shop").body, "cluster.shop.upstream_rq_total: 3\n");
}

TEST_F(StatsPageTest, TellsTheStateOfTheConfiguration) {
  auto& cds = source_.config.pipeline.types[xds::ResourceType::kCluster];
  cds.update_rejected = 3;
  cds.version_text = "v\n7";
  source_.config.pipeline.clusters = 2;
  source_.config.has_ads = true;
  source_.config.ads.is_connected = true;
  source_.AddClusterStats("shop");
  EXPECT_EQ(Ask("/stats?filter=cluster_manager&usedonly").body,
            "cluster_manager.cds.version_text: \"v_7\"\n"
            "cluster_manager.active_clusters: 1\n"
            "cluster_manager.warming_clusters: 1\n"
            "cluster_manager.cds.update_rejected: 3\n");
  EXPECT_EQ(Ask("/stats?filter=connected").body, "control_plane.connected_state: 1\n");
}

TEST_F(StatsPageTest, SelectsByKindAndRefusesWhatItCannotRead) {
  source_.AddHttpStats("a");
  const std::string gauges = Ask("/stats?type=Gauges&filter=^http.a.*active$").body;
  EXPECT_EQ(gauges,
            "http.a.downstream_cx_active: 0\nhttp.a.downstream_cx_http1_active: 0\n"
            "http.a.downstream_rq_active: 0\n");
  EXPECT_THAT(Ask("/stats?type=Histograms").body,
              StartsWith("http.a.downstream_cx_length_ms: No recorded values\n"));
  EXPECT_EQ(Ask("/stats?type=x").status, 400);
  EXPECT_EQ(Ask("/stats?format=x").status, 400);
  EXPECT_EQ(Ask("/stats?histogram_buckets=x").status, 400);
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
  source_.AddClusterStats("a:b").traffic.rq_total.Add(2);
  source_.AddClusterStats("c");
  const AdminReply reply = Ask("/stats/prometheus?filter=^http.in.downstream_rq_[12]xx");
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

TEST_F(StatsPageTest, RequestsByTheirRoute) {
  using Kind = observe::CallScopes::Kind;
  const auto route = source_.calls.Get(Kind::kRoute, "shop", "checkout");
  const auto kind = source_.calls.Get(Kind::kVirtualCluster, "shop", "other");
  route->Of(0).rq_total.Add();
  route->Of(1).responses.Count(204);
  route->Of(1).responses.time.Record(5);
  const std::string text = Ask("/stats?filter=^vhost").body;
  EXPECT_NE(text.find("vhost.shop.route.checkout.upstream_rq_total: 1\n"), std::string::npos);
  EXPECT_NE(text.find("vhost.shop.route.checkout.upstream_rq_204: 1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("vhost.shop.route.checkout.upstream_rq_2xx: 1\n"), std::string::npos);
  EXPECT_NE(text.find("vhost.shop.route.checkout.upstream_rq_completed: 1\n"), std::string::npos);
  EXPECT_NE(text.find("vhost.shop.vcluster.other.upstream_rq_total: 0\n"), std::string::npos);
  EXPECT_NE(Ask("/stats/prometheus?filter=^vhost")
                .body.find("envoy_vhost_route_upstream_rq_total{envoy_route=\"checkout\","
                           "envoy_virtual_host=\"shop\"} 1\n"),
            std::string::npos);
}

}  // namespace
}  // namespace fairlead::server::admin
