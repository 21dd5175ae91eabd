#ifndef FAIRLEAD_DATAPLANE_XDS_COMPILER_H_
#define FAIRLEAD_DATAPLANE_XDS_COMPILER_H_

// The two interfaces between the configuration pipeline and the rest of the data plane, which
// implements them: a Compiler that makes immutable objects of messages, and a ConfigSink that takes
// them to the workers.
//
// Order of calls for one change: Compile..., all of it; only if all went well, Publish... in the
// order in which nothing refers to what is not there (cluster, routes, listener), then Remove... .
//
// Thread: configuration. Owner: the server.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace envoy::config::cluster::v3 {
class Cluster;
}
namespace envoy::config::endpoint::v3 {
class ClusterLoadAssignment;
}
namespace envoy::config::listener::v3 {
class Listener;
}
namespace envoy::config::route::v3 {
class RouteConfiguration;
}
namespace fairlead::cluster {
struct ClusterConfig;
}
namespace fairlead::upstream {
struct EndpointSet;
}
namespace fairlead::route {
class RouteTable;
}
namespace fairlead::listener {
struct ListenerConfig;
}

namespace fairlead::xds {

// Pure functions of their arguments: they publish nothing. The messages have passed ProtoCheck.
// Errors should name the path within the message; the pipeline puts the resource's name before it
// unless it is there.
class Compiler {
 public:
  virtual ~Compiler() = default;
  virtual absl::StatusOr<std::shared_ptr<const cluster::ClusterConfig>> CompileCluster(
      const envoy::config::cluster::v3::Cluster& cluster) = 0;
  // For EDS what came for the cluster's service name (an empty one if nothing came in time), for
  // STATIC the cluster's own load_assignment.
  virtual absl::StatusOr<std::shared_ptr<const upstream::EndpointSet>> CompileEndpoints(
      const cluster::ClusterConfig& cluster,
      const envoy::config::endpoint::v3::ClusterLoadAssignment& assignment) = 0;
  // `previous` is the table now published under the same name; null if there is none. What did not
  // change may be taken from it.
  virtual absl::StatusOr<std::shared_ptr<const route::RouteTable>> CompileRoutes(
      const envoy::config::route::v3::RouteConfiguration& routes,
      const route::RouteTable* previous) = 0;
  // As CompileRoutes, when all that changed since `previous` are virtual hosts. `hosts` has for
  // each of them the place that it had, or RouteNews::kNew; `news` has the new ones, and the other
  // fields. A null table: this is not enough, and the whole must be compiled.
  virtual absl::StatusOr<std::shared_ptr<const route::RouteTable>> CompileRouteChange(
      const envoy::config::route::v3::RouteConfiguration& news, const std::vector<uint32_t>& hosts,
      const route::RouteTable& previous) {
    return nullptr;
  }
  // Route tables are bound by name: an HttpConnectionManager's rds.route_config_name, or for an
  // inline route_config InlineRouteName() below. Inline route_configs have been taken out (the
  // field is set, and empty): they go to CompileRoutes, and when nothing else of a listener
  // changes, only its table is published again.
  virtual absl::StatusOr<std::shared_ptr<const listener::ListenerConfig>> CompileListener(
      const envoy::config::listener::v3::Listener& listener) = 0;
};

// The name under which the route table of an inline route_config is published:
//
//     "listener/<listener's name>/<filter chain's name>"
//     "listener/<listener's name>/#<index>"        a chain without a name: its place in
//     filter_chains "listener/<listener's name>/default"         default_filter_chain (index -1),
//     with a name too
//
// One filter chain has at most one HttpConnectionManager (it is terminal), so the name is unique.
std::string InlineRouteName(std::string_view listener, std::string_view filter_chain, int index);

// Takes what was compiled to the workers. Names are resource names. Publishing a name again
// replaces; removing what is not there does nothing.
class ConfigSink {
 public:
  virtual ~ConfigSink() = default;
  // `endpoints` is null for a cluster that resolves names itself.
  virtual void PublishCluster(const std::string& name,
                              std::shared_ptr<const cluster::ClusterConfig> config,
                              std::shared_ptr<const upstream::EndpointSet> endpoints) = 0;
  // New endpoints of a cluster that was published.
  virtual void PublishEndpoints(const std::string& name,
                                std::shared_ptr<const upstream::EndpointSet> endpoints) = 0;
  virtual void RemoveCluster(const std::string& name) = 0;
  virtual void PublishRoutes(const std::string& name,
                             std::shared_ptr<const route::RouteTable> table) = 0;
  // No listener refers to the table any more. Connections that drain may still want it.
  virtual void RemoveRoutes(const std::string& name) = 0;
  // Its route tables were published before, except those whose route configuration did not come
  // within the initial fetch timeout (or was refused): requests there find no route.
  virtual void PublishListener(const std::string& name,
                               std::shared_ptr<const listener::ListenerConfig> config) = 0;
  virtual void RemoveListener(const std::string& name) = 0;
  // Everything that was to be had at start is published: the workers may start. Called once.
  virtual void InitDone() = 0;

  // Calls `done`, on any thread, once every worker has what was published so far. With a cluster's
  // name: also once the names of its endpoints have been resolved, as long as that takes; dropped
  // if the cluster is replaced or removed meanwhile.
  virtual void WhenLive(const std::string& cluster, std::function<void()> done) = 0;
  // Why the listener does not accept on some worker; empty when it does, or may yet.
  virtual std::string ListenerFault(const std::string& name) const = 0;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_COMPILER_H_
