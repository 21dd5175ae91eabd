#ifndef FAIRLEAD_DATAPLANE_SERVER_ADMIN_RUNTIME_PAGES_H_
#define FAIRLEAD_DATAPLANE_SERVER_ADMIN_RUNTIME_PAGES_H_

// /runtime, and POST /runtime_modify?KEY=VALUE&..., as Envoy has them. Thread: main.

#include <vector>

#include "dataplane/server/admin/admin_page.h"
#include "dataplane/server/admin/admin_source.h"

namespace fairlead::server::admin {

void AddRuntimePages(AdminSource& source, std::vector<AdminPage>& pages);

}  // namespace fairlead::server::admin

#endif  // FAIRLEAD_DATAPLANE_SERVER_ADMIN_RUNTIME_PAGES_H_
