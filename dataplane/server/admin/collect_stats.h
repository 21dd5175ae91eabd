#ifndef FAIRLEAD_DATAPLANE_SERVER_ADMIN_COLLECT_STATS_H_
#define FAIRLEAD_DATAPLANE_SERVER_ADMIN_COLLECT_STATS_H_

// The statistics of the process as they are now, summed over the workers. Names are Envoy's where
// the thing is the same.
//
//     FL_ASSIGN_OR_RETURN(StatsSelection selection, StatsSelection::Parse(request));
//     Stats stats = CollectStats(source, state, selection);
//
// Thread: main. Cost: some thirty names for each connection manager, fifteen for each cluster.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "dataplane/observe/stats_list.h"
#include "dataplane/server/admin/admin_page.h"
#include "dataplane/server/admin/admin_source.h"
#include "re2/re2.h"

namespace fairlead::server::admin {

// Which statistics a query wants: all, unless its parameters (filter, usedonly, type) say less.
class StatsSelection {
 public:
  // The values of `type`. There are no histograms (yet).
  enum class Type : uint8_t { kAll, kCounters, kGauges, kTextReadouts, kHistograms };

  // The error is to be shown to who asked.
  static absl::StatusOr<StatsSelection> Parse(const AdminRequest& request);

  bool Wants(std::string_view name, Type type, bool is_used) const;

 private:
  // Found anywhere in the name; null: none.
  std::unique_ptr<const re2::RE2> filter_;
  bool used_only_ = false;
  Type type_ = Type::kAll;
};

struct Stats {
  // Finished.
  observe::StatsList numbers;
  // Names and what they say ("cluster_manager.cds.version_text").
  std::vector<std::pair<std::string, std::string>> texts;
};

Stats CollectStats(const AdminSource& source, ServerState state, const StatsSelection& selection);

}  // namespace fairlead::server::admin

#endif  // FAIRLEAD_DATAPLANE_SERVER_ADMIN_COLLECT_STATS_H_
