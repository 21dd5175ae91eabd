#ifndef FAIRLEAD_CONTROLPLANE_TRANSLATE_CLUSTER_H_
#define FAIRLEAD_CONTROLPLANE_TRANSLATE_CLUSTER_H_

// A Service in the terms of config.cluster.v3 and config.endpoint.v3. Fixed endpoints go by EDS, so
// that they change without touching the cluster; a DNS name is resolved by the proxy. Thread: any.

namespace envoy::config::cluster::v3 {
class Cluster;
}
namespace envoy::config::endpoint::v3 {
class ClusterLoadAssignment;
}
namespace fairlead::v1 {
class Service;
}

namespace fairlead::control::translate {

void ToCluster(const fairlead::v1::Service& service, envoy::config::cluster::v3::Cluster& out);

// Only for a service without dns.
void ToLoadAssignment(const fairlead::v1::Service& service,
                      envoy::config::endpoint::v3::ClusterLoadAssignment& out);

}  // namespace fairlead::control::translate

#endif  // FAIRLEAD_CONTROLPLANE_TRANSLATE_CLUSTER_H_
