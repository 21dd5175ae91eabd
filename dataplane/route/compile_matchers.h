#ifndef FAIRLEAD_DATAPLANE_ROUTE_COMPILE_MATCHERS_H_
#define FAIRLEAD_DATAPLANE_ROUTE_COMPILE_MATCHERS_H_

// From the protos to what matchers.h tests. Errors begin with the field's path from RouteMatch.
// Thread: any, one at a time for a cache.

#include "absl/status/statusor.h"
#include "dataplane/route/matchers.h"
#include "dataplane/route/regex.h"

namespace envoy::config::route::v3 {
class HeaderMatcher;
class RouteMatch;
}  // namespace envoy::config::route::v3

namespace xds::type::matcher::v3 {
class StringMatcher;
}

namespace fairlead::runtime {
class Runtime;
}

namespace fairlead::route {

// Everything in a match but its path.
absl::StatusOr<RouteCondition> CompileCondition(const envoy::config::route::v3::RouteMatch& proto,
                                                RegexCache& regexes, runtime::Runtime* runtime);

// One header's part; errors begin with the field's path from HeaderMatcher.
absl::StatusOr<HeaderMatch> CompileHeaderMatch(const envoy::config::route::v3::HeaderMatcher& proto,
                                               RegexCache& regexes);

// Errors begin with the field's path from StringMatcher.
absl::StatusOr<StringMatch> CompileStringMatch(const ::xds::type::matcher::v3::StringMatcher& proto,
                                               RegexCache& regexes);

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_COMPILE_MATCHERS_H_
