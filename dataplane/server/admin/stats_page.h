#ifndef FAIRLEAD_DATAPLANE_SERVER_ADMIN_STATS_PAGE_H_
#define FAIRLEAD_DATAPLANE_SERVER_ADMIN_STATS_PAGE_H_

// /stats (text, JSON) and /stats/prometheus: every statistic, in Envoy's formats, filtered by
// regular expression, type, or whether it is not 0. Texts (versions, the control plane's
// identifier) are shown in the text format only. Thread: main.
//
// Source: Envoy's operations/admin page.

#include <memory>
#include <vector>

#include "dataplane/server/admin/admin_page.h"
#include "dataplane/server/admin/admin_source.h"
#include "dataplane/server/admin/server_pages.h"

namespace fairlead::server::admin {

void AddStatsPages(AdminSource& source, std::shared_ptr<const HealthOverride> health,
                   std::vector<AdminPage>& pages);

}  // namespace fairlead::server::admin

#endif  // FAIRLEAD_DATAPLANE_SERVER_ADMIN_STATS_PAGE_H_
