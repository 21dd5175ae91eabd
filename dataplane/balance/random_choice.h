#ifndef FAIRLEAD_DATAPLANE_BALANCE_RANDOM_CHOICE_H_
#define FAIRLEAD_DATAPLANE_BALANCE_RANDOM_CHOICE_H_

// RANDOM: any endpoint, all as likely. Weights are not looked at, as with Envoy.
//
// Cost of Pick: O(1). Thread: worker.
// Source: extensions.load_balancing_policies.random.v3.Random.

#include <memory>

#include "dataplane/balance/balancer.h"

namespace fairlead::balance {

class RandomChoice final : public Balancer {
 public:
  // There must be a candidate.
  RandomChoice(std::shared_ptr<const upstream::EndpointSet> endpoints, event::Random& random);
  size_t Pick(const PickContext& context) override;

 private:
  std::shared_ptr<const upstream::EndpointSet> endpoints_;
  event::Random& random_;
};

}  // namespace fairlead::balance

#endif  // FAIRLEAD_DATAPLANE_BALANCE_RANDOM_CHOICE_H_
