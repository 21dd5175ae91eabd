#ifndef FAIRLEAD_DATAPLANE_ROUTE_COMPILE_OVERRIDES_H_
#define FAIRLEAD_DATAPLANE_ROUTE_COMPILE_OVERRIDES_H_

// From typed_per_filter_config to OverrideEntry lists. A value may be a filter's own message, or
// config.route.v3.FilterConfig around one.
//
// Thread: configuration.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "dataplane/route/compile_context.h"
#include "dataplane/route/route.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/map.h"

namespace fairlead::route {

// The overrides of one level, sorted by filter.
absl::StatusOr<std::vector<OverrideEntry>> CompileOverrides(
    const google::protobuf::Map<std::string, google::protobuf::Any>& proto,
    const CompileContext& context, std::vector<std::string>& warnings);

// `more` (a route's) over `less` (its virtual host's): whether the filter is disabled is said by
// the more specific level that mentions it, its settings come from the more specific level that has
// some.
std::vector<OverrideEntry> MergeOverrides(const std::vector<OverrideEntry>& less,
                                          std::vector<OverrideEntry> more);

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_COMPILE_OVERRIDES_H_
