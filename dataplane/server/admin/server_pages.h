#ifndef FAIRLEAD_DATAPLANE_SERVER_ADMIN_SERVER_PAGES_H_
#define FAIRLEAD_DATAPLANE_SERVER_ADMIN_SERVER_PAGES_H_

// Pages about the process itself: /ready, /server_info, /memory, /listeners, and those that change
// it: /quitquitquit, /drain_listeners, /healthcheck/fail, /healthcheck/ok, /logging.
//
// Thread: main.

#include <memory>
#include <string_view>
#include <vector>

#include "dataplane/server/admin/admin_page.h"
#include "dataplane/server/admin/admin_source.h"

namespace fairlead::server::admin {

// What POST /healthcheck/fail has said, shared by the pages that show it.
struct HealthOverride {
  bool is_failed = false;

  // The server's state as it is to be shown: a live server whose health was failed by hand is
  // DRAINING (as Envoy).
  ServerState StateOf(const AdminSource& source) const {
    const ServerState state = source.State();
    return is_failed && state == ServerState::kLive ? ServerState::kDraining : state;
  }
};

// "LIVE", ...
std::string_view StateName(ServerState state);

// Bytes, as far as the allocator (mimalloc) and the kernel tell.
struct MemoryUse {
  // Held by the allocator, what is free in it included.
  uint64_t allocated = 0;
  uint64_t heap_size = 0;
  // Resident in memory, the program itself included.
  uint64_t total_physical_bytes = 0;
};
MemoryUse ReadMemoryUse();

void AddServerPages(AdminSource& source, std::shared_ptr<HealthOverride> health,
                    std::vector<AdminPage>& pages);

}  // namespace fairlead::server::admin

#endif  // FAIRLEAD_DATAPLANE_SERVER_ADMIN_SERVER_PAGES_H_
