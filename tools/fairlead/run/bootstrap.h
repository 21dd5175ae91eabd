#ifndef FAIRLEAD_TOOLS_FAIRLEAD_RUN_BOOTSTRAP_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_RUN_BOOTSTRAP_H_

// The bootstrap file (envoy.config.bootstrap.v3) of a proxy that takes everything from a control
// plane: fairlead-proxy and Envoy read it alike. `fairlead run` writes one, `fairlead bootstrap`
// prints one.
//
// Thread: any.

#include <string>

#include "absl/status/statusor.h"
#include "tools/fairlead/command.h"

namespace fairlead::cli {

struct BootstrapOptions {
  std::string node_id = "proxy-1";
  std::string node_cluster = "fairlead";
  // "host:port" of the control plane's xDS; a host name is resolved by DNS.
  std::string xds_address = "127.0.0.1:18000";
  // "host:port" of the proxy's admin pages; port 0: any free one.
  std::string admin_address = "127.0.0.1:0";
  // Bearer token that the control plane asks for; none when empty.
  std::string token = {};
};

// Usage error when an address is none.
absl::StatusOr<std::string> BootstrapYaml(const BootstrapOptions& options);

Command BootstrapCommand();

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_RUN_BOOTSTRAP_H_
