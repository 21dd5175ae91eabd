#ifndef FAIRLEAD_DATAPLANE_BALANCE_MAKE_ENDPOINT_SET_H_
#define FAIRLEAD_DATAPLANE_BALANCE_MAKE_ENDPOINT_SET_H_

// Makes a cluster's endpoint set from its endpoints: the only way one is made.
//
//     auto set = MakeEndpointSet(config.balancer, std::move(endpoints));
//
// - Sorted by family, address and port; of several with one address and port the first given
//   stays, as with Envoy's EDS and DNS clusters.
// - Candidates: the healthy endpoints; all of them in panic mode, that is when the share of healthy
//   ones is below panic_threshold_percent. Envoy looks at that only while they could not carry the
//   whole load, which it assumes from 1 / 1.4 of them on (overprovisioning_factor).
// - With the hash ring, if the policy wants one.
//
// Cost: O(n log n), and the ring. Thread: any, in practice the configuration or the main thread.

#include <memory>
#include <vector>

#include "dataplane/balance/balancer.h"
#include "dataplane/upstream/endpoint_set.h"

namespace fairlead::balance {

// ClusterLoadAssignment.Policy.overprovisioning_factor, in percent.
inline constexpr uint64_t kOverprovisioningFactor = 140;

std::shared_ptr<const upstream::EndpointSet> MakeEndpointSet(
    const BalancerConfig& config, std::vector<upstream::Endpoint> endpoints);

}  // namespace fairlead::balance

#endif  // FAIRLEAD_DATAPLANE_BALANCE_MAKE_ENDPOINT_SET_H_
