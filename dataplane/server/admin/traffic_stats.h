#ifndef FAIRLEAD_DATAPLANE_SERVER_ADMIN_TRAFFIC_STATS_H_
#define FAIRLEAD_DATAPLANE_SERVER_ADMIN_TRAFFIC_STATS_H_

// The counters of the request's path as tables for printing: connection managers and their
// listeners, clusters, filters. Names are Envoy's where the thing is the same; which number is
// which is data, in the .cc files. Thread: any. The workers are not asked: counters are read where
// they stand.

#include <vector>

#include "dataplane/observe/call_stats.h"
#include "dataplane/observe/counter_sets.h"
#include "dataplane/observe/stats_list.h"
#include "dataplane/server/publisher.h"

namespace fairlead::server::admin {

// http.<stat_prefix>., listener.<listener>., listener.<listener>.http.<stat_prefix>.
void AddHttpStats(const std::vector<Publisher::HttpScope>& scopes, observe::StatsList& list);

// cluster.<name>.; several clusters may have one alt_stat_name, and are added up.
void AddClusterStats(const std::vector<Publisher::ClusterScope>& scopes, observe::StatsList& list);

// Under the names that each filter gives itself.
void AddFilterStats(observe::CounterSets& counters, observe::StatsList& list);
// "vhost.<name>.vcluster.<name>." and "vhost.<name>.route.<name>.".
void AddCallStats(observe::CallScopes& calls, observe::StatsList& list);

}  // namespace fairlead::server::admin

#endif  // FAIRLEAD_DATAPLANE_SERVER_ADMIN_TRAFFIC_STATS_H_
