#ifndef FAIRLEAD_DATAPLANE_ROUTE_COMPILE_VIRTUAL_HOST_H_
#define FAIRLEAD_DATAPLANE_ROUTE_COMPILE_VIRTUAL_HOST_H_

// From config.route.v3.VirtualHost to VirtualHost. Errors begin with the field's path from
// VirtualHost. Thread: configuration.

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "dataplane/route/compile_action.h"
#include "dataplane/route/compile_context.h"
#include "dataplane/route/compile_edits.h"
#include "dataplane/route/match_index_builder.h"
#include "dataplane/route/virtual_host.h"

namespace envoy::config::route::v3 {
class VirtualHost;
}

namespace fairlead::route {

// What a route configuration gives to all of its virtual hosts.
struct TableLevel {
  LevelEdits edits;
  // RouteConfiguration.most_specific_header_mutations_wins.
  bool most_specific_edits_last = false;
  std::vector<OverrideEntry> overrides;
  ActionLimits limits;
};

struct HostFingerprints {
  Fingerprint message;
  Fingerprint domains;
};

absl::StatusOr<std::shared_ptr<const VirtualHost>> CompileVirtualHost(
    const envoy::config::route::v3::VirtualHost& proto, const HostFingerprints& fingerprints,
    const TableLevel& table, const CompileContext& context, CompileCaches& caches);

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_COMPILE_VIRTUAL_HOST_H_
