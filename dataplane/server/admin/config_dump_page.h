#ifndef FAIRLEAD_DATAPLANE_SERVER_ADMIN_CONFIG_DUMP_PAGE_H_
#define FAIRLEAD_DATAPLANE_SERVER_ADMIN_CONFIG_DUMP_PAGE_H_

// /config_dump: the configuration in force and what was refused since, as admin.v3.ConfigDump in
// JSON. Secrets are redacted by the source. Thread: main.
//
// Source: Envoy's operations/admin page; of its parameters `mask` is missing, and refused.

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "dataplane/server/admin/admin_page.h"
#include "dataplane/server/admin/admin_source.h"
#include "re2/re2.h"

namespace fairlead::server::admin {

// Picks from a dump. `resource` (if not empty) is a repeated field of one of its messages
// ("dynamic_listeners"): the result's `configs` are that field's elements; NotFound when there is
// no such field. `name` (may be null) keeps the elements whose resource's name it matches in full.
absl::StatusOr<std::string> FilterConfigDump(std::string_view dump, std::string_view resource,
                                             const re2::RE2* name);

void AddConfigDumpPage(const AdminSource& source, std::vector<AdminPage>& pages);

}  // namespace fairlead::server::admin

#endif  // FAIRLEAD_DATAPLANE_SERVER_ADMIN_CONFIG_DUMP_PAGE_H_
