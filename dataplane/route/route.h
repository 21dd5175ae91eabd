#ifndef FAIRLEAD_DATAPLANE_ROUTE_ROUTE_H_
#define FAIRLEAD_DATAPLANE_ROUTE_ROUTE_H_

// What a matched request is to have: its action, its edits, its timeouts, its filters' overrides.
//
// Compiled from config.route.v3.Route with all that its virtual host and route configuration add,
// so that a request reads one object. Immutable; owned by the route table that matched it. Thread:
// any.
//
// Limits: there are as many of these as routes, so a route to one cluster with nothing else set
// takes under 300 bytes (route_test.cc holds it to that): what is rarely there is behind a shared
// pointer, and equal parts are shared.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "dataplane/cluster/cluster_slots.h"
#include "dataplane/runtime/runtime_key.h"
#include "re2/re2.h"

namespace fairlead::observe {
class LogFormat;
class Metadata;
struct CallStats;
template <typename Stats>
class PerWorker;
}  // namespace fairlead::observe

namespace fairlead::route {

struct VirtualClusters;

// A filter's settings for a route (typed_per_filter_config); each filter derives its own.
class FilterOverride {
 public:
  virtual ~FilterOverride() = default;
};

// The number of a filter's configured name ("envoy.filters.http.local_ratelimit"), the same
// everywhere in the process. Thread: any (a mutex); called when configuration is compiled, never by
// requests.
uint32_t FilterNameId(std::string_view name);

struct OverrideEntry {
  uint32_t filter = 0;
  // Null when the override only switches the filter on or off.
  std::shared_ptr<const FilterOverride> config;
  // FilterConfig.disabled; an override that is not disabled also enables a filter that the chain
  // has switched off.
  bool is_disabled = false;
};

struct HeaderEdit {
  enum class Action : uint8_t { kAppend, kAddIfAbsent, kOverwrite, kOverwriteIfExists };
  // Lower-case.
  std::string name;
  // When there is no format.
  std::string value;
  // Makes the value, when it has command operators; else null.
  std::shared_ptr<const observe::LogFormat> format;
  Action action = Action::kAppend;
  // An empty value is written too (HeaderValueOption.keep_empty_value).
  bool keeps_empty = false;
};

// The edits of one level (route, virtual host, route configuration, weighted cluster). Removals
// come first; see header_edits.h.
struct HeaderEdits {
  std::vector<HeaderEdit> add;
  std::vector<std::string> remove;
  bool empty() const { return add.empty() && remove.empty(); }
};

// The edits of several levels in the order to apply them. A level's edits see the outcome of the
// level before, so they cannot be merged into one; levels without edits are left out.
using HeaderEditSteps = std::vector<std::shared_ptr<const HeaderEdits>>;

// What few clusters of a route have.
struct ClusterExtras {
  // Of filters: the cluster's own over the route's, sorted by filter; only if it has any.
  std::vector<OverrideEntry> overrides;
  // The request's field that names the cluster (cluster_header), lower-case; the slot is null then.
  std::string name_header;
  // Host becomes this, before the route's own rewrite. Empty: it stays.
  std::string host_rewrite;
};

struct WeightedCluster {
  std::shared_ptr<const cluster::ClusterSlot> slot;
  // Sum of the weights up to and with this one: the first whose value is above a number in [0,
  // total) is picked.
  uint32_t weight_end = 0;
  // Applied before the route's own edits (Envoy's order).
  HeaderEditSteps request_edits;
  HeaderEditSteps response_edits;
  // Usually null.
  std::shared_ptr<const ClusterExtras> extras;
};

// Where the hash of a consistent-hash policy comes from (RouteAction.HashPolicy).
struct HashPolicy {
  enum class Source : uint8_t { kHeader, kSourceIp, kQueryParameter, kCookie };
  Source source = Source::kHeader;
  // Lower-case for a header.
  std::string name;
  // Stop here when a hash has been made.
  bool terminal = false;
};

// How a path is changed (rewrite.h). Either `prefix` or `regex` is set.
struct PathRewrite {
  // Replaces what the match matched: a prefix, or the whole path.
  std::string prefix;
  // Replaces every match in the path without its query.
  std::shared_ptr<const re2::RE2> regex;
  std::string regex_substitution;
  // The regex is that of a URI template: it matches the whole path, which becomes the substitution.
  bool is_template = false;
};

// What Host becomes (rewrite.h); where nothing comes out, it stays.
struct HostRewrite {
  enum class Kind : uint8_t { kLiteral, kHeader, kPathRegex };
  Kind kind = Kind::kLiteral;
  // The new host, the field that has it (lower-case), or the substitution.
  std::string text;
  // Replaces every match in the path without its query.
  std::shared_ptr<const re2::RE2> regex;
};

// What few forwarding routes have.
struct ForwardExtras {
  // The field whose number picks by weight, lower-case (WeightedCluster.header_name); empty: none.
  std::string weight_header;
  // The clusters' weights while the proxy runs (WeightedCluster.runtime_key_prefix), one for each
  // of Forward::clusters; empty: none.
  struct RuntimeWeight {
    runtime::RuntimeKey key;
    uint32_t configured = 0;
  };
  std::vector<RuntimeWeight> weights;
  // From the begin of the request (RouteAction.max_stream_duration); 0: no limit, whatever the
  // connection manager says; unset: as that says.
  std::optional<std::chrono::milliseconds> max_stream_duration;
};

struct Forward {
  // One, or several by weight (weighted_choice.h).
  std::vector<WeightedCluster> clusters;
  uint32_t total_weight = 1;
  // Usually null.
  std::shared_ptr<const ForwardExtras> extras;
  // 503, 404 or 500 when the cluster does not exist.
  uint16_t cluster_not_found_status = 503;
  // Host becomes the picked endpoint's hostname (auto_host_rewrite).
  bool host_rewrite_auto = false;
  bool append_x_forwarded_host = false;
  // From the end of the request; 0: none (RouteAction.timeout, 15 s).
  std::chrono::milliseconds timeout{15000};
  // Longest silence of the stream; unset: the connection manager's (RouteAction.idle_timeout).
  std::optional<std::chrono::milliseconds> idle_timeout;
  // Null: the path goes on as it came.
  std::shared_ptr<const PathRewrite> rewrite;
  // Null: Host goes on as it came.
  std::shared_ptr<const HostRewrite> host_rewrite;
  std::vector<HashPolicy> hash_policies;
};

struct Redirect {
  uint16_t status = 301;
  // 0: none is named.
  uint16_t port = 0;
  bool strip_query = false;
  // Host stays as it came, with whatever port it has (VirtualHost.require_tls).
  bool keeps_host = false;
  // Empty: as in the request.
  std::string scheme;
  std::string host;
  // At most one of these; neither: the request's path.
  std::string path;
  std::shared_ptr<const PathRewrite> rewrite;
};

struct DirectResponse {
  uint16_t status = 200;
  std::string body;
};

// Nothing that HTTP could do (Route.non_forwarding_action): such a request is not answered by any
// cluster.
struct NoForwarding {};

using Action = std::variant<Forward, Redirect, DirectResponse, NoForwarding>;

// What the routes of a virtual host have in common. Owned by the virtual host.
struct HostLevel {
  std::string name;
  // Null: none.
  std::shared_ptr<const observe::Metadata> metadata;
  // Null: none (virtual_clusters.h).
  std::shared_ptr<const VirtualClusters> virtual_clusters;
};

// What few routes have.
struct RouteExtras {
  // Null: none.
  std::shared_ptr<const observe::Metadata> metadata;
  // Where its requests are counted (Route.stat_prefix); null: nowhere.
  std::shared_ptr<observe::PerWorker<observe::CallStats>> stats;
};

struct Route {
  std::string name;
  // Null in tables of tests only.
  const HostLevel* host = nullptr;
  // Usually null.
  std::unique_ptr<const RouteExtras> extras;
  Action action;
  // How many bytes of the path the match takes, for rewrites: the length of a prefix or an exact
  // path; npos, the whole path without its query, for a regex.
  size_t matched_prefix = std::string::npos;
  // Route's, then virtual host's, then route configuration's (or the other way with
  // most_specific_header_mutations_wins), already in the order to apply.
  HeaderEditSteps request_edits;
  HeaderEditSteps response_edits;
  // Sorted by filter; the most specific level's, already merged.
  std::vector<OverrideEntry> overrides;
  // The virtual host's: x-envoy-attempt-count goes to the upstream, or to the client.
  bool sends_attempt_count = false;
  bool returns_attempt_count = false;
};

// The override for a filter; null when there is none. `target`, the cluster that was picked, may be
// null, and so may `route`.
inline const OverrideEntry* FindOverride(const Route* route, const WeightedCluster* target,
                                         uint32_t filter) {
  if (route == nullptr) return nullptr;
  const bool is_targets =
      target != nullptr && target->extras != nullptr && !target->extras->overrides.empty();
  for (const OverrideEntry& entry : is_targets ? target->extras->overrides : route->overrides) {
    if (entry.filter == filter) return &entry;
  }
  return nullptr;
}

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_ROUTE_H_
