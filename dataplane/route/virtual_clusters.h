#ifndef FAIRLEAD_DATAPLANE_ROUTE_VIRTUAL_CLUSTERS_H_
#define FAIRLEAD_DATAPLANE_ROUTE_VIRTUAL_CLUSTERS_H_

// The virtual clusters of a virtual host: names for kinds of requests, by which these are counted.
//
//     const VirtualClusters::Entry& kind = clusters->Match(head);
//     if (kind.stats != nullptr) kind.stats->Of(worker).rq_total.Add();
//
// The first whose headers all match, else "other". Thread: any; immutable. Owner: the virtual
// host's level (route.h). Source: config.route.v3.VirtualCluster.

#include <string>
#include <vector>

#include "dataplane/codec/message.h"
#include "dataplane/observe/call_stats.h"
#include "dataplane/route/matchers.h"

namespace fairlead::route {

struct VirtualClusters {
  struct Entry {
    // Empty for what matches none, which logs do not name.
    std::string name;
    std::vector<HeaderMatch> headers;
    // Null where nobody counts.
    observe::SharedCallStats stats;
  };

  const Entry& Match(const codec::RequestHead& head) const {
    for (const Entry& entry : entries) {
      bool holds = true;
      for (const HeaderMatch& header : entry.headers) holds = holds && header.Matches(head);
      if (holds) return entry;
    }
    return other;
  }

  std::vector<Entry> entries;
  Entry other;
};

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_VIRTUAL_CLUSTERS_H_
