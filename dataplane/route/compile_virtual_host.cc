#include "dataplane/route/compile_virtual_host.h"

#include <utility>

#include "dataplane/base/status.h"
#include "dataplane/route/compile_overrides.h"
#include "dataplane/route/match_index_builder.h"
#include "envoy/config/route/v3/route_components.pb.h"

namespace fairlead::route {
namespace {

using RouteProto = envoy::config::route::v3::Route;
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
        host_(std::make_shared<VirtualHost>()),
        index_(*host_, caches) {}

  absl::StatusOr<std::shared_ptr<VirtualHost>> Run() {
    host_->name = proto_.name();
    FL_ASSIGN_OR_RETURN(edits_, CompileLevelEdits(proto_));
    FL_ASSIGN_OR_RETURN(
        std::vector<OverrideEntry> own,
        CompileOverrides(proto_.typed_per_filter_config(), context_, host_->warnings));
    overrides_ = MergeOverrides(table_.overrides, std::move(own));
    host_->routes.reserve(static_cast<size_t>(proto_.routes_size()));
    for (int i = 0; i < proto_.routes_size(); ++i) {
      const RouteProto& route = proto_.routes(i);
      const absl::Status status = AddRoute(static_cast<uint32_t>(i), route);
      if (!status.ok()) return Annotate(status, Where(i, route));
    }
    index_.Finish();
    return std::move(host_);
  }

 private:
  static std::string Where(int position, const RouteProto& route) {
    return route.name().empty() ? StrCat("routes[", position, "]")
                                : StrCat("routes[", position, "] '", route.name(), "'");
  }

  absl::Status AddRoute(uint32_t position, const RouteProto& proto) {
    Route& route = host_->routes.emplace_back();
    route.name = proto.name();
    route.virtual_host = host_->name;
    FL_RETURN_IF_ERROR(Annotate(index_.Add(position, proto.match()), "match"));
    bool reads_file = false;
    FL_ASSIGN_OR_RETURN(route.action, CompileAction(proto, table_.limits, context_.slots,
                                                    caches_.regexes, reads_file));
    if (reads_file) host_->is_reusable = false;
    FL_ASSIGN_OR_RETURN(const LevelEdits edits, CompileLevelEdits(proto));
    route.request_edits = InOrder(edits.request, edits_.request, table_.edits.request,
                                  table_.most_specific_edits_last);
    route.response_edits = InOrder(edits.response, edits_.response, table_.edits.response,
                                   table_.most_specific_edits_last);
    std::vector<std::string> warnings;
    FL_ASSIGN_OR_RETURN(std::vector<OverrideEntry> own,
                        CompileOverrides(proto.typed_per_filter_config(), context_, warnings));
    for (const std::string& warning : warnings) {
      host_->warnings.push_back(StrCat(Where(static_cast<int>(position), proto), ": ", warning));
    }
    route.overrides = MergeOverrides(overrides_, std::move(own));
    return absl::OkStatus();
  }

  const VirtualHostProto& proto_;
  const TableLevel& table_;
  const CompileContext& context_;
  CompileCaches& caches_;
  std::shared_ptr<VirtualHost> host_;
  MatchIndexBuilder index_;
  LevelEdits edits_;
  std::vector<OverrideEntry> overrides_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const VirtualHost>> CompileVirtualHost(
    const VirtualHostProto& proto, const Fingerprint& fingerprint, const TableLevel& table,
    const CompileContext& context, CompileCaches& caches) {
  FL_ASSIGN_OR_RETURN(std::shared_ptr<VirtualHost> host,
                      Compilation(proto, table, context, caches).Run());
  host->fingerprint = fingerprint;
  return host;
}

}  // namespace fairlead::route
