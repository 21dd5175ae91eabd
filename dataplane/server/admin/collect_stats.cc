#include "dataplane/server/admin/collect_stats.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <utility>

#include "dataplane/base/status.h"
#include "dataplane/base/strings.h"
#include "dataplane/server/admin/server_pages.h"
#include "dataplane/server/admin/traffic_stats.h"

namespace fairlead::server::admin {
namespace {

using observe::HistogramFormat;
using observe::StatsList;
using observe::StatsRow;
using observe::StatsType;

// Envoy's.
struct TypeName {
  std::string_view name;
  std::optional<StatsType> type;
};
constexpr std::array<TypeName, 5> kTypeNames = {{{"All", std::nullopt},
                                                 {"Counters", StatsType::kCounter},
                                                 {"Gauges", StatsType::kGauge},
                                                 {"TextReadouts", StatsType::kText},
                                                 {"Histograms", StatsType::kHistogram}}};

struct HistogramFormatName {
  std::string_view name;
  HistogramFormat format;
};
constexpr std::array<HistogramFormatName, 3> kHistogramFormats = {
    {{"none", HistogramFormat::kQuantiles},
     {"cumulative", HistogramFormat::kCumulative},
     {"disjoint", HistogramFormat::kDisjoint}}};

template <typename Clock>
int64_t InMilliseconds(std::chrono::time_point<Clock, std::chrono::nanoseconds> time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

// Envoy has the counters of EDS and RDS for each subscription; ours are sums over the type.
std::string_view ScopeOf(xds::ResourceType type) {
  switch (type) {
    case xds::ResourceType::kCluster:
      return "cluster_manager.cds";
    case xds::ResourceType::kEndpoint:
      return "fairlead.eds";
    case xds::ResourceType::kListener:
      return "listener_manager.lds";
    case xds::ResourceType::kRoute:
      return "fairlead.rds";
  }
  return "fairlead.xds";
}

void AddConfigStats(const xds::ConfigState& config, StatsList& list) {
  for (const xds::ResourceType type : xds::kResourceTypes) {
    const xds::TypeCounters& counters = config.pipeline.types[type];
    StatsRow& row = list.Single(StrCat(ScopeOf(type), "."));
    row.Counter("init_fetch_timeout", counters.init_fetch_timeout);
    row.Counter("update_attempt", counters.update_attempt);
    row.Counter("update_failure", counters.update_failure);
    row.Counter("update_rejected", counters.update_rejected);
    row.Counter("update_success", counters.update_success);
    row.Gauge("update_time", InMilliseconds(counters.updated_at));
    row.Text("version_text", OneLine(counters.version_text));
  }
  StatsRow& control_plane = list.Single("control_plane.");
  control_plane.Gauge("connected_state", config.has_ads && config.ads.is_connected ? 1 : 0);
  control_plane.Gauge("last_good_config_in_use", config.pipeline.serves_last_good ? 1 : 0);
  control_plane.Gauge("pending_requests", static_cast<int64_t>(config.ads.client.pending_requests));
  control_plane.Counter("rate_limit_enforced", config.ads.client.rate_limit_enforced);
  control_plane.Text("identifier", OneLine(config.ads.client.identifier));
}

void AddManagerStats(const AdminSource& source, const xds::PipelineState& pipeline,
                     size_t active_clusters, StatsList& list) {
  const auto warming = [](uint64_t all, uint64_t active) {
    return static_cast<int64_t>(all - std::min(all, active));
  };
  StatsRow& cluster_manager = list.Single("cluster_manager.");
  cluster_manager.Gauge("active_clusters", static_cast<int64_t>(active_clusters));
  cluster_manager.Gauge("warming_clusters", warming(pipeline.clusters, active_clusters));
  int64_t open = 0;
  int64_t failed = 0;
  const std::vector<Publisher::ListenerState> listeners = source.Listeners();
  for (const Publisher::ListenerState& listener : listeners) {
    if (listener.open > 0) ++open;
    if (!listener.error.empty()) ++failed;
  }
  StatsRow& listener_manager = list.Single("listener_manager.");
  listener_manager.Gauge("total_listeners_active", open);
  listener_manager.Gauge("total_listeners_failed", failed);
  listener_manager.Gauge("total_listeners_warming", warming(pipeline.listeners, listeners.size()));
  listener_manager.Gauge("workers_started", source.AreWorkersStarted() ? 1 : 0);
}

// As Envoy: the beginning of the revision, "1.2.3" here, as a number: 10203.
int64_t VersionNumber(std::string_view version) {
  int64_t number = 0;
  for (int part = 0; part < 3; ++part) {
    const size_t dot = std::min(version.find('.'), version.size());
    number = number * 100 + std::atoi(std::string(version.substr(0, dot)).c_str());
    version.remove_prefix(std::min(dot + 1, version.size()));
  }
  return number;
}

void AddServerStats(AdminSource& source, ServerState state,
                    const std::vector<Publisher::HttpScope>& scopes, StatsList& list) {
  int64_t connections = 0;
  for (const Publisher::HttpScope& scope : scopes) {
    connections += scope.stats->Sum(&http::HttpStats::downstream_cx_active);
  }
  const MemoryUse memory = ReadMemoryUse();
  const BufferUse buffers = source.Buffers();
  StatsRow& server = list.Single("server.");
  server.Gauge("buffer_bytes", static_cast<int64_t>(buffers.bytes));
  server.Counter("buffers_refused", buffers.refused);
  server.Gauge("concurrency", source.Facts().concurrency);
  server.Gauge("live", state == ServerState::kLive ? 1 : 0);
  server.Gauge("memory_allocated", static_cast<int64_t>(memory.allocated));
  server.Gauge("memory_heap_size", static_cast<int64_t>(memory.heap_size));
  server.Gauge("memory_physical_size", static_cast<int64_t>(memory.total_physical_bytes));
  server.Gauge("state", static_cast<int64_t>(state));
  server.Gauge("total_connections", connections);
  server.Gauge("uptime", std::chrono::duration_cast<std::chrono::seconds>(source.Uptime()).count());
  server.Gauge("version", VersionNumber(source.Facts().version));
  const runtime::Runtime::Counts counts = source.RuntimeValues().counts();
  StatsRow& runtime = list.Single("runtime.");
  runtime.Gauge("admin_overrides_active", static_cast<int64_t>(counts.admin_overrides_active));
  runtime.Counter("load_error", counts.load_errors);
  runtime.Counter("load_success", counts.loads);
  runtime.Gauge("num_keys", static_cast<int64_t>(counts.keys));
  runtime.Gauge("num_layers", static_cast<int64_t>(counts.layers));
  list.Single("access_log_file.").Counter("write_dropped", source.DroppedLogLines());
}

}  // namespace

absl::StatusOr<observe::StatsSelection> ParseStatsSelection(const AdminRequest& request) {
  observe::StatsSelection selection;
  FL_ASSIGN_OR_RETURN(selection.filter, RegexParameter(request, "filter"));
  selection.used_only = request.Has("usedonly");
  const std::string_view type = request.Find("type").value_or("All");
  const auto found = std::find_if(kTypeNames.begin(), kTypeNames.end(),
                                  [&](const TypeName& known) { return known.name == type; });
  if (found == kTypeNames.end()) {
    return InvalidArgument("type: '", type,
                           "': allowed are All, Counters, Gauges, TextReadouts, Histograms");
  }
  selection.type = found->type;
  const std::string_view buckets = request.Find("histogram_buckets").value_or("none");
  const auto format =
      std::find_if(kHistogramFormats.begin(), kHistogramFormats.end(),
                   [&](const HistogramFormatName& known) { return known.name == buckets; });
  if (format == kHistogramFormats.end()) {
    return InvalidArgument("histogram_buckets: '", buckets,
                           "': allowed are none, cumulative, disjoint");
  }
  selection.histograms = format->format;
  return selection;
}

observe::StatsList CollectStats(AdminSource& source, ServerState state) {
  const std::vector<Publisher::HttpScope> http = source.HttpScopes();
  const std::vector<Publisher::ClusterScope> clusters = source.ClusterScopes();
  const xds::ConfigState config = source.Config();
  StatsList list;
  AddClusterStats(clusters, list);
  AddManagerStats(source, config.pipeline, clusters.size(), list);
  AddConfigStats(config, list);
  AddHttpStats(http, list);
  AddFilterStats(source.Counters(), list);
  AddCallStats(source.Calls(), list);
  AddServerStats(source, state, http, list);
  list.Finish();
  return list;
}

}  // namespace fairlead::server::admin
