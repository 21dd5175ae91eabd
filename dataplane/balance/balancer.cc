#include "dataplane/balance/balancer.h"

#include <utility>

#include "dataplane/balance/hash_ring.h"
#include "dataplane/balance/least_request.h"
#include "dataplane/balance/random_choice.h"
#include "dataplane/balance/ring_hash.h"
#include "dataplane/balance/round_robin.h"

namespace fairlead::balance {
namespace {

using upstream::EndpointSet;

// Nobody to pick.
class NoChoice final : public Balancer {
 public:
  size_t Pick(const PickContext& context) override { return kNone; }
};

std::unique_ptr<Balancer> MakeRingHash(const BalancerConfig& config, const EndpointSet& endpoints,
                                       event::Random& random) {
  std::shared_ptr<const HashRing> ring = endpoints.ring;
  // The set was made while the cluster had another policy.
  if (ring == nullptr) {
    ring = std::make_shared<const HashRing>(endpoints.endpoints, endpoints.candidates,
                                            config.ring_size_min, config.ring_size_max);
  }
  if (ring->empty()) return std::make_unique<NoChoice>();
  return std::make_unique<RingHash>(std::move(ring), random);
}

}  // namespace

std::unique_ptr<Balancer> MakeBalancer(const BalancerConfig& config,
                                       std::shared_ptr<const EndpointSet> endpoints,
                                       const ActiveRequests& active, event::Random& random) {
  if (endpoints->candidates.empty()) return std::make_unique<NoChoice>();
  const bool is_weighted = !endpoints->has_equal_weights;
  switch (config.policy) {
    case Policy::kRoundRobin:
      if (is_weighted) return std::make_unique<WeightedRoundRobin>(std::move(endpoints), random);
      return std::make_unique<RoundRobin>(std::move(endpoints), random);
    case Policy::kLeastRequest:
      if (is_weighted) {
        return std::make_unique<WeightedLeastRequest>(std::move(endpoints), active, random);
      }
      return std::make_unique<LeastRequest>(std::move(endpoints), config.choice_count, active,
                                            random);
    case Policy::kRandom:
      return std::make_unique<RandomChoice>(std::move(endpoints), random);
    case Policy::kRingHash:
      return MakeRingHash(config, *endpoints, random);
  }
  return std::make_unique<NoChoice>();
}

}  // namespace fairlead::balance
