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
  if (forward.extras == nullptr || forward.extras->weight_header.empty()) return random;
  std::string text;
  const auto values = RequestField(forward.extras->weight_header).FindAll(head, text);
  uint64_t number = 0;
  return values.size() == 1 && absl::SimpleAtoi(ToAbsl(values[0]), &number) ? number : random;
}

// By the weights as they are now; the first when there are none.
inline const WeightedCluster& PickByRuntime(const Forward& forward, uint64_t random) {
  const auto weight = [&forward](size_t i) {
    const ForwardExtras::RuntimeWeight& weight = forward.extras->weights[i];
    return std::min<uint64_t>(weight.key.Number(weight.configured), UINT32_MAX);
  };
  uint64_t total = 0;
  for (size_t i = 0; i < forward.clusters.size(); ++i) total += weight(i);
  uint64_t left = total == 0 ? 0 : random % total;
  for (size_t i = 0; total > 0 && i < forward.clusters.size(); ++i) {
    if (left < weight(i)) return forward.clusters[i];
    left -= weight(i);
  }
  return forward.clusters.front();
}

// `random` should not be the number the route was matched with: a route that takes a share of the
// requests would pick its clusters by the same part of it.
inline const WeightedCluster& PickCluster(const Forward& forward, uint64_t random) {
  if (forward.clusters.size() == 1) return forward.clusters.front();
  if (forward.extras != nullptr && !forward.extras->weights.empty()) {
    return PickByRuntime(forward, random);
  }
  const uint64_t number = random % forward.total_weight;
  return *std::upper_bound(
      forward.clusters.begin(), forward.clusters.end(), number,
      [](uint64_t n, const WeightedCluster& cluster) { return n < cluster.weight_end; });
}

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_WEIGHTED_CHOICE_H_
