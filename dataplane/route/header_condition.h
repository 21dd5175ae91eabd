#ifndef FAIRLEAD_DATAPLANE_ROUTE_HEADER_CONDITION_H_
#define FAIRLEAD_DATAPLANE_ROUTE_HEADER_CONDITION_H_

// A header matcher outside of a route (in a filter of access logs, say), as a function of the
// request. Thread: compiled one at a time; called on any. Source: config.route.v3.HeaderMatcher.

#include <functional>

#include "absl/status/statusor.h"
#include "dataplane/codec/message.h"

namespace envoy::config::route::v3 {
class HeaderMatcher;
}

namespace fairlead::route {

// Errors begin with the field's path from HeaderMatcher.
absl::StatusOr<std::function<bool(const codec::RequestHead&)>> CompileHeaderCondition(
    const envoy::config::route::v3::HeaderMatcher& proto);

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_HEADER_CONDITION_H_
