#ifndef FAIRLEAD_DATAPLANE_OBSERVE_STATS_TEXT_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_STATS_TEXT_H_

// A list of numbers as Envoy's admin interface prints it. Thread: any.
//
// Source: Envoy's operations/admin: /stats, /stats?format=json.

#include <string>

#include "dataplane/observe/stats_list.h"

namespace fairlead::observe {

// "cluster.backend.upstream_rq_total: 5", a line for each. The list is finished.
std::string StatsText(const StatsList& list);
// {"stats":[{"name":"cluster.backend.upstream_rq_total","value":5},...]}.
std::string StatsJson(const StatsList& list);

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_STATS_TEXT_H_
