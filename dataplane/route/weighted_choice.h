#ifndef FAIRLEAD_DATAPLANE_ROUTE_WEIGHTED_CHOICE_H_
#define FAIRLEAD_DATAPLANE_ROUTE_WEIGHTED_CHOICE_H_

// Picks one of a route's clusters by their weights. Thread: any. Source:
// config.route.v3.WeightedCluster.

#include <algorithm>
#include <cstdint>

#include "dataplane/route/route.h"

namespace fairlead::route {

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
