#include "dataplane/balance/random_choice.h"

#include <utility>

#include "dataplane/balance/avoid.h"

namespace fairlead::balance {

RandomChoice::RandomChoice(std::shared_ptr<const upstream::EndpointSet> endpoints,
                           event::Random& random)
    : endpoints_(std::move(endpoints)), random_(random) {}

size_t RandomChoice::Pick(const PickContext& context) {
  const std::vector<uint32_t>& candidates = endpoints_->candidates;
  const size_t picked = candidates[random_.Below(candidates.size())];
  return AvoidIfPossible(picked, context, candidates, random_);
}

}  // namespace fairlead::balance
