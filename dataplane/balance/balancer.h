#ifndef FAIRLEAD_DATAPLANE_BALANCE_BALANCER_H_
#define FAIRLEAD_DATAPLANE_BALANCE_BALANCER_H_

// Picks an endpoint for a request. One balancer per cluster and worker, built anew when the
// cluster's endpoints change (tables that cost something, such as a hash ring, come ready-made with
// the endpoint set).
//
//     std::unique_ptr<Balancer> balancer = MakeBalancer(config, endpoints, active, random);
//     size_t at = balancer->Pick({.hash = key});  // a position in endpoints->endpoints, or kNone
//
// Every policy picks among EndpointSet::candidates only: the healthy endpoints, or all of them in
// panic mode (make_endpoint_set.h).
//
// Thread: worker. Owned by the worker's cluster. Source: config.cluster.v3.Cluster.lb_policy and
// extensions.load_balancing_policies.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "dataplane/event/random.h"
#include "dataplane/upstream/endpoint_set.h"

namespace fairlead::balance {

enum class Policy : uint8_t { kRoundRobin, kLeastRequest, kRandom, kRingHash };

struct BalancerConfig {
  Policy policy = Policy::kRoundRobin;
  // LEAST_REQUEST: endpoints compared by each pick (choice_count, 2..); kAllChoices: every one
  // (selection_method FULL_SCAN).
  static constexpr uint32_t kAllChoices = std::numeric_limits<uint32_t>::max();
  uint32_t choice_count = 2;
  // RING_HASH.
  uint64_t ring_size_min = 1024;
  uint64_t ring_size_max = 8 * 1024 * 1024;
  // With fewer healthy endpoints than this percentage, all are picked from
  // (common_lb_config.healthy_panic_threshold; 0: never).
  static constexpr uint32_t kPanicThresholdDefault = 50;
  uint32_t panic_threshold_percent = kPanicThresholdDefault;

  friend bool operator==(const BalancerConfig&, const BalancerConfig&) = default;
};

struct PickContext {
  // From the route's hash policies; without one RING_HASH picks at random.
  std::optional<uint64_t> hash;
  // Positions that a retry wants to avoid if it can; null: none.
  const std::vector<size_t>* avoid = nullptr;
};

class Balancer {
 public:
  static constexpr size_t kNone = std::numeric_limits<size_t>::max();

  virtual ~Balancer() = default;
  // Position of an endpoint, or kNone when there is no candidate. An endpoint in `avoid` is
  // returned only when every candidate is.
  virtual size_t Pick(const PickContext& context) = 0;
};

// How many requests this worker has under way to each endpoint, by position; read by LEAST_REQUEST.
// The vector is owned by the worker's cluster and outlives the balancer. Other policies do not look
// at it.
using ActiveRequests = std::vector<const uint32_t*>;

std::unique_ptr<Balancer> MakeBalancer(const BalancerConfig& config,
                                       std::shared_ptr<const upstream::EndpointSet> endpoints,
                                       const ActiveRequests& active, event::Random& random);

}  // namespace fairlead::balance

#endif  // FAIRLEAD_DATAPLANE_BALANCE_BALANCER_H_
