#ifndef FAIRLEAD_DATAPLANE_BALANCE_ROUND_ROBIN_H_
#define FAIRLEAD_DATAPLANE_BALANCE_ROUND_ROBIN_H_

// ROUND_ROBIN: the endpoints in turn, from a random one on; by weight when the weights differ.
//
// Cost of Pick: O(1) with equal weights, O(log n) otherwise (edf_scheduler.h).
// Thread: worker. Source: extensions.load_balancing_policies.round_robin.v3.RoundRobin.

#include <memory>

#include "dataplane/balance/balancer.h"
#include "dataplane/balance/edf_scheduler.h"

namespace fairlead::balance {

// For equal weights.
class RoundRobin final : public Balancer {
 public:
  // There must be a candidate.
  RoundRobin(std::shared_ptr<const upstream::EndpointSet> endpoints, event::Random& random);
  size_t Pick(const PickContext& context) override;

 private:
  std::shared_ptr<const upstream::EndpointSet> endpoints_;
  // Whose turn is next, in EndpointSet::candidates.
  size_t next_;
};

class WeightedRoundRobin final : public Balancer {
 public:
  // There must be a candidate.
  WeightedRoundRobin(std::shared_ptr<const upstream::EndpointSet> endpoints, event::Random& random);
  size_t Pick(const PickContext& context) override;

 private:
  std::shared_ptr<const upstream::EndpointSet> endpoints_;
  event::Random& random_;
  EdfScheduler scheduler_;
};

}  // namespace fairlead::balance

#endif  // FAIRLEAD_DATAPLANE_BALANCE_ROUND_ROBIN_H_
