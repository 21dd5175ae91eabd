#include "dataplane/balance/ring_hash.h"

#include <utility>

#include "dataplane/balance/avoid.h"

namespace fairlead::balance {

RingHash::RingHash(std::shared_ptr<const HashRing> ring, event::Random& random)
    : ring_(std::move(ring)), random_(random) {}

size_t RingHash::Pick(const PickContext& context) {
  const size_t first = ring_->Find(context.hash.has_value() ? *context.hash : random_.Next());
  size_t point = first;
  while (IsAvoided(context, ring_->endpoint(point))) {
    point = ring_->Next(point);
    if (point == first) break;
  }
  return ring_->endpoint(point);
}

}  // namespace fairlead::balance
