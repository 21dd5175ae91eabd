#ifndef FAIRLEAD_DATAPLANE_ROUTE_TESTING_LINEAR_MATCH_H_
#define FAIRLEAD_DATAPLANE_ROUTE_TESTING_LINEAR_MATCH_H_

// What a route configuration says about a request, read straight from the proto: the virtual host
// by comparing every domain, its list of routes (which a matcher tree may choose), then the first
// route of the list that matches. The plain version that the indexes are held against; it shares no
// code with them. Thread: any.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "envoy/config/route/v3/route.pb.h"

namespace fairlead::route::testing {

struct PlainRequest {
  std::string authority;
  std::string path;
  std::string method = "GET";
  std::string scheme = "http";
  // Lower-case names.
  std::vector<std::pair<std::string, std::string>> headers;
  uint64_t random = 0;
};

// The name of the route.
std::optional<std::string> LinearMatch(const envoy::config::route::v3::RouteConfiguration& config,
                                       const PlainRequest& request);

}  // namespace fairlead::route::testing

#endif  // FAIRLEAD_DATAPLANE_ROUTE_TESTING_LINEAR_MATCH_H_
