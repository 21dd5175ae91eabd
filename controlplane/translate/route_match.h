#ifndef FAIRLEAD_CONTROLPLANE_TRANSLATE_ROUTE_MATCH_H_
#define FAIRLEAD_CONTROLPLANE_TRANSLATE_ROUTE_MATCH_H_

// A Match, and the path rewrite that goes with it, in the terms of config.route.v3. Thread: any.

#include <string>

namespace envoy::config::route::v3 {
class RouteAction;
class RouteMatch;
}  // namespace envoy::config::route::v3
namespace fairlead::v1 {
class Match;
}

namespace fairlead::control::translate {

void ToRouteMatch(const fairlead::v1::Match& match, envoy::config::route::v3::RouteMatch& out);

// Replaces the matched prefix, or the exact path, with `rewrite` (not empty, starts with "/"), so
// that never "//" comes out: "/p" -> "/" makes "/p/x" to "/x", "/p" to "/". The match has no
// expression.
void SetPathRewrite(const fairlead::v1::Match& match, const std::string& rewrite,
                    envoy::config::route::v3::RouteAction& action);

}  // namespace fairlead::control::translate

#endif  // FAIRLEAD_CONTROLPLANE_TRANSLATE_ROUTE_MATCH_H_
