#ifndef FAIRLEAD_DATAPLANE_CLUSTER_COMPILE_ENDPOINTS_H_
#define FAIRLEAD_DATAPLANE_CLUSTER_COMPILE_ENDPOINTS_H_

// Reads a ClusterLoadAssignment: into endpoints when its addresses are IP addresses (STATIC, EDS),
// into names to resolve when they are not (STRICT_DNS).
//
// Localities are read one after the other and make no difference: their weights must be equal (as
// Envoy looks at them only with locality_weighted_lb_config), their priority 0.
//
// Errors begin with the field's path in the message. Limit: the sum of weights is at most 2^32 - 1.
// Thread: configuration. Source: config.endpoint.v3.ClusterLoadAssignment.

#include <vector>

#include "absl/status/statusor.h"
#include "dataplane/cluster/cluster_config.h"
#include "dataplane/upstream/endpoint_set.h"

namespace envoy::config::endpoint::v3 {
class ClusterLoadAssignment;
}

namespace fairlead::cluster {

absl::StatusOr<std::vector<upstream::Endpoint>> ReadEndpoints(
    const envoy::config::endpoint::v3::ClusterLoadAssignment& proto);

absl::StatusOr<std::vector<DnsTarget>> ReadDnsTargets(
    const envoy::config::endpoint::v3::ClusterLoadAssignment& proto);

}  // namespace fairlead::cluster

#endif  // FAIRLEAD_DATAPLANE_CLUSTER_COMPILE_ENDPOINTS_H_
