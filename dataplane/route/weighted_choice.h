#ifndef FAIRLEAD_DATAPLANE_ROUTE_WEIGHTED_CHOICE_H_
#define FAIRLEAD_DATAPLANE_ROUTE_WEIGHTED_CHOICE_H_

// Picks one of a route's clusters by their weights: by a random number, or by the one that a field
// of the request holds, if the route says so. Thread: any. Source: config.route.v3.WeightedCluster.

#include <algorithm>
#include <cstdint>

#include "absl/strings/numbers.h"
#include "dataplane/base/strings.h"
#include "dataplane/route/request_field.h"
#include "dataplane/route/route.h"

namespace fairlead::route {

// What to pick by: the number in the route's weight_header if there is one such field and it holds
// one, else `random`.
inline uint64_t WeightNumber(const Forward& forward, const codec::RequestHead& head,
                             uint64_t random) {
  if (forward.weight_header == nullptr) return random;
  std::string text;
  const auto values = RequestField(*forward.weight_header).FindAll(head, text);
  uint64_t number = 0;
  return values.size() == 1 && absl::SimpleAtoi(ToAbsl(values[0]), &number) ? number : random;
}

// `random` should not be the number the route was matched with: a route that takes a share of the
// requests would pick its clusters by the same part of it.
inline const WeightedCluster& PickCluster(const Forward& forward, uint64_t random) {
  if (forward.clusters.size() == 1) return forward.clusters.front();
  const uint64_t number = random % forward.total_weight;
  return *std::upper_bound(
      forward.clusters.begin(), forward.clusters.end(), number,
      [](uint64_t n, const WeightedCluster& cluster) { return n < cluster.weight_end; });
}

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_WEIGHTED_CHOICE_H_
