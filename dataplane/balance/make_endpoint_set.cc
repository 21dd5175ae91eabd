#include "dataplane/balance/make_endpoint_set.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "dataplane/balance/hash_ring.h"

namespace fairlead::balance {
namespace {

using upstream::Endpoint;
using upstream::EndpointSet;

// By address, without duplicates.
std::vector<Endpoint> Sorted(std::vector<Endpoint> endpoints) {
  std::vector<uint32_t> order(endpoints.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return std::make_tuple(EndpointSet::SortKey(endpoints[a].address), a) <
           std::make_tuple(EndpointSet::SortKey(endpoints[b].address), b);
  });
  std::vector<Endpoint> sorted;
  sorted.reserve(endpoints.size());
  for (const uint32_t at : order) {
    if (!sorted.empty() && sorted.back().address == endpoints[at].address) continue;
    sorted.push_back(std::move(endpoints[at]));
  }
  return sorted;
}

bool IsInPanic(const BalancerConfig& config, uint64_t healthy, uint64_t total) {
  if (total == 0 || healthy * kOverprovisioningFactor >= total * 100) return false;
  return 100.0 * static_cast<double>(healthy) / static_cast<double>(total) <
         static_cast<double>(config.panic_threshold_percent);
}

void ChooseCandidates(const BalancerConfig& config, EndpointSet& set) {
  const std::vector<Endpoint>& all = set.endpoints;
  const auto healthy = static_cast<uint64_t>(
      std::count_if(all.begin(), all.end(), [](const Endpoint& e) { return e.is_healthy; }));
  set.is_in_panic = IsInPanic(config, healthy, all.size());
  set.candidates.reserve(set.is_in_panic ? all.size() : healthy);
  for (uint32_t i = 0; i < all.size(); ++i) {
    if (all[i].is_healthy || set.is_in_panic) set.candidates.push_back(i);
  }
  set.has_equal_weights = std::all_of(
      set.candidates.begin(), set.candidates.end(),
      [&](uint32_t position) { return all[position].weight == all[set.candidates[0]].weight; });
}

}  // namespace

std::shared_ptr<const EndpointSet> MakeEndpointSet(const BalancerConfig& config,
                                                   std::vector<Endpoint> endpoints) {
  auto set = std::make_shared<EndpointSet>();
  set->endpoints = Sorted(std::move(endpoints));
  ChooseCandidates(config, *set);
  if (config.policy == Policy::kRingHash) {
    set->ring = std::make_shared<const HashRing>(set->endpoints, set->candidates,
                                                 config.ring_size_min, config.ring_size_max);
  }
  return set;
}

}  // namespace fairlead::balance
