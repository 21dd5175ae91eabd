#include <algorithm>
#include <array>
#include <string>

#include "dataplane/base/strings.h"
#include "dataplane/server/admin/stats_columns.h"
#include "dataplane/server/admin/traffic_stats.h"

namespace fairlead::server::admin {
namespace {

using cluster::ClusterStats;
using observe::ResponseStats;
using observe::StatsRow;
using observe::StatsTable;
using observe::StatsType;
using upstream::TrafficStats;

template <auto field>
int64_t Traffic(const ClusterStats& s) {
  return Number(s.traffic.*field);
}
int64_t Destroyed(const ClusterStats& s) {
  return Number(s.traffic.cx_destroy_local) + Number(s.traffic.cx_destroy_remote);
}
int64_t DestroyedActive(const ClusterStats& s) {
  return Number(s.traffic.cx_destroy_local_with_active_rq) +
         Number(s.traffic.cx_destroy_remote_with_active_rq);
}
int64_t BytesRead(const ClusterStats& s) { return static_cast<int64_t>(s.traffic.cx_bytes.read()); }
int64_t BytesWritten(const ClusterStats& s) {
  return static_cast<int64_t>(s.traffic.cx_bytes.written());
}
int64_t OfClass(const ClusterStats& s, size_t i) {
  return static_cast<int64_t>(s.traffic.external.OfClass(i) + s.traffic.internal.OfClass(i));
}
template <size_t i>
int64_t ResponsesOf(const ClusterStats& s) {
  return OfClass(s, i);
}
int64_t Completed(const ClusterStats& s) {
  int64_t sum = 0;
  for (size_t i = 0; i < 5; ++i) sum += OfClass(s, i);
  return sum;
}

using Column = StatsColumn<ClusterStats>;
constexpr StatsType kGauge = StatsType::kGauge;

constexpr Column ClassColumn(std::string_view name, std::string_view digit,
                             int64_t (*get)(const ClusterStats&)) {
  return {{name, StatsType::kCounter, {"upstream_rq_xx", "envoy_response_code_class", digit}}, get};
}

// Those of which the workers' are one and the same: the largest is shown.
constexpr std::array<Column, 3> kSame = {{
    {{"membership_change"}, &Get<&ClusterStats::membership_change>},
    {{"membership_healthy", kGauge}, &Get<&ClusterStats::membership_healthy>},
    {{"membership_total", kGauge}, &Get<&ClusterStats::membership_total>},
}};

constexpr std::array<Column, 36> kColumns = {{
    kSame[0],
    kSame[1],
    kSame[2],
    {{"lb_healthy_panic"}, &Get<&ClusterStats::lb_healthy_panic>},
    {{"upstream_cx_active", kGauge}, &Traffic<&TrafficStats::cx_active>},
    {{"upstream_cx_connect_fail"}, &Traffic<&TrafficStats::cx_connect_fail>},
    {{"upstream_cx_connect_timeout"}, &Traffic<&TrafficStats::cx_connect_timeout>},
    {{"upstream_cx_destroy"}, &Destroyed},
    {{"upstream_cx_destroy_local"}, &Traffic<&TrafficStats::cx_destroy_local>},
    {{"upstream_cx_destroy_local_with_active_rq"},
     &Traffic<&TrafficStats::cx_destroy_local_with_active_rq>},
    {{"upstream_cx_destroy_remote"}, &Traffic<&TrafficStats::cx_destroy_remote>},
    {{"upstream_cx_destroy_remote_with_active_rq"},
     &Traffic<&TrafficStats::cx_destroy_remote_with_active_rq>},
    {{"upstream_cx_destroy_with_active_rq"}, &DestroyedActive},
    {{"upstream_cx_http1_total"}, &Traffic<&TrafficStats::cx_total>},
    {{"upstream_cx_idle_timeout"}, &Traffic<&TrafficStats::cx_idle_timeout>},
    {{"upstream_cx_max_requests"}, &Traffic<&TrafficStats::cx_max_requests>},
    {{"upstream_cx_none_healthy"}, &Get<&ClusterStats::upstream_cx_none_healthy>},
    {{"upstream_cx_protocol_error"}, &Traffic<&TrafficStats::cx_protocol_error>},
    {{"upstream_cx_rx_bytes_total"}, &BytesRead},
    {{"upstream_cx_total"}, &Traffic<&TrafficStats::cx_total>},
    {{"upstream_cx_tx_bytes_total"}, &BytesWritten},
    ClassColumn("upstream_rq_1xx", "1", &ResponsesOf<0>),
    ClassColumn("upstream_rq_2xx", "2", &ResponsesOf<1>),
    ClassColumn("upstream_rq_3xx", "3", &ResponsesOf<2>),
    ClassColumn("upstream_rq_4xx", "4", &ResponsesOf<3>),
    ClassColumn("upstream_rq_5xx", "5", &ResponsesOf<4>),
    {{"upstream_rq_active", kGauge}, &Traffic<&TrafficStats::rq_active>},
    {{"upstream_rq_cancelled"}, &Traffic<&TrafficStats::rq_cancelled>},
    {{"upstream_rq_completed"}, &Completed},
    {{"upstream_rq_pending_active", kGauge}, &Traffic<&TrafficStats::rq_pending_active>},
    {{"upstream_rq_pending_failure_eject"}, &Traffic<&TrafficStats::rq_pending_failure_eject>},
    {{"upstream_rq_pending_total"}, &Traffic<&TrafficStats::rq_pending_total>},
    {{"upstream_rq_rx_reset"}, &Traffic<&TrafficStats::rq_rx_reset>},
    {{"upstream_rq_timeout"}, &Traffic<&TrafficStats::rq_timeout>},
    {{"upstream_rq_total"}, &Traffic<&TrafficStats::rq_total>},
    {{"upstream_rq_tx_reset"}, &Traffic<&TrafficStats::rq_tx_reset>},
}};

// upstream_rq_204 and, by origin, external.upstream_rq_204 with its sums. Only what has happened:
// as in Envoy such a counter begins with its first response.
void AddResponses(std::string_view origin, const ResponseStats& responses, StatsRow& row) {
  uint64_t completed = 0;
  responses.ForEachCode([&](uint16_t status, uint64_t count) {
    const std::string code = StrCat(status);
    const std::string name = StrCat("upstream_rq_", code);
    row.Counter(name, count, {"upstream_rq", "envoy_response_code", code});
    const std::string family = StrCat(origin, "upstream_rq");
    row.Counter(StrCat(origin, name), count, {family, "envoy_response_code", code});
  });
  for (size_t i = 0; i < 5; ++i) {
    const uint64_t count = responses.OfClass(i);
    completed += count;
    if (count == 0) continue;
    const std::string digit = StrCat(i + 1);
    const std::string family = StrCat(origin, "upstream_rq_xx");
    row.Counter(StrCat(origin, "upstream_rq_", digit, "xx"), count,
                {family, "envoy_response_code_class", digit});
  }
  if (completed > 0) row.Counter(StrCat(origin, "upstream_rq_completed"), completed);
}

void AddHistograms(const TrafficStats& traffic, StatsRow& row) {
  row.AddHistogram("upstream_cx_connect_ms", traffic.cx_connect_ms);
  row.AddHistogram("upstream_rq_time", traffic.external.time);
  row.AddHistogram("upstream_rq_time", traffic.internal.time);
  if (!traffic.external.time.empty()) {
    row.AddHistogram("external.upstream_rq_time", traffic.external.time);
  }
  if (!traffic.internal.time.empty()) {
    row.AddHistogram("internal.upstream_rq_time", traffic.internal.time);
  }
}

}  // namespace

void AddClusterStats(const std::vector<Publisher::ClusterScope>& scopes, observe::StatsList& list) {
  static constexpr auto kMetrics = MetricsOf(kColumns);
  StatsTable& table = list.Table("cluster.", kMetrics);
  for (const Publisher::ClusterScope& scope : scopes) {
    StatsRow& row = table.Row("cluster.", scope.config->stat_name, ".", "envoy_cluster_name");
    row.Keep(scope.stats);
    std::array<int64_t, kSame.size()> same;
    std::copy_n(row.values().begin(), same.size(), same.begin());
    std::array<int64_t, kSame.size()> largest{};
    scope.stats->ForEach([&](const ClusterStats& stats) {
      AddColumns(kColumns, stats, row);
      for (size_t i = 0; i < kSame.size(); ++i) {
        largest[i] = std::max(largest[i], kSame[i].get(stats));
      }
      AddResponses("external.", stats.traffic.external, row);
      AddResponses("internal.", stats.traffic.internal, row);
      AddHistograms(stats.traffic, row);
    });
    for (size_t i = 0; i < kSame.size(); ++i) row.values()[i] = same[i] + largest[i];
  }
}

}  // namespace fairlead::server::admin
