#ifndef FAIRLEAD_DATAPLANE_SERVER_ADMIN_COLLECT_STATS_H_
#define FAIRLEAD_DATAPLANE_SERVER_ADMIN_COLLECT_STATS_H_

// The statistics of the process as they are now, summed over the workers. Names are Envoy's where
// the thing is the same.
//
//     FL_ASSIGN_OR_RETURN(observe::StatsSelection selection, ParseStatsSelection(request));
//     observe::StatsList list = CollectStats(source, state);
//
// No worker is asked: counters are read where they stand, so that a scrape delays none. Thread:
// main. Cost: some 40 loads for each cluster and worker.

#include "absl/status/statusor.h"
#include "dataplane/observe/stats_printer.h"
#include "dataplane/server/admin/admin_page.h"
#include "dataplane/server/admin/admin_source.h"

namespace fairlead::server::admin {

// Which statistics a query wants: all, unless its parameters (filter, usedonly, type,
// histogram_buckets) say less. The error is to be shown to who asked.
absl::StatusOr<observe::StatsSelection> ParseStatsSelection(const AdminRequest& request);

observe::StatsList CollectStats(AdminSource& source, ServerState state);

}  // namespace fairlead::server::admin

#endif  // FAIRLEAD_DATAPLANE_SERVER_ADMIN_COLLECT_STATS_H_
