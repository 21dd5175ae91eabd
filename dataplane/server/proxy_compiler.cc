#include "dataplane/server/proxy_compiler.h"

#include "dataplane/base/status.h"
#include "dataplane/cluster/cluster_config.h"
#include "dataplane/cluster/supported.h"
#include "dataplane/filters/registry.h"
#include "dataplane/http/compile_hcm.h"
#include "dataplane/listener/listener_config.h"
#include "dataplane/route/route_table.h"
#include "dataplane/route/supported.h"
#include "dataplane/server/listen_reservation.h"
#include "dataplane/xds/supported.h"
#include "google/protobuf/any.pb.h"

namespace fairlead::server {
namespace {

absl::StatusOr<std::shared_ptr<const route::FilterOverride>> CompileOverride(
    const google::protobuf::Any& config, const ProxyShared& shared) {
  const std::string& url = config.type_url();
  const filters::FilterKind* kind =
      filters::FindByOverrideType(std::string_view(url).substr(url.rfind('/') + 1));
  if (kind == nullptr) {
    return InvalidArgument("no filter takes '", url, "' as an override for a route");
  }
  return kind->factory->CreateOverride(config, {shared.counters, {}, shared.runtime});
}

}  // namespace

absl::StatusOr<std::shared_ptr<const cluster::ClusterConfig>> ProxyCompiler::CompileCluster(
    const envoy::config::cluster::v3::Cluster& cluster) {
  return cluster::CompileCluster(cluster, slots_);
}

absl::StatusOr<std::shared_ptr<const upstream::EndpointSet>> ProxyCompiler::CompileEndpoints(
    const cluster::ClusterConfig& cluster,
    const envoy::config::endpoint::v3::ClusterLoadAssignment& assignment) {
  return cluster::CompileEndpoints(cluster, assignment);
}

absl::StatusOr<std::shared_ptr<const route::RouteTable>> ProxyCompiler::CompileRoutes(
    const envoy::config::route::v3::RouteConfiguration& routes, const route::RouteTable* previous) {
  return route::RouteTable::Compile(routes, RouteContext(), previous);
}

absl::StatusOr<std::shared_ptr<const route::RouteTable>> ProxyCompiler::CompileRouteChange(
    const envoy::config::route::v3::RouteConfiguration& news, const std::vector<uint32_t>& hosts,
    const route::RouteTable& previous) {
  return route::RouteTable::CompileChange(news, hosts, RouteContext(), previous);
}

route::CompileContext ProxyCompiler::RouteContext() const {
  return {slots_,
          [this](std::string_view, const auto& any) { return CompileOverride(any, shared_); },
          shared_.runtime, shared_.calls};
}

absl::StatusOr<std::shared_ptr<const listener::ListenerConfig>> ProxyCompiler::CompileListener(
    const envoy::config::listener::v3::Listener& listener) {
  http::HcmCompileContext context;
  context.open_access_log = [this](const auto& proto) { return access_logs_.Open(proto); };
  context.counters = &shared_.counters;
  context.runtime = shared_.runtime;
  context.local_address = names_.local_address;
  context.node_cluster = names_.node_cluster;
  context.node_id = names_.node_id;
  auto compiled = listener::CompileListener(listener, std::move(context));
  if (compiled.ok() && probes_addresses_) {
    auto probe = ListenReservation::Make((*compiled)->address);
    if (!probe.ok()) return Annotate(probe.status(), "address");
  }
  return compiled;
}

const xds::SupportTable& Supported() {
  static const xds::SupportTable& table = *[] {
    auto* made = new xds::SupportTable;
    cluster::DeclareSupport(*made);
    route::DeclareSupport(*made);
    filters::DeclareSupport(*made);
    http::DeclareSupport(*made);
    listener::DeclareSupport(*made);
    observe::DeclareSupport(*made);
    xds::DeclareSupport(*made);
    made->Allow("envoy.config.bootstrap.v3.Bootstrap", {"admin", "layered_runtime"});
    made->Allow("envoy.config.bootstrap.v3.LayeredRuntime", {"layers"});
    made->Allow("envoy.config.bootstrap.v3.RuntimeLayer", {"name", "static_layer", "admin_layer"});
    made->Allow("envoy.config.bootstrap.v3.RuntimeLayer.AdminLayer", {});
    made->Allow("envoy.config.bootstrap.v3.Admin", {"address"});
    return made;
  }();
  return table;
}

}  // namespace fairlead::server
