#ifndef FAIRLEAD_DATAPLANE_ROUTE_COMPILE_ACTION_H_
#define FAIRLEAD_DATAPLANE_ROUTE_COMPILE_ACTION_H_

// From a route's action in the proto to ours. Errors begin with the field's path
// from Route. Thread: configuration.

#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "dataplane/route/compile_context.h"
#include "dataplane/route/regex.h"
#include "dataplane/route/route.h"

namespace envoy::config::route::v3 {
class Route;
}

namespace fairlead::route {

struct ActionLimits {
  // RouteConfiguration.max_direct_response_body_size_bytes.
  uint32_t direct_response_body_max = 4096;
};

// What a route that forwards is compiled with.
struct ForwardContext {
  const CompileContext& compile;
  RegexCache& regexes;
  // The route's, with those of the levels above.
  const std::vector<OverrideEntry>& overrides;
  std::vector<std::string>& warnings;
};

// `reads_file` is set when the action depends on a file's content.
absl::StatusOr<Action> CompileAction(const envoy::config::route::v3::Route& proto,
                                     const ActionLimits& limits, const ForwardContext& context,
                                     bool& reads_file);

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_COMPILE_ACTION_H_
