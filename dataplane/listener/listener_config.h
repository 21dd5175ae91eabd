#ifndef FAIRLEAD_DATAPLANE_LISTENER_LISTENER_CONFIG_H_
#define FAIRLEAD_DATAPLANE_LISTENER_LISTENER_CONFIG_H_

// A listener as configured: compiled once from config.listener.v3.Listener, immutable, shared by
// all workers. Thread: built on the configuration thread, read on any.

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "dataplane/http/compile_hcm.h"
#include "dataplane/http/hcm_config.h"
#include "dataplane/net/address.h"

namespace envoy::config::listener::v3 {
class Listener;
}

namespace fairlead::listener {

struct ListenerConfig {
  std::string name;
  net::Address address;
  // What statistics call it; empty: its address.
  std::string stat_prefix;
  // Each worker has a listening socket of its own, and the kernel spreads connections over them.
  // False for a listener that only one loop has, whose address no other process is to share.
  bool reuse_port = true;
  int backlog = 4096;
  // The one filter chain there may be for now, with the one network filter it ends in.
  std::shared_ptr<const http::HcmConfig> hcm;
};

// `context.inline_route_name` is filled in here.
absl::StatusOr<std::shared_ptr<const ListenerConfig>> CompileListener(
    const envoy::config::listener::v3::Listener& proto, http::HcmCompileContext context);

void DeclareSupport(xds::SupportTable& table);

}  // namespace fairlead::listener

#endif  // FAIRLEAD_DATAPLANE_LISTENER_LISTENER_CONFIG_H_
