#ifndef FAIRLEAD_CONTROLPLANE_TRANSLATE_FILTER_NAMES_H_
#define FAIRLEAD_CONTROLPLANE_TRANSLATE_FILTER_NAMES_H_

// The names under which the HTTP filters stand in a listener's chain, and under which a route's own
// configuration refers to them. Thread: any.

#include "absl/strings/string_view.h"

namespace fairlead::control::translate {

inline constexpr absl::string_view kApiKeyAuthFilter = "envoy.filters.http.api_key_auth";
inline constexpr absl::string_view kLocalRateLimitFilter = "envoy.filters.http.local_ratelimit";
inline constexpr absl::string_view kRouterFilter = "envoy.filters.http.router";

}  // namespace fairlead::control::translate

#endif  // FAIRLEAD_CONTROLPLANE_TRANSLATE_FILTER_NAMES_H_
