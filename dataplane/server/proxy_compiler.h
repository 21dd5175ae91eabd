#ifndef FAIRLEAD_DATAPLANE_SERVER_PROXY_COMPILER_H_
#define FAIRLEAD_DATAPLANE_SERVER_PROXY_COMPILER_H_

// The pipeline's compiler: hands each kind of resource to the folder that knows it. Thread:
// configuration.

#include <string>
#include <utility>

#include "dataplane/cluster/cluster_slots.h"
#include "dataplane/observe/access_log_files.h"
#include "dataplane/observe/call_stats.h"
#include "dataplane/observe/counter_sets.h"
#include "dataplane/route/compile_context.h"
#include "dataplane/runtime/runtime.h"
#include "dataplane/xds/compiler.h"
#include "dataplane/xds/support_table.h"

namespace fairlead::server {

// What connection managers say of this proxy.
struct ProxyNames {
  // bootstrap.node.
  std::string node_cluster;
  std::string node_id;
  // An address of this machine as text; empty: none.
  std::string local_address;
};

// What compiled objects keep of the process. Borrowed.
struct ProxyShared {
  observe::CounterSets& counters;
  // Null: keys have no value, and nothing is counted by route.
  runtime::Runtime* runtime = nullptr;
  observe::CallScopes* calls = nullptr;
};

class ProxyCompiler final : public xds::Compiler {
 public:
  // With `probes_addresses` a listener whose address cannot be bound is refused, so that the
  // control plane hears of it.
  ProxyCompiler(cluster::ClusterSlots& slots, observe::AccessLogFiles& access_logs,
                ProxyShared shared, bool probes_addresses, ProxyNames names = {})
      : slots_(slots),
        access_logs_(access_logs),
        shared_(shared),
        probes_addresses_(probes_addresses),
        names_(std::move(names)) {}

  absl::StatusOr<std::shared_ptr<const cluster::ClusterConfig>> CompileCluster(
      const envoy::config::cluster::v3::Cluster& cluster) override;
  absl::StatusOr<std::shared_ptr<const upstream::EndpointSet>> CompileEndpoints(
      const cluster::ClusterConfig& cluster,
      const envoy::config::endpoint::v3::ClusterLoadAssignment& assignment) override;
  absl::StatusOr<std::shared_ptr<const route::RouteTable>> CompileRouteChange(
      const envoy::config::route::v3::RouteConfiguration& news, const std::vector<uint32_t>& hosts,
      const route::RouteTable& previous) override;
  absl::StatusOr<std::shared_ptr<const route::RouteTable>> CompileRoutes(
      const envoy::config::route::v3::RouteConfiguration& routes,
      const route::RouteTable* previous) override;
  absl::StatusOr<std::shared_ptr<const listener::ListenerConfig>> CompileListener(
      const envoy::config::listener::v3::Listener& listener) override;

 private:
  route::CompileContext RouteContext() const;

  cluster::ClusterSlots& slots_;
  observe::AccessLogFiles& access_logs_;
  const ProxyShared shared_;
  const bool probes_addresses_;
  const ProxyNames names_;
};

// Every field that any part of this proxy honours; what is not in it is refused.
const xds::SupportTable& Supported();

}  // namespace fairlead::server

#endif  // FAIRLEAD_DATAPLANE_SERVER_PROXY_COMPILER_H_
