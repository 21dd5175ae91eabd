#include "dataplane/server/admin/collect_stats.h"

#include <algorithm>
#include <array>
#include <utility>

#include "dataplane/base/status.h"
#include "dataplane/base/strings.h"
#include "dataplane/server/admin/server_pages.h"

namespace fairlead::server::admin {
namespace {

using Type = StatsSelection::Type;

struct TypeName {
  std::string_view name;
  Type type;
};
// Envoy's.
constexpr std::array<TypeName, 5> kTypeNames = {{{"All", Type::kAll},
                                                 {"Counters", Type::kCounters},
                                                 {"Gauges", Type::kGauges},
                                                 {"TextReadouts", Type::kTextReadouts},
                                                 {"Histograms", Type::kHistograms}}};

// What is collected, and which of it is wanted.
struct Collection {
  const StatsSelection& selection;
  Stats stats;
};

// A scope of the list that takes only what is wanted.
class Scope {
 public:
  Scope(Collection& out, std::string_view kind, std::string_view label = {},
        std::string_view owner = {})
      : out_(out),
        scope_(out.stats.numbers.Scope(kind, label, owner)),
        prefix_(PrefixOf(kind, label, owner)) {}

  void Counter(std::string_view name, uint64_t value,
               const observe::StatsScope::Member& member = {}) {
    if (Wants(name, Type::kCounters, value != 0)) scope_.Counter(name, value, member);
  }
  void Gauge(std::string_view name, uint64_t value) {
    if (Wants(name, Type::kGauges, value != 0)) scope_.Gauge(name, static_cast<int64_t>(value));
  }
  void Text(std::string_view name, std::string_view text) {
    if (!Wants(name, Type::kTextReadouts, !text.empty())) return;
    out_.stats.texts.emplace_back(StrCat(prefix_, name), OneLine(text));
  }

 private:
  // How the list begins the names of such a scope, from the list itself.
  static std::string PrefixOf(std::string_view kind, std::string_view label,
                              std::string_view owner) {
    observe::StatsList probe;
    probe.Scope(kind, label, owner).Gauge("", 0);
    return probe.samples().front().name;
  }
  bool Wants(std::string_view name, Type type, bool is_used) const {
    return out_.selection.Wants(StrCat(prefix_, name), type, is_used);
  }

