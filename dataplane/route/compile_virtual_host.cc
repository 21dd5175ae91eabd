#include "dataplane/route/compile_virtual_host.h"

#include <algorithm>
#include <utility>

#include "dataplane/base/status.h"
#include "dataplane/observe/call_stats.h"
#include "dataplane/observe/metadata.h"
#include "dataplane/route/compile_match_tree.h"
#include "dataplane/route/compile_matchers.h"
#include "dataplane/route/compile_overrides.h"
#include "dataplane/route/match_index_builder.h"
#include "dataplane/route/virtual_clusters.h"
#include "envoy/config/route/v3/route_components.pb.h"

namespace fairlead::route {
namespace {

using RouteProto = envoy::config::route::v3::Route;
using RouteList = envoy::config::route::v3::RouteList;
using VirtualHostProto = envoy::config::route::v3::VirtualHost;
using Edits = std::shared_ptr<const HeaderEdits>;

HeaderEditSteps InOrder(const Edits& route, const Edits& host, const Edits& table,
                        bool most_specific_last) {
  HeaderEditSteps steps;
  if (route == nullptr && host == nullptr && table == nullptr) return steps;
  const Edits* const order[] = {most_specific_last ? &table : &route, &host,
                                most_specific_last ? &route : &table};
  steps.reserve((route != nullptr) + (host != nullptr) + (table != nullptr));
  for (const Edits* edits : order) {
    if (*edits != nullptr) steps.push_back(*edits);
  }
  return steps;
}

// One virtual host on its way from proto to object.
class Compilation {
 public:
  Compilation(const VirtualHostProto& proto, const TableLevel& table, const CompileContext& context,
              CompileCaches& caches)
      : proto_(proto),
        table_(table),
        context_(context),
        caches_(caches),
        host_(std::make_shared<VirtualHost>()) {}

  absl::StatusOr<std::shared_ptr<VirtualHost>> Run() {
    auto level = std::make_shared<HostLevel>();
    level->name = proto_.name();
    level->metadata = observe::Metadata::Make(proto_.metadata());
    FL_ASSIGN_OR_RETURN(level->virtual_clusters, CompileVirtualClusters());
    host_->level = std::move(level);
    FL_ASSIGN_OR_RETURN(edits_, CompileLevelEdits(proto_));
    FL_ASSIGN_OR_RETURN(
        std::vector<OverrideEntry> own,
        CompileOverrides(proto_.typed_per_filter_config(), context_, host_->warnings));
    overrides_ = MergeOverrides(table_.overrides, std::move(own));
    NoteOverrides(proto_);
    FL_RETURN_IF_ERROR(SetTlsNeed());
    if (!proto_.has_matcher()) {
      FL_RETURN_IF_ERROR(AddRoutes(proto_.routes(), *host_));
      return std::move(host_);
    }
    if (!proto_.routes().empty()) {
      return InvalidArgument("matcher: is set together with routes; only one may be");
    }
    // Nothing is found beside the lists.
    FL_RETURN_IF_ERROR(AddRoutes({}, *host_));
    auto tree = CompileMatchTree(proto_.matcher(), caches_.regexes,
                                 [this](const RouteList& list) { return AddList(list); });
    if (!tree.ok()) return Annotate(tree.status(), "matcher");
    host_->tree = *std::move(tree);
    return std::move(host_);
  }

 private:
  static std::string Where(int position, const RouteProto& route) {
    return route.name().empty() ? StrCat("routes[", position, "]")
                                : StrCat("routes[", position, "] '", route.name(), "'");
  }

