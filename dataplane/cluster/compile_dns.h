#ifndef FAIRLEAD_DATAPLANE_CLUSTER_COMPILE_DNS_H_
#define FAIRLEAD_DATAPLANE_CLUSTER_COMPILE_DNS_H_

// What a STRICT_DNS cluster resolves and when: load_assignment and the dns_* fields of the cluster.
//
// These fields are deprecated in favour of a cluster extension, but are what everybody writes and
// what every Envoy takes; they are read in this one file.
//
// Errors begin with the field's path in the cluster. Thread: configuration.

#include <string_view>

#include "absl/status/status.h"
#include "dataplane/cluster/cluster_config.h"

namespace fairlead::cluster {

absl::Status CompileDns(const envoy::config::cluster::v3::Cluster& proto, DnsConfig& config);

// Refuses DNS fields in a cluster of a type that resolves nothing, where they have no effect.
absl::Status CheckNoDns(const envoy::config::cluster::v3::Cluster& proto, std::string_view type);

}  // namespace fairlead::cluster

#endif  // FAIRLEAD_DATAPLANE_CLUSTER_COMPILE_DNS_H_
