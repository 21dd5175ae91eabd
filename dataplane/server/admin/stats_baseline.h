#ifndef FAIRLEAD_DATAPLANE_SERVER_ADMIN_STATS_BASELINE_H_
#define FAIRLEAD_DATAPLANE_SERVER_ADMIN_STATS_BASELINE_H_

// POST /reset_counters: what counters had then, to be taken off what they have later. The counters
// themselves belong to the workers, and only grow.
//
// Thread: main. Cost: nothing until it is used; then a look-up for each counter of a scrape.

#include <cstdint>

#include "dataplane/base/strings.h"
#include "dataplane/observe/stats_list.h"

namespace fairlead::server::admin {

class StatsBaseline {
 public:
  void Take(observe::StatsList list);
  // A counter that has begun anew since (its cluster went and came back) is left as it is.
  void SubtractFrom(observe::StatsList& list) const;

 private:
  // By full name; those that were 0 are left out.
  StringMap<int64_t> values_;
};

}  // namespace fairlead::server::admin

#endif  // FAIRLEAD_DATAPLANE_SERVER_ADMIN_STATS_BASELINE_H_
