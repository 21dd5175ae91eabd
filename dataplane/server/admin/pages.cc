#include "dataplane/server/admin/pages.h"

#include <memory>

#include "dataplane/server/admin/clusters_page.h"
#include "dataplane/server/admin/config_dump_page.h"
#include "dataplane/server/admin/runtime_pages.h"
#include "dataplane/server/admin/server_pages.h"
#include "dataplane/server/admin/stats_page.h"

namespace fairlead::server::admin {

std::vector<AdminPage> MakePages(AdminSource& source) {
  const auto health = std::make_shared<HealthOverride>();
  std::vector<AdminPage> pages;
  AddServerPages(source, health, pages);
  AddStatsPages(source, health, pages);
  AddClustersPage(source, pages);
  AddConfigDumpPage(source, pages);
  AddRuntimePages(source, pages);
  return pages;
}

}  // namespace fairlead::server::admin
