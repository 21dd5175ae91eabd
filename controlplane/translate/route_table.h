#ifndef FAIRLEAD_CONTROLPLANE_TRANSLATE_ROUTE_TABLE_H_
#define FAIRLEAD_CONTROLPLANE_TRANSLATE_ROUTE_TABLE_H_

// The RouteConfiguration of one listener: the routes that it carries, merged by host and ordered by
// specificity.h.
//
// Hosts with the same routes share one virtual host. A request is first given to the most specific
// host (exact, then the longest "*.suffix", then "*") and then to the rules of that host only. Each
// match of a rule is a route of its own, named "<route>/<rule>".
//
// Warnings name rules that can never be reached, and rate limits that count in more than one
// bucket. Thread: any. Source: config.route.v3.RouteConfiguration.

#include <string>
#include <vector>

#include "controlplane/model/state.h"

namespace envoy::config::route::v3 {
class RouteConfiguration;
}

namespace fairlead::control::translate {

void ToRouteConfiguration(const model::State& state, const fairlead::v1::Listener& listener,
                          envoy::config::route::v3::RouteConfiguration& out,
                          std::vector<std::string>& warnings);

}  // namespace fairlead::control::translate

#endif  // FAIRLEAD_CONTROLPLANE_TRANSLATE_ROUTE_TABLE_H_
