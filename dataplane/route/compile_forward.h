#ifndef FAIRLEAD_DATAPLANE_ROUTE_COMPILE_FORWARD_H_
#define FAIRLEAD_DATAPLANE_ROUTE_COMPILE_FORWARD_H_

// From config.route.v3.RouteAction to Forward, and what redirects share with it. Errors begin with
// the field's path from RouteAction. Thread: configuration.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "dataplane/route/regex.h"
#include "dataplane/route/route.h"

namespace envoy::config::route::v3 {
class RouteAction;
}
namespace envoy::type::matcher::v3 {
class RegexMatchAndSubstitute;
}

namespace fairlead::route {

absl::StatusOr<Forward> CompileForward(const envoy::config::route::v3::RouteAction& proto,
                                       cluster::ClusterSlots& slots, RegexCache& regexes);

// Null when neither is set (an empty prefix is not). `regex` may be null.
absl::StatusOr<std::shared_ptr<const PathRewrite>> CompileRewrite(
    const std::string& prefix, const envoy::type::matcher::v3::RegexMatchAndSubstitute* regex,
    RegexCache& regexes);

// Fails for what must not get into a header's value: line breaks and zero bytes.
absl::Status CheckHeaderText(std::string_view text);

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_COMPILE_FORWARD_H_
