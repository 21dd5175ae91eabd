#ifndef FAIRLEAD_DATAPLANE_CLUSTER_COMPILE_BALANCER_H_
#define FAIRLEAD_DATAPLANE_CLUSTER_COMPILE_BALANCER_H_

// The load-balancing policy of a cluster, from either of the two ways to say it: lb_policy with its
// *_lb_config, or load_balancing_policy (a list of typed extensions, of which the first supported
// one counts). Thread: configuration.

#include "absl/status/statusor.h"
#include "dataplane/balance/balancer.h"

namespace envoy::config::cluster::v3 {
class Cluster;
}

namespace fairlead::cluster {

// Errors begin with the field's path in the cluster.
absl::StatusOr<balance::BalancerConfig> CompileBalancer(
    const envoy::config::cluster::v3::Cluster& proto);

}  // namespace fairlead::cluster

#endif  // FAIRLEAD_DATAPLANE_CLUSTER_COMPILE_BALANCER_H_
