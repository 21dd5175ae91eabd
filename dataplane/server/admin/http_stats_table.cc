#include <array>
#include <string>

#include "dataplane/base/strings.h"
#include "dataplane/server/admin/stats_columns.h"
#include "dataplane/server/admin/traffic_stats.h"

namespace fairlead::server::admin {
namespace {

using http::HttpStats;
using observe::StatsRow;
using observe::StatsTable;
using observe::StatsType;

constexpr std::string_view kHttpLabel = "envoy_http_conn_manager_prefix";
constexpr std::string_view kListenerLabel = "envoy_listener_address";

int64_t Destroyed(const HttpStats& s) {
  return Number(s.downstream_cx_destroy_local) + Number(s.downstream_cx_destroy_remote);
}
int64_t DestroyedActive(const HttpStats& s) {
  return Number(s.downstream_cx_destroy_local_active_rq) +
         Number(s.downstream_cx_destroy_remote_active_rq);
}
int64_t Completed(const HttpStats& s) {
  int64_t sum = 0;
  for (const observe::Counter& counter : s.downstream_rq_xx) sum += Number(counter);
  return sum;
}
int64_t BytesRead(const HttpStats& s) { return static_cast<int64_t>(s.downstream_cx_bytes.read()); }
int64_t BytesWritten(const HttpStats& s) {
  return static_cast<int64_t>(s.downstream_cx_bytes.written());
}
template <size_t i>
int64_t OfClass(const HttpStats& s) {
  return Number(s.downstream_rq_xx[i]);
}

using Column = StatsColumn<HttpStats>;

constexpr Column ClassColumn(std::string_view name, std::string_view digit,
                             int64_t (*get)(const HttpStats&)) {
  return {{name, StatsType::kCounter, {"downstream_rq_xx", "envoy_response_code_class", digit}},
          get};
}

// What a listener says of its connection managers too.
constexpr std::array<Column, 6> kResponses = {{
    ClassColumn("downstream_rq_1xx", "1", &OfClass<0>),
    ClassColumn("downstream_rq_2xx", "2", &OfClass<1>),
    ClassColumn("downstream_rq_3xx", "3", &OfClass<2>),
    ClassColumn("downstream_rq_4xx", "4", &OfClass<3>),
    ClassColumn("downstream_rq_5xx", "5", &OfClass<4>),
    {{"downstream_rq_completed"}, &Completed},
}};

// Of a listener itself: each of its connections is one of a connection manager.
constexpr std::array<Column, 3> kConnections = {{
    {{"downstream_cx_active", StatsType::kGauge}, &Get<&HttpStats::downstream_cx_active>},
    {{"downstream_cx_destroy"}, &Destroyed},
    {{"downstream_cx_total"}, &Get<&HttpStats::downstream_cx_total>},
}};

constexpr std::array<Column, 35> kHttp = {{
    {{"downstream_cx_active", StatsType::kGauge}, &Get<&HttpStats::downstream_cx_active>},
    {{"downstream_cx_destroy"}, &Destroyed},
    {{"downstream_cx_destroy_active_rq"}, &DestroyedActive},
    {{"downstream_cx_destroy_local"}, &Get<&HttpStats::downstream_cx_destroy_local>},
    {{"downstream_cx_destroy_local_active_rq"},
     &Get<&HttpStats::downstream_cx_destroy_local_active_rq>},
    {{"downstream_cx_destroy_remote"}, &Get<&HttpStats::downstream_cx_destroy_remote>},
    {{"downstream_cx_destroy_remote_active_rq"},
     &Get<&HttpStats::downstream_cx_destroy_remote_active_rq>},
    {{"downstream_cx_drain_close"}, &Get<&HttpStats::downstream_cx_drain_close>},
    {{"downstream_cx_http1_active", StatsType::kGauge}, &Get<&HttpStats::downstream_cx_active>},
    {{"downstream_cx_http1_total"}, &Get<&HttpStats::downstream_cx_total>},
    {{"downstream_cx_idle_timeout"}, &Get<&HttpStats::downstream_cx_idle_timeout>},
    {{"downstream_cx_max_duration_reached"}, &Get<&HttpStats::downstream_cx_max_duration_reached>},
    {{"downstream_cx_max_requests_reached"}, &Get<&HttpStats::downstream_cx_max_requests_reached>},
    {{"downstream_cx_protocol_error"}, &Get<&HttpStats::downstream_cx_protocol_error>},
    {{"downstream_cx_rx_bytes_total"}, &BytesRead},
    {{"downstream_cx_total"}, &Get<&HttpStats::downstream_cx_total>},
    {{"downstream_cx_tx_bytes_total"}, &BytesWritten},
    kResponses[0],
    kResponses[1],
    kResponses[2],
    kResponses[3],
    kResponses[4],
    {{"downstream_rq_active", StatsType::kGauge}, &Get<&HttpStats::downstream_rq_active>},
    kResponses[5],
    {{"downstream_rq_header_timeout"}, &Get<&HttpStats::downstream_rq_header_timeout>},
    {{"downstream_rq_http1_total"}, &Get<&HttpStats::downstream_rq_total>},
    {{"downstream_rq_idle_timeout"}, &Get<&HttpStats::downstream_rq_idle_timeout>},
    {{"downstream_rq_max_duration_reached"}, &Get<&HttpStats::downstream_rq_max_duration_reached>},
    {{"downstream_rq_overload_close"}, &Get<&HttpStats::downstream_rq_overload_close>},
    {{"downstream_rq_rx_reset"}, &Get<&HttpStats::downstream_rq_rx_reset>},
    {{"downstream_rq_timeout"}, &Get<&HttpStats::downstream_rq_timeout>},
    // No name of Envoy's, which counts these among the malformed.
    {{"downstream_rq_too_many_headers"}, &Get<&HttpStats::downstream_rq_too_many_headers>},
    {{"downstream_rq_total"}, &Get<&HttpStats::downstream_rq_total>},
    {{"no_cluster"}, &Get<&HttpStats::no_cluster>},
    {{"no_route"}, &Get<&HttpStats::no_route>},
}};

}  // namespace

void AddHttpStats(const std::vector<Publisher::HttpScope>& scopes, observe::StatsList& list) {
  static constexpr auto kHttpMetrics = MetricsOf(kHttp);
  static constexpr auto kConnectionMetrics = MetricsOf(kConnections);
  static constexpr auto kResponseMetrics = MetricsOf(kResponses);
  StatsTable& http = list.Table("http.", kHttpMetrics);
  StatsTable& listeners = list.Table("listener.", kConnectionMetrics);
  StatsTable& responses = list.Table("listener.http.", kResponseMetrics);
  for (const Publisher::HttpScope& scope : scopes) {
    // Envoy's addresses in names: "127.0.0.1_80".
    const std::string listener = observe::StatsNamePart(scope.listener);
    StatsRow& http_row = http.Row("http.", scope.prefix, ".", kHttpLabel);
    StatsRow& listener_row = listeners.Row("listener.", listener, ".", kListenerLabel);
    StatsRow& response_row = responses.Row("listener.", {listener, kListenerLabel}, ".http.",
                                           {scope.prefix, kHttpLabel}, ".");
    http_row.Keep(scope.stats);
    listener_row.Keep(scope.stats);
    scope.stats->ForEach([&](const HttpStats& stats) {
      AddColumns(kHttp, stats, http_row);
      AddColumns(kConnections, stats, listener_row);
      AddColumns(kResponses, stats, response_row);
      http_row.AddHistogram("downstream_cx_length_ms", stats.downstream_cx_length_ms);
      http_row.AddHistogram("downstream_rq_time", stats.downstream_rq_time);
      listener_row.AddHistogram("downstream_cx_length_ms", stats.downstream_cx_length_ms);
    });
  }
}

void AddFilterStats(observe::CounterSets& counters, observe::StatsList& list) {
  counters.ForEach([&list](const observe::CounterScope& scope) -> observe::CounterSets::Visit {
    const std::string_view after =
        scope.after.starts_with('.') ? scope.after.substr(1) : scope.after;
    StatsRow& row = list.Table(StrCat(scope.before, after))
                        .Row(scope.before, scope.owner, scope.after, scope.label);
    return [&row](std::string_view name, uint64_t sum) { row.Counter(name, sum); };
  });
}

}  // namespace fairlead::server::admin
