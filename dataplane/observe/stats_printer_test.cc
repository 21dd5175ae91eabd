#include "dataplane/observe/stats_printer.h"

#include <gtest/gtest.h>

#include <array>
#include <utility>

namespace fairlead::observe {
namespace {

constexpr std::array<StatsMetric, 3> kMetrics = {
    {{"upstream_rq_2xx", StatsType::kCounter, {"upstream_rq_xx", "envoy_response_code_class", "2"}},
     {"upstream_rq_active", StatsType::kGauge},
     {"upstream_rq_total"}}};

StatsList Sample() {
  StatsList list;
  StatsTable& clusters = list.Table("cluster.", kMetrics);
  for (const char* name : {"web", "api"}) {
    StatsRow& row = clusters.Row("cluster.", name, ".", "envoy_cluster_name");
    row.values()[0] = 4;
    row.values()[1] = -1;
    row.values()[2] = 5;
  }
  // The same again.
  StatsRow& web = clusters.Row("cluster.", "web", ".", "envoy_cluster_name");
  web.values()[2] += 2;
  web.Counter("upstream_rq_204", 1, {"upstream_rq", "envoy_response_code", "204"});
  web.Counter("upstream_rq_204", 3);
  list.Single("server.").Gauge("live", 1);
  list.Single("server.").Text("note", "hello");
  list.Finish();
  return list;
}

std::string Text(StatsList list, StatsSelection selection = {}) {
  return PrintStats(StatsFormat::kText, std::move(list), std::move(selection));
}

TEST(StatsPrinterTest, TextIsSortedByScopeAndAddedUp) {
  EXPECT_EQ(Text(Sample()),
            "server.note: \"hello\"\n"
            "cluster.api.upstream_rq_2xx: 4\n"
            "cluster.api.upstream_rq_active: -1\n"
            "cluster.api.upstream_rq_total: 5\n"
            "cluster.web.upstream_rq_2xx: 4\n"
            "cluster.web.upstream_rq_active: -1\n"
            "cluster.web.upstream_rq_total: 7\n"
            "cluster.web.upstream_rq_204: 4\n"
            "server.live: 1\n");
}

TEST(StatsPrinterTest, PiecesAreTheWhole) {
  for (const StatsFormat format :
       {StatsFormat::kText, StatsFormat::kJson, StatsFormat::kPrometheus}) {
    const auto printer = MakeStatsPrinter(format, Sample(), {});
    std::string whole;
    std::string piece;
    int pieces = 0;
    bool has_more = true;
    while (has_more) {
      piece.clear();
      has_more = printer->Print(1, piece);
      whole += piece;
      ++pieces;
    }
    EXPECT_EQ(whole, PrintStats(format, Sample()));
    EXPECT_GT(pieces, 3);
  }
}

TEST(StatsPrinterTest, Selects) {
  EXPECT_EQ(Text(Sample(), {.type = StatsType::kGauge}),
            "cluster.api.upstream_rq_active: -1\n"
            "cluster.web.upstream_rq_active: -1\n"
            "server.live: 1\n");
  EXPECT_EQ(Text(Sample(), {.filter = std::make_shared<re2::RE2>("^cluster.web.*total$")}),
            "cluster.web.upstream_rq_total: 7\n");
  StatsList list;
  list.Single("a.").Counter("zero", 0);
  list.Single("a.").Counter("one", 1);
  EXPECT_EQ(Text(std::move(list), {.used_only = true}), "a.one: 1\n");
}

TEST(StatsPrinterTest, Json) {
  StatsList list;
  list.Table("http.")
      .Row("http.", "in\"g\n", ".", "envoy_http_conn_manager_prefix")
      .Counter("no_route", 3);
  EXPECT_EQ(PrintStats(StatsFormat::kJson, std::move(list)),
            "{\"stats\":[{\"name\":\"http.in\\\"g_.no_route\",\"value\":3}]}\n");
  EXPECT_EQ(PrintStats(StatsFormat::kJson, StatsList()), "{\"stats\":[]}\n");
}

TEST(StatsPrinterTest, NamesCannotForgeLines) {
  StatsList list;
  list.Table("cluster.").Row("cluster.", "a\nb: 9", ".", "l").Counter("x", 1);
  EXPECT_EQ(Text(std::move(list)), "cluster.a_b_ 9.x: 1\n");
}

// {0, 4, 43} ms, recorded by two workers.
StatsList WithHistogram() {
  auto first = std::make_shared<Histogram>();
  auto second = std::make_shared<Histogram>();
  first->Record(4);
  first->Record(43);
  second->Record(0);
  StatsList list;
  StatsRow& row = list.Table("cluster.").Row("cluster.", "up", ".", "envoy_cluster_name");
  row.AddHistogram("upstream_rq_time", *first);
  row.AddHistogram("upstream_rq_time", *second);
  auto unused = std::make_shared<Histogram>();
  row.AddHistogram("upstream_cx_connect_ms", *unused);
  row.Keep(first);
  row.Keep(second);
  row.Keep(unused);
  return list;
}

TEST(StatsPrinterTest, HistogramsAsQuantiles) {
  // The cumulative values are those that Envoy 1.40 prints for these samples.
  EXPECT_EQ(Text(WithHistogram()),
            "cluster.up.upstream_rq_time: P0(nan,0) P25(nan,0) P50(nan,4.05) P75(nan,43.5) "
            "P90(nan,43.5) P95(nan,43.5) P99(nan,43.5) P99.5(nan,43.5) P99.9(nan,43.5) "
            "P100(nan,43.5)\n"
            "cluster.up.upstream_cx_connect_ms: No recorded values\n");
  EXPECT_EQ(Text(WithHistogram(), {.type = StatsType::kCounter}), "");
  const std::string disjoint =
      Text(WithHistogram(), {.used_only = true, .histograms = HistogramFormat::kDisjoint});
  EXPECT_TRUE(
      disjoint.starts_with("cluster.up.upstream_rq_time: B0.5(0,1) B1(0,0) B5(0,1) "
                           "B10(0,0) B25(0,0) B50(0,1) B100(0,0)"))
      << disjoint;
}

TEST(StatsPrinterTest, HistogramsAsJson) {
  const std::string json = PrintStats(StatsFormat::kJson, WithHistogram(), {.used_only = true});
  EXPECT_TRUE(json.starts_with(
      "{\"stats\":[{\"histograms\":{\"supported_quantiles\":[0,25,50,75,90,95,99,99.5,99.9,100],"
      "\"computed_quantiles\":[{\"name\":\"cluster.up.upstream_rq_time\",\"values\":["
      "{\"interval\":null,\"cumulative\":0},"))
      << json;
  EXPECT_TRUE(json.ends_with("{\"interval\":null,\"cumulative\":43.5}]}]}}]}\n")) << json;
}

TEST(StatsPrinterTest, HistogramsForPrometheus) {
  const std::string text = PrintStats(StatsFormat::kPrometheus, WithHistogram());
  EXPECT_TRUE(text.starts_with(
      "# HELP envoy_cluster_upstream_rq_time cluster.upstream_rq_time\n"
      "# TYPE envoy_cluster_upstream_rq_time histogram\n"
      "envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name=\"up\",le=\"0.5\"} 1\n"
      "envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name=\"up\",le=\"1\"} 1\n"
      "envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name=\"up\",le=\"5\"} 2\n"))
      << text;
  EXPECT_TRUE(text.ends_with(
      "envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name=\"up\",le=\"3600000\"} 3\n"
      "envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name=\"up\",le=\"+Inf\"} 3\n"
      "envoy_cluster_upstream_rq_time_sum{envoy_cluster_name=\"up\"} 47\n"
      "envoy_cluster_upstream_rq_time_count{envoy_cluster_name=\"up\"} 3\n"))
      << text;
}

TEST(StatsPrinterTest, FamiliesStandTogetherWithOneHead) {
  EXPECT_EQ(PrintStats(StatsFormat::kPrometheus, Sample()),
            "# HELP envoy_cluster_upstream_rq cluster.upstream_rq\n"
            "# TYPE envoy_cluster_upstream_rq counter\n"
            "envoy_cluster_upstream_rq{envoy_response_code=\"204\",envoy_cluster_name=\"web\"} 4\n"
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

TEST(StatsPrinterTest, LabelsAreEscapedAndNamesMadeValid) {
  StatsList list;
  list.Table("http-2.").Row("http-2.", "a\\b\"c\nd:e", ".", "prefix").Counter("x.y", 1);
  EXPECT_EQ(PrintStats(StatsFormat::kPrometheus, std::move(list)),
            "# HELP envoy_http_2_x_y http-2.x.y\n"
            "# TYPE envoy_http_2_x_y counter\n"
            "envoy_http_2_x_y{prefix=\"a\\\\b\\\"c\\nd:e\"} 1\n");
}

TEST(StatsPrinterTest, TwoOwnersAreTwoLabels) {
  StatsList list;
  list.Table("listener.http.")
      .Row("listener.", {"1.2.3.4_80", "envoy_listener_address"}, ".http.",
           {"in", "envoy_http_conn_manager_prefix"}, ".")
      .Counter("rq", 1);
  const StatsList copy_of = std::move(list);
  ASSERT_EQ(copy_of.tables().size(), 1u);
  EXPECT_EQ(copy_of.tables()[0].rows()[0].prefix(), "listener.1.2.3.4_80.http.in.");
  EXPECT_EQ(copy_of.tables()[0].rows()[0].labels(),
            "envoy_http_conn_manager_prefix=\"in\",envoy_listener_address=\"1.2.3.4_80\"");
}

}  // namespace
}  // namespace fairlead::observe
