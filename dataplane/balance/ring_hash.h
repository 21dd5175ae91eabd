#ifndef FAIRLEAD_DATAPLANE_BALANCE_RING_HASH_H_
#define FAIRLEAD_DATAPLANE_BALANCE_RING_HASH_H_

// RING_HASH: consistent hashing over the ring that comes with the endpoint set. A request without a
// hash (no hash policy matched) goes to a random point of the ring. A retry goes on around the ring
// to the next endpoint that it has not tried (Envoy goes on by one point, which may be the same
// endpoint's).
//
// Cost of Pick: O(log ring size). Thread: worker.
// Source: extensions.load_balancing_policies.ring_hash.v3.RingHash.

#include <memory>

#include "dataplane/balance/balancer.h"
#include "dataplane/balance/hash_ring.h"

namespace fairlead::balance {

class RingHash final : public Balancer {
 public:
  // The ring must not be empty.
  RingHash(std::shared_ptr<const HashRing> ring, event::Random& random);
  size_t Pick(const PickContext& context) override;

 private:
  std::shared_ptr<const HashRing> ring_;
  event::Random& random_;
};

}  // namespace fairlead::balance

#endif  // FAIRLEAD_DATAPLANE_BALANCE_RING_HASH_H_
