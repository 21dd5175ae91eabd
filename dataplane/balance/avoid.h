#ifndef FAIRLEAD_DATAPLANE_BALANCE_AVOID_H_
#define FAIRLEAD_DATAPLANE_BALANCE_AVOID_H_

// Avoiding the endpoints that a request has tried already (PickContext::avoid). Only retries come
// here. Thread: worker.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/balance/balancer.h"

namespace fairlead::balance {

inline bool IsAvoided(const PickContext& context, size_t position) {
  return context.avoid != nullptr &&
         std::find(context.avoid->begin(), context.avoid->end(), position) != context.avoid->end();
}

// `picked`, or, if that is to be avoided, the first candidate from a random place on that is not;
// `picked` again when all are.
inline size_t AvoidIfPossible(size_t picked, const PickContext& context,
                              std::span<const uint32_t> candidates, event::Random& random) {
  if (!IsAvoided(context, picked)) return picked;
  size_t at = random.Below(candidates.size());
  for (size_t tried = 0; tried < candidates.size(); ++tried) {
    if (!IsAvoided(context, candidates[at])) return candidates[at];
    at = at + 1 == candidates.size() ? 0 : at + 1;
  }
  return picked;
}

}  // namespace fairlead::balance

#endif  // FAIRLEAD_DATAPLANE_BALANCE_AVOID_H_
