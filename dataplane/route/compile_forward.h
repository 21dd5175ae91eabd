#ifndef FAIRLEAD_DATAPLANE_ROUTE_COMPILE_FORWARD_H_
#define FAIRLEAD_DATAPLANE_ROUTE_COMPILE_FORWARD_H_

// From config.route.v3.RouteAction to Forward, and what redirects share with it. Errors begin with
// the field's path from RouteAction. Thread: configuration.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "dataplane/route/compile_action.h"
#include "dataplane/route/regex.h"
#include "dataplane/route/route.h"

namespace envoy::config::route::v3 {
class RouteAction;
class RouteMatch;
}  // namespace envoy::config::route::v3
namespace envoy::type::matcher::v3 {
class RegexMatchAndSubstitute;
}

namespace fairlead::route {

// `match` is the route's.
absl::StatusOr<Forward> CompileForward(const envoy::config::route::v3::RouteAction& proto,
                                       const envoy::config::route::v3::RouteMatch& match,
                                       const ForwardContext& context);

// The template of a match that has path_match_policy.
absl::StatusOr<std::string> UriTemplateOf(const envoy::config::route::v3::RouteMatch& proto);

// Null when neither is set (an empty prefix is not). `regex` may be null.
absl::StatusOr<std::shared_ptr<const PathRewrite>> CompileRewrite(
    const std::string& prefix, const envoy::type::matcher::v3::RegexMatchAndSubstitute* regex,
    RegexCache& regexes);

// Fails for what must not get into a header's value: line breaks and zero bytes.
absl::Status CheckHeaderText(std::string_view text);

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_COMPILE_FORWARD_H_
