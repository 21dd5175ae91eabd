#ifndef FAIRLEAD_DATAPLANE_SERVER_ADMIN_PAGES_H_
#define FAIRLEAD_DATAPLANE_SERVER_ADMIN_PAGES_H_

// Every page of the admin interface. Thread: main.

#include <vector>

#include "dataplane/server/admin/admin_page.h"
#include "dataplane/server/admin/admin_source.h"

namespace fairlead::server::admin {

// The pages refer to the source, which outlives them.
std::vector<AdminPage> MakePages(AdminSource& source);

}  // namespace fairlead::server::admin

#endif  // FAIRLEAD_DATAPLANE_SERVER_ADMIN_PAGES_H_
