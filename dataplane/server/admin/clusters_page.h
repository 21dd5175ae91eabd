#ifndef FAIRLEAD_DATAPLANE_SERVER_ADMIN_CLUSTERS_PAGE_H_
#define FAIRLEAD_DATAPLANE_SERVER_ADMIN_CLUSTERS_PAGE_H_

// /clusters: what the workers know of every cluster and endpoint, as text
// ("cluster::10.0.0.7:80::rq_total::12") or as admin.v3.Clusters in JSON.
//
// Left out of Envoy's lines is what does not exist here (circuit breakers' limits, locality,
// canary, priority, success rates), and `added_via_api`, which the workers do not know (see
// /config_dump). Thread: main.

#include <vector>

#include "dataplane/server/admin/admin_page.h"
#include "dataplane/server/admin/admin_source.h"

namespace fairlead::server::admin {

void AddClustersPage(const AdminSource& source, std::vector<AdminPage>& pages);

}  // namespace fairlead::server::admin

#endif  // FAIRLEAD_DATAPLANE_SERVER_ADMIN_CLUSTERS_PAGE_H_
