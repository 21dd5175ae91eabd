#ifndef FAIRLEAD_DATAPLANE_CLUSTER_CLUSTER_STATS_H_
#define FAIRLEAD_DATAPLANE_CLUSTER_CLUSTER_STATS_H_

// What a worker counts for a cluster, by Envoy's names; printed as "cluster.<stat_name>.<name>".
// Written by the worker, read from any thread.

#include "dataplane/observe/counter.h"
#include "dataplane/upstream/traffic_stats.h"

namespace fairlead::cluster {

struct ClusterStats {
  // Endpoint sets that differed from the one before.
  observe::Counter membership_change;
  observe::Gauge membership_total;
  observe::Gauge membership_healthy;
  // Picks in panic mode, which does not look at health.
  observe::Counter lb_healthy_panic;
  // Picks that found no endpoint.
  observe::Counter upstream_cx_none_healthy;
  upstream::TrafficStats traffic;
};

}  // namespace fairlead::cluster

#endif  // FAIRLEAD_DATAPLANE_CLUSTER_CLUSTER_STATS_H_
