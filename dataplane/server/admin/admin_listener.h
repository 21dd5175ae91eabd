#ifndef FAIRLEAD_DATAPLANE_SERVER_ADMIN_ADMIN_LISTENER_H_
#define FAIRLEAD_DATAPLANE_SERVER_ADMIN_ADMIN_LISTENER_H_

// The admin interface as a listener like any other, for the main loop's http::Worker.
//
//     auto config = MakeAdminListener(address, source);
//     auto listener = ActiveListener::Open(main_worker, *config, config->address, stats);
//
// Thread: main. Limits: a head must come within 10 s, a request within 15 s.

#include <memory>

#include "dataplane/listener/listener_config.h"
#include "dataplane/net/address.h"
#include "dataplane/server/admin/admin_source.h"

namespace fairlead::server::admin {

// `source` outlives the configuration and what was opened with it.
std::shared_ptr<const listener::ListenerConfig> MakeAdminListener(const net::Address& address,
                                                                  AdminSource& source);

}  // namespace fairlead::server::admin

#endif  // FAIRLEAD_DATAPLANE_SERVER_ADMIN_ADMIN_LISTENER_H_
