#include "dataplane/balance/round_robin.h"

#include <utility>

#include "dataplane/balance/avoid.h"

namespace fairlead::balance {
namespace {

auto WeightOf(const upstream::EndpointSet& set) {
  return [&set](uint32_t position) { return static_cast<double>(set.endpoints[position].weight); };
}

}  // namespace

RoundRobin::RoundRobin(std::shared_ptr<const upstream::EndpointSet> endpoints,
                       event::Random& random)
    : endpoints_(std::move(endpoints)), next_(random.Below(endpoints_->candidates.size())) {}

size_t RoundRobin::Pick(const PickContext& context) {
  const std::vector<uint32_t>& candidates = endpoints_->candidates;
  size_t picked = kNone;
  for (size_t tried = 0; tried < candidates.size(); ++tried) {
    picked = candidates[next_];
    next_ = next_ + 1 == candidates.size() ? 0 : next_ + 1;
    if (!IsAvoided(context, picked)) break;
  }
  return picked;
}

WeightedRoundRobin::WeightedRoundRobin(std::shared_ptr<const upstream::EndpointSet> endpoints,
                                       event::Random& random)
    : endpoints_(std::move(endpoints)),
      random_(random),
      scheduler_(endpoints_->candidates, WeightOf(*endpoints_), random) {}

size_t WeightedRoundRobin::Pick(const PickContext& context) {
  const size_t picked = scheduler_.Pick(WeightOf(*endpoints_));
  return AvoidIfPossible(picked, context, endpoints_->candidates, random_);
}

}  // namespace fairlead::balance
