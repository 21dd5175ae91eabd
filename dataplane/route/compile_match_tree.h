#ifndef FAIRLEAD_DATAPLANE_ROUTE_COMPILE_MATCH_TREE_H_
#define FAIRLEAD_DATAPLANE_ROUTE_COMPILE_MATCH_TREE_H_

// From xds.type.matcher.v3.Matcher to MatchTree. Errors begin with the field's path from Matcher.
// Thread: configuration.

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "dataplane/route/match_tree.h"
#include "dataplane/route/regex.h"

namespace envoy::config::route::v3 {
class RouteList;
}
namespace xds::type::matcher::v3 {
class Matcher;
}

namespace fairlead::route {

// Takes a list of routes that the tree leads to, and gives its number.
using AddRouteList =
    absl::FunctionRef<absl::StatusOr<uint32_t>(const envoy::config::route::v3::RouteList&)>;

absl::StatusOr<std::unique_ptr<const MatchTree>> CompileMatchTree(
    const ::xds::type::matcher::v3::Matcher& proto, RegexCache& regexes, AddRouteList add_list);

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_COMPILE_MATCH_TREE_H_