  Collection& out_;
  observe::StatsScope scope_;
  const std::string prefix_;
};

using http::HttpStats;
using observe::Counter;
using observe::Gauge;

struct HttpCounter {
  std::string_view name;
  Counter HttpStats::* field;
};
constexpr std::array<HttpCounter, 17> kHttpCounters = {{
    {"downstream_cx_total", &HttpStats::downstream_cx_total},
    {"downstream_cx_protocol_error", &HttpStats::downstream_cx_protocol_error},
    {"downstream_cx_idle_timeout", &HttpStats::downstream_cx_idle_timeout},
    {"downstream_cx_drain_close", &HttpStats::downstream_cx_drain_close},
    {"downstream_cx_destroy_remote_active_rq", &HttpStats::downstream_cx_destroy_remote_active_rq},
    {"downstream_rq_total", &HttpStats::downstream_rq_total},
    {"downstream_rq_timeout", &HttpStats::downstream_rq_timeout},
    {"downstream_rq_header_timeout", &HttpStats::downstream_rq_header_timeout},
    {"downstream_rq_max_duration_reached", &HttpStats::downstream_rq_max_duration_reached},
    {"downstream_cx_max_duration_reached", &HttpStats::downstream_cx_max_duration_reached},
    {"downstream_rq_idle_timeout", &HttpStats::downstream_rq_idle_timeout},
    {"downstream_rq_rx_reset", &HttpStats::downstream_rq_rx_reset},
    {"downstream_rq_too_many_headers", &HttpStats::downstream_rq_too_many_headers},
    {"no_route", &HttpStats::no_route},
    {"no_cluster", &HttpStats::no_cluster},
    {"downstream_rx_bytes_total", &HttpStats::downstream_rx_bytes_total},
    {"downstream_tx_bytes_total", &HttpStats::downstream_tx_bytes_total},
}};

struct HttpGauge {
  std::string_view name;
  Gauge HttpStats::* field;
};
constexpr std::array<HttpGauge, 2> kHttpGauges = {{
    {"downstream_cx_active", &HttpStats::downstream_cx_active},
    {"downstream_rq_active", &HttpStats::downstream_rq_active},
}};

void AddHttpStats(const Publisher::HttpScopes& scopes, Collection& out) {
  constexpr std::array<std::string_view, 5> kClasses = {"1", "2", "3", "4", "5"};
  for (const auto& [prefix, workers] : scopes) {
    Scope scope(out, "http", "envoy_http_conn_manager_prefix", prefix);
    // The list adds the workers up.
    for (const auto& stats : workers) {
      for (const HttpCounter& counter : kHttpCounters) {
        scope.Counter(counter.name, ((*stats).*counter.field).value());
      }
      for (const HttpGauge& gauge : kHttpGauges) {
        scope.Gauge(gauge.name, static_cast<uint64_t>(((*stats).*gauge.field).value()));
      }
      for (size_t i = 0; i < kClasses.size(); ++i) {
        scope.Counter(StrCat("downstream_rq_", kClasses[i], "xx"),
                      stats->downstream_rq_xx[i].value(),
                      {"downstream_rq_xx", "envoy_response_code_class", kClasses[i]});
      }
    }
  }
}

// Several clusters may have one alt_stat_name; the list adds them up.
void AddClusterStats(const ClusterSnapshot& snapshot, Collection& out) {
  for (const ClusterSample& cluster : snapshot.clusters) {
    HostSample sum;
    uint64_t healthy = 0;
    for (const HostSample& host : cluster.hosts) {
      sum.AddCounters(host);
      if (host.is_healthy) ++healthy;
    }
    Scope scope(out, "cluster", "envoy_cluster_name", cluster.config->stat_name);
    scope.Counter("lb_healthy_panic", cluster.lb_healthy_panic);
    scope.Counter("membership_change", cluster.membership_change);
    scope.Gauge("membership_healthy", healthy);
    scope.Gauge("membership_total", cluster.hosts.size());
    scope.Gauge("upstream_cx_active", static_cast<uint64_t>(sum.cx_active));
    scope.Counter("upstream_cx_connect_fail", sum.cx_connect_fail);
    scope.Counter("upstream_cx_none_healthy", cluster.cx_none_healthy);
    scope.Counter("upstream_cx_protocol_error", sum.cx_protocol_error);
    scope.Counter("upstream_cx_total", sum.cx_total);
    scope.Gauge("upstream_rq_active", static_cast<uint64_t>(sum.rq_active));
    scope.Counter("upstream_rq_error", sum.rq_error);
    scope.Counter("upstream_rq_success", sum.rq_success);
    scope.Counter("upstream_rq_timeout", sum.rq_timeout);
    scope.Counter("upstream_rq_total", sum.rq_total);
  }
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

void AddConfigStats(const xds::ConfigState& config, Collection& out) {
  for (const xds::ResourceType type : xds::kResourceTypes) {
    const xds::TypeCounters& counters = config.pipeline.types[type];
    Scope scope(out, ScopeOf(type));
    scope.Counter("init_fetch_timeout", counters.init_fetch_timeout);
    scope.Counter("update_attempt", counters.update_attempt);
    scope.Counter("update_failure", counters.update_failure);
    scope.Counter("update_rejected", counters.update_rejected);
    scope.Counter("update_success", counters.update_success);
    const auto updated_at = counters.updated_at.time_since_epoch();
    scope.Gauge("update_time",
                static_cast<uint64_t>(
                    std::chrono::duration_cast<std::chrono::milliseconds>(updated_at).count()));
    scope.Text("version_text", counters.version_text);
  }
  Scope control_plane(out, "control_plane");
  control_plane.Gauge("connected_state", config.has_ads && config.ads.is_connected ? 1 : 0);
  control_plane.Gauge("last_good_config_in_use", config.pipeline.serves_last_good ? 1 : 0);
  control_plane.Gauge("pending_requests", config.ads.client.pending_requests);
  control_plane.Counter("rate_limit_enforced", config.ads.client.rate_limit_enforced);
  control_plane.Text("identifier", config.ads.client.identifier);
}

void AddManagerStats(const AdminSource& source, const xds::PipelineState& pipeline,
                     const ClusterSnapshot& clusters, Collection& out) {
  const uint64_t active_clusters = clusters.clusters.size();
  Scope cluster_manager(out, "cluster_manager");
  cluster_manager.Gauge("active_clusters", active_clusters);
  cluster_manager.Gauge("warming_clusters",
                        pipeline.clusters - std::min<uint64_t>(pipeline.clusters, active_clusters));
  Scope listener_manager(out, "listener_manager");
  uint64_t open = 0;
  uint64_t failed = 0;
  const std::vector<Publisher::ListenerState> listeners = source.Listeners();
  for (const Publisher::ListenerState& listener : listeners) {
    if (listener.open > 0) ++open;
    if (!listener.error.empty()) ++failed;
  }
  listener_manager.Gauge("total_listeners_active", open);
  listener_manager.Gauge("total_listeners_failed", failed);
  listener_manager.Gauge(
      "total_listeners_warming",
      pipeline.listeners - std::min<uint64_t>(pipeline.listeners, listeners.size()));
  listener_manager.Gauge("workers_started", source.AreWorkersStarted() ? 1 : 0);
  Scope(out, "fairlead.stats")
      .Gauge("workers_missing", static_cast<uint64_t>(clusters.workers_missing));
}

void AddServerStats(const AdminSource& source, ServerState state,
                    const Publisher::HttpScopes& scopes, Collection& out) {
  int64_t connections = 0;
  for (const auto& [prefix, workers] : scopes) {
    for (const auto& stats : workers) connections += stats->downstream_cx_active.value();
  }
  const MemoryUse memory = ReadMemoryUse();
  Scope server(out, "server");
  server.Gauge("concurrency", source.Facts().concurrency);
  server.Gauge("live", state == ServerState::kLive ? 1 : 0);
  server.Gauge("memory_allocated", memory.allocated);
  server.Gauge("memory_heap_size", memory.heap_size);
  server.Gauge("memory_physical_size", memory.total_physical_bytes);
  server.Gauge("state", static_cast<uint64_t>(state));
  server.Gauge("total_connections", static_cast<uint64_t>(connections));
  server.Gauge("uptime",
               static_cast<uint64_t>(
                   std::chrono::duration_cast<std::chrono::seconds>(source.Uptime()).count()));
}

}  // namespace

absl::StatusOr<StatsSelection> StatsSelection::Parse(const AdminRequest& request) {
  StatsSelection selection;
  FL_ASSIGN_OR_RETURN(selection.filter_, RegexParameter(request, "filter"));
  selection.used_only_ = request.Has("usedonly");
  const std::string_view type = request.Find("type").value_or("All");
  const auto found = std::find_if(kTypeNames.begin(), kTypeNames.end(),
                                  [&](const TypeName& known) { return known.name == type; });
  if (found == kTypeNames.end()) {
    return InvalidArgument("type: '", type,
                           "': allowed are All, Counters, Gauges, TextReadouts, Histograms");
  }
  selection.type_ = found->type;
  return selection;
}

bool StatsSelection::Wants(std::string_view name, Type type, bool is_used) const {
  if (used_only_ && !is_used) return false;
  if (type_ != Type::kAll && type_ != type) return false;
  return filter_ == nullptr ||
         re2::RE2::PartialMatch(re2::StringPiece(name.data(), name.size()), *filter_);
}

Stats CollectStats(const AdminSource& source, ServerState state, const StatsSelection& selection) {
  const Publisher::HttpScopes http = source.HttpStats();
  const ClusterSnapshot clusters = source.Clusters();
  const xds::ConfigState config = source.Config();
  Collection collection{selection, {}};
  AddServerStats(source, state, http, collection);
  AddManagerStats(source, config.pipeline, clusters, collection);
  AddConfigStats(config, collection);
  AddHttpStats(http, collection);
  AddClusterStats(clusters, collection);
  collection.stats.numbers.Finish();
  std::sort(collection.stats.texts.begin(), collection.stats.texts.end());
  return std::move(collection.stats);
}

}  // namespace fairlead::server::admin
