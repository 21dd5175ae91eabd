#include "dataplane/server/admin/admin_listener.h"

#include <utility>

#include "dataplane/http/hcm_config.h"
#include "dataplane/server/admin/admin_filter.h"
#include "dataplane/server/admin/pages.h"

namespace fairlead::server::admin {

std::shared_ptr<const listener::ListenerConfig> MakeAdminListener(const net::Address& address,
                                                                  AdminSource& source) {
  auto hcm = std::make_shared<http::HcmConfig>();
  hcm->stat_prefix = "admin";
  // Nothing is published under this name, so no request has a route; the filter replies to all.
  hcm->route_config_name = "fairlead.admin";
  hcm->filters.push_back(
      {.name = "fairlead.admin",
       .filter = std::make_unique<const AdminFilter>(MakePages(source), address.is_loopback())});
  hcm->server_name = "fairlead";
  hcm->generate_request_id = false;
  hcm->request_headers_timeout = std::chrono::seconds(10);
  hcm->request_timeout = std::chrono::seconds(15);
  auto config = std::make_shared<listener::ListenerConfig>();
  config->name = "admin";
  config->address = address;
  config->reuse_port = false;
  config->hcm = std::move(hcm);
  return config;
}

}  // namespace fairlead::server::admin