  template <typename Proto>
  void NoteOverrides(const Proto& proto) {
    for (const auto& [name, config] : proto.typed_per_filter_config()) {
      std::vector<std::string>& names = host_->override_names;
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }

  // Null when there are none.
  absl::StatusOr<std::shared_ptr<const VirtualClusters>> CompileVirtualClusters() {
    using Kind = observe::CallScopes::Kind;
    if (proto_.virtual_clusters().empty()) return nullptr;
    auto made = std::make_shared<VirtualClusters>();
    const auto stats_of = [this](std::string_view name) {
      return context_.calls == nullptr
                 ? nullptr
                 : context_.calls->Get(Kind::kVirtualCluster, proto_.name(), name);
    };
    for (int i = 0; i < proto_.virtual_clusters_size(); ++i) {
      const auto& proto = proto_.virtual_clusters(i);
      const std::string where = StrCat("virtual_clusters[", i, "]");
      if (proto.name().empty()) return InvalidArgument(where, ".name: is empty");
      if (proto.headers().empty()) return InvalidArgument(where, ".headers: is empty");
      VirtualClusters::Entry& entry = made->entries.emplace_back();
      entry.name = proto.name();
      entry.stats = stats_of(proto.name());
      for (int k = 0; k < proto.headers_size(); ++k) {
        auto header = CompileHeaderMatch(proto.headers(k), caches_.regexes);
        if (!header.ok()) return Annotate(header.status(), StrCat(where, ".headers[", k, "]"));
        entry.headers.push_back(*std::move(header));
      }
    }
    made->other.stats = stats_of("other");
    return made;
  }

  std::unique_ptr<const RouteExtras> CompileExtras(const RouteProto& proto) const {
    RouteExtras extras{.metadata = observe::Metadata::Make(proto.metadata())};
    if (!proto.stat_prefix().empty() && context_.calls != nullptr) {
      extras.stats = context_.calls->Get(observe::CallScopes::Kind::kRoute, proto_.name(),
                                         proto.stat_prefix());
    }
    if (extras.metadata == nullptr && extras.stats == nullptr) return nullptr;
    return std::make_unique<const RouteExtras>(std::move(extras));
  }

  absl::Status SetTlsNeed() {
    switch (proto_.require_tls()) {
      case VirtualHostProto::NONE:
        return absl::OkStatus();
      case VirtualHostProto::EXTERNAL_ONLY:
        host_->tls_need = VirtualHost::TlsNeed::kExternal;
        break;
      case VirtualHostProto::ALL:
        host_->tls_need = VirtualHost::TlsNeed::kAll;
        break;
      default:
        return InvalidArgument("require_tls: ", static_cast<int>(proto_.require_tls()),
                               " is not NONE, EXTERNAL_ONLY or ALL");
    }
    auto route = std::make_unique<Route>();
    route->host = host_->level.get();
    route->action = Redirect{.keeps_host = true, .scheme = "https"};
    route->overrides = overrides_;
    host_->tls_redirect = std::move(route);
    return absl::OkStatus();
  }

  absl::StatusOr<uint32_t> AddList(const RouteList& proto) {
    auto list = std::make_unique<VirtualHost>();
    list->level = host_->level;
    FL_RETURN_IF_ERROR(AddRoutes(proto.routes(), *list));
    const auto number = static_cast<uint32_t>(host_->lists.size());
    for (const std::string& warning : list->warnings) {
      host_->warnings.push_back(StrCat("matcher: list ", number, ": ", warning));
    }
    host_->is_reusable = host_->is_reusable && list->is_reusable;
    host_->lists.push_back(std::move(list));
    return number;
  }

  absl::Status AddRoutes(const google::protobuf::RepeatedPtrField<RouteProto>& routes,
                         VirtualHost& host) {
    MatchIndexBuilder index(host, caches_);
    host.routes.reserve(static_cast<size_t>(routes.size()));
    for (int i = 0; i < routes.size(); ++i) {
      const absl::Status status = AddRoute(static_cast<uint32_t>(i), routes[i], host, index);
      if (!status.ok()) return Annotate(status, Where(i, routes[i]));
    }
    index.Finish();
    return absl::OkStatus();
  }

  absl::Status AddRoute(uint32_t position, const RouteProto& proto, VirtualHost& host,
                        MatchIndexBuilder& index) {
    Route& route = host.routes.emplace_back();
    route.name = proto.name();
    route.host = host_->level.get();
    route.extras = CompileExtras(proto);
    route.sends_attempt_count = proto_.include_request_attempt_count();
    route.returns_attempt_count = proto_.include_attempt_count_in_response();
    FL_RETURN_IF_ERROR(Annotate(index.Add(position, proto.match()), "match"));
    bool reads_file = false;
    std::vector<std::string> warnings;
    FL_ASSIGN_OR_RETURN(std::vector<OverrideEntry> own,
                        CompileOverrides(proto.typed_per_filter_config(), context_, warnings));
    route.overrides = MergeOverrides(overrides_, std::move(own));
    FL_ASSIGN_OR_RETURN(
        route.action,
        CompileAction(proto, table_.limits, {context_, caches_.regexes, route.overrides, warnings},
                      reads_file));
    for (const std::string& warning : warnings) {
      host.warnings.push_back(StrCat(Where(static_cast<int>(position), proto), ": ", warning));
    }
    if (reads_file) host.is_reusable = false;
    FL_ASSIGN_OR_RETURN(const LevelEdits edits, CompileLevelEdits(proto));
    route.request_edits = InOrder(edits.request, edits_.request, table_.edits.request,
                                  table_.most_specific_edits_last);
    route.response_edits = InOrder(edits.response, edits_.response, table_.edits.response,
                                   table_.most_specific_edits_last);
    NoteOverrides(proto);
    for (const auto& cluster : proto.route().weighted_clusters().clusters()) NoteOverrides(cluster);
    return absl::OkStatus();
  }

  const VirtualHostProto& proto_;
  const TableLevel& table_;
  const CompileContext& context_;
  CompileCaches& caches_;
  std::shared_ptr<VirtualHost> host_;
  LevelEdits edits_;
  std::vector<OverrideEntry> overrides_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const VirtualHost>> CompileVirtualHost(
    const VirtualHostProto& proto, const HostFingerprints& fingerprints, const TableLevel& table,
    const CompileContext& context, CompileCaches& caches) {
  FL_ASSIGN_OR_RETURN(std::shared_ptr<VirtualHost> host,
                      Compilation(proto, table, context, caches).Run());
  host->fingerprint = fingerprints.message;
  host->domains = fingerprints.domains;
  return host;
}

}  // namespace fairlead::route
