#ifndef FAIRLEAD_DATAPLANE_FILTERS_ROUTER_ROUTER_H_
#define FAIRLEAD_DATAPLANE_FILTERS_ROUTER_ROUTER_H_

// The last filter: does what the route says. Redirects and direct responses are answered here; a
// request that is to be forwarded gets its final form (path, Host, header edits) and goes to the
// cluster (upstream_call.h).
//
//     co_await router.Handle(stream, call, clusters);      // stream.response is filled when it
//     returns
//
// Thread: worker; immutable and shared. Source: extensions.filters.http.router.v3.Router,
// config.route.v3.RouteAction.

#include "dataplane/cluster/cluster_table.h"
#include "dataplane/event/task.h"
#include "dataplane/filters/router/upstream_call.h"
#include "dataplane/filters/stream.h"

namespace fairlead::filters {

struct RouterConfig {
  // Router.suppress_envoy_headers: no x-envoy-* fields are added.
  bool suppress_envoy_headers = false;
};

class Router {
 public:
  explicit Router(RouterConfig config) : config_(config) {}

  event::Task<void> Handle(Stream& stream, UpstreamCall& call,
                           const cluster::ClusterTable& clusters) const;

 private:
  // The request's final form. False when it was answered instead.
  bool PrepareRequest(Stream& stream, const route::Forward& forward,
                      const route::WeightedCluster& target) const;
  // What a new Host leaves behind of the former.
  HostTraces Traces(const route::Forward& forward) const;
  // What the route and the router add to a response from an upstream.
  void FinishResponse(Stream& stream) const;

  RouterConfig config_;
};

}  // namespace fairlead::filters

#endif  // FAIRLEAD_DATAPLANE_FILTERS_ROUTER_ROUTER_H_
