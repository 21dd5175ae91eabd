#ifndef FAIRLEAD_DATAPLANE_SERVER_ADMIN_CONFIG_DUMP_PAGE_H_
#define FAIRLEAD_DATAPLANE_SERVER_ADMIN_CONFIG_DUMP_PAGE_H_

// /config_dump: the configuration in force and what was refused since, as admin.v3.ConfigDump in
// JSON. Secrets are redacted by the source. Thread: main.
//
// Source: Envoy's operations/admin page.

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
// `mask` (if not empty) is a field mask, "listener.name,version_info": only those fields stay of
// each message of `configs` ("@type" always does); InvalidArgument when no message has any of them.
absl::StatusOr<std::string> FilterConfigDump(std::string_view dump, std::string_view resource,
                                             const re2::RE2* name, std::string_view mask = {});

void AddConfigDumpPage(const AdminSource& source, std::vector<AdminPage>& pages);

}  // namespace fairlead::server::admin

#endif  // FAIRLEAD_DATAPLANE_SERVER_ADMIN_CONFIG_DUMP_PAGE_H_
