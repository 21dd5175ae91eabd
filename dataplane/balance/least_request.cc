#include "dataplane/balance/least_request.h"

#include <utility>

#include "dataplane/balance/avoid.h"

namespace fairlead::balance {
namespace {

auto WeightOf(const upstream::EndpointSet& set, const ActiveRequests& active) {
  return [&set, &active](uint32_t position) {
    return set.endpoints[position].weight / (*active[position] + 1.0);
  };
}

}  // namespace

LeastRequest::LeastRequest(std::shared_ptr<const upstream::EndpointSet> endpoints,
                           uint32_t choice_count, const ActiveRequests& active,
                           event::Random& random)
    : endpoints_(std::move(endpoints)),
      choice_count_(choice_count),
      active_(active),
      random_(random) {}

size_t LeastRequest::Pick(const PickContext& context) {
  size_t picked = kNone;
  if (choice_count_ >= endpoints_->candidates.size()) {
    picked = PickOfAll();
  } else if (choice_count_ == 2) {
    picked = PickOfTwo();
  } else {
    picked = PickOfSome();
  }
  return AvoidIfPossible(picked, context, endpoints_->candidates, random_);
}

size_t LeastRequest::PickOfTwo() {
  const std::vector<uint32_t>& candidates = endpoints_->candidates;
  const size_t one = random_.Below(candidates.size());
  size_t other = random_.Below(candidates.size() - 1);
  if (other >= one) ++other;
  return *active_[candidates[other]] < *active_[candidates[one]] ? candidates[other]
                                                                 : candidates[one];
}

size_t LeastRequest::PickOfSome() {
  const std::vector<uint32_t>& candidates = endpoints_->candidates;
  uint32_t best = candidates[random_.Below(candidates.size())];
  for (uint32_t choice = 1; choice < choice_count_; ++choice) {
    const uint32_t drawn = candidates[random_.Below(candidates.size())];
    if (*active_[drawn] < *active_[best]) best = drawn;
  }
  return best;
}

size_t LeastRequest::PickOfAll() {
  uint32_t best = endpoints_->candidates[0];
  uint64_t equals = 0;
  for (const uint32_t position : endpoints_->candidates) {
    if (*active_[position] > *active_[best]) continue;
    if (*active_[position] < *active_[best]) equals = 0;
    // The k-th of those that are equal takes the place with probability 1 / k: all are as likely.
    if (random_.Below(++equals) == 0) best = position;
  }
  return best;
}

WeightedLeastRequest::WeightedLeastRequest(std::shared_ptr<const upstream::EndpointSet> endpoints,
                                           const ActiveRequests& active, event::Random& random)
    : endpoints_(std::move(endpoints)),
      active_(active),
      random_(random),
      scheduler_(endpoints_->candidates, WeightOf(*endpoints_, active), random) {}

size_t WeightedLeastRequest::Pick(const PickContext& context) {
  const size_t picked = scheduler_.Pick(WeightOf(*endpoints_, active_));
  return AvoidIfPossible(picked, context, endpoints_->candidates, random_);
}

}  // namespace fairlead::balance
