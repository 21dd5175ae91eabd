#include "dataplane/observe/stats_text.h"

#include <gtest/gtest.h>

#include "dataplane/observe/prometheus_text.h"

namespace fairlead::observe {
namespace {

StatsList Sample() {
  StatsList list;
  StatsScope server = list.Scope("server");
  server.Gauge("live", 1);
  for (const char* name : {"web", "api"}) {
    StatsScope cluster = list.Scope("cluster", "envoy_cluster_name", name);
    cluster.Counter("upstream_rq_total", 5);
    cluster.Counter("upstream_rq_2xx", 4, {"upstream_rq_xx", "envoy_response_code_class", "2"});
    cluster.Gauge("upstream_rq_active", -1);
  }
  // A second worker.
  list.Scope("cluster", "envoy_cluster_name", "web").Counter("upstream_rq_total", 2);
  list.Finish();
  return list;
}

TEST(StatsTextTest, TextIsSortedAndAddedUp) {
  EXPECT_EQ(StatsText(Sample()),
            "cluster.api.upstream_rq_2xx: 4\n"
            "cluster.api.upstream_rq_active: -1\n"
            "cluster.api.upstream_rq_total: 5\n"
            "cluster.web.upstream_rq_2xx: 4\n"
            "cluster.web.upstream_rq_active: -1\n"
            "cluster.web.upstream_rq_total: 7\n"
            "server.live: 1\n");
}

TEST(StatsTextTest, Json) {
  StatsList list;
  list.Scope("http", "envoy_http_conn_manager_prefix", "in\"g\n").Counter("no_route", 3);
  list.Finish();
  EXPECT_EQ(StatsJson(list), "{\"stats\":[{\"name\":\"http.in\\\"g_.no_route\",\"value\":3}]}\n");
  EXPECT_EQ(StatsJson(StatsList()), "{\"stats\":[]}\n");
}

TEST(StatsTextTest, NamesCannotForgeLines) {
  StatsList list;
  list.Scope("cluster", "envoy_cluster_name", "a\nb: 9").Counter("x", 1);
  list.Finish();
  EXPECT_EQ(StatsText(list), "cluster.a_b_ 9.x: 1\n");
}

TEST(PrometheusTextTest, FamiliesStandTogetherWithOneHead) {
  EXPECT_EQ(PrometheusText(Sample()),
            "# HELP envoy_cluster_upstream_rq_total cluster.upstream_rq_total\n"
            "# TYPE envoy_cluster_upstream_rq_total counter\n"
            "envoy_cluster_upstream_rq_total{envoy_cluster_name=\"api\"} 5\n"
            "envoy_cluster_upstream_rq_total{envoy_cluster_name=\"web\"} 7\n"
            "# HELP envoy_cluster_upstream_rq_xx cluster.upstream_rq_xx\n"
            "# TYPE envoy_cluster_upstream_rq_xx counter\n"
            "envoy_cluster_upstream_rq_xx{envoy_response_code_class=\"2\","
            "envoy_cluster_name=\"api\"} 4\n"
            "envoy_cluster_upstream_rq_xx{envoy_response_code_class=\"2\","
            "envoy_cluster_name=\"web\"} 4\n"
            "# HELP envoy_cluster_upstream_rq_active cluster.upstream_rq_active\n"
            "# TYPE envoy_cluster_upstream_rq_active gauge\n"
            "envoy_cluster_upstream_rq_active{envoy_cluster_name=\"api\"} -1\n"
            "envoy_cluster_upstream_rq_active{envoy_cluster_name=\"web\"} -1\n"
            "# HELP envoy_server_live server.live\n"
            "# TYPE envoy_server_live gauge\n"
            "envoy_server_live{} 1\n");
}

TEST(PrometheusTextTest, LabelsAreEscapedAndNamesMadeValid) {
  StatsList list;
  list.Scope("http-2", "envoy_http_conn_manager_prefix", "a\\b\"c\nd:e").Counter("x.y", 1);
  list.Finish();
  EXPECT_EQ(PrometheusText(list),
            "# HELP envoy_http_2_x_y http-2.x.y\n"
            "# TYPE envoy_http_2_x_y counter\n"
            "envoy_http_2_x_y{envoy_http_conn_manager_prefix=\"a\\\\b\\\"c\\nd:e\"} 1\n");
}

}  // namespace
}  // namespace fairlead::observe
