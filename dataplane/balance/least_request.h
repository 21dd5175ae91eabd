#ifndef FAIRLEAD_DATAPLANE_BALANCE_LEAST_REQUEST_H_
#define FAIRLEAD_DATAPLANE_BALANCE_LEAST_REQUEST_H_

// LEAST_REQUEST: the endpoint with the fewest requests under way, of a few drawn by chance.
//
// With equal weights: `choice_count` endpoints are drawn, the least loaded of them is picked. Two
// draws are of two different endpoints (Envoy may draw one twice, which wastes half the draws when
// there are two); with as many choices as endpoints, or FULL_SCAN, all are compared, and a random
// one of the least loaded is picked.
//
// With unequal weights: weighted turns (edf_scheduler.h) in which a turn counts
// weight / (requests under way + 1), as Envoy does with active_request_bias 1.
//
// Load is what this worker has under way: workers share nothing.
//
// Cost of Pick: O(choice_count), or O(log n) when weighted. Thread: worker.
// Source: extensions.load_balancing_policies.least_request.v3.LeastRequest.

#include <memory>

#include "dataplane/balance/balancer.h"
#include "dataplane/balance/edf_scheduler.h"

namespace fairlead::balance {

// For equal weights.
class LeastRequest final : public Balancer {
 public:
  // There must be a candidate. `active` outlives the balancer.
  LeastRequest(std::shared_ptr<const upstream::EndpointSet> endpoints, uint32_t choice_count,
               const ActiveRequests& active, event::Random& random);
  size_t Pick(const PickContext& context) override;

 private:
  size_t PickOfTwo();
  size_t PickOfSome();
  size_t PickOfAll();

  std::shared_ptr<const upstream::EndpointSet> endpoints_;
  uint32_t choice_count_;
  const ActiveRequests& active_;
  event::Random& random_;
};

class WeightedLeastRequest final : public Balancer {
 public:
  // There must be a candidate. `active` outlives the balancer.
  WeightedLeastRequest(std::shared_ptr<const upstream::EndpointSet> endpoints,
                       const ActiveRequests& active, event::Random& random);
  size_t Pick(const PickContext& context) override;

 private:
  std::shared_ptr<const upstream::EndpointSet> endpoints_;
  const ActiveRequests& active_;
  event::Random& random_;
  EdfScheduler scheduler_;
};

}  // namespace fairlead::balance

#endif  // FAIRLEAD_DATAPLANE_BALANCE_LEAST_REQUEST_H_
