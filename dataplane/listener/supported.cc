#include "dataplane/listener/listener_config.h"
#include "dataplane/xds/support_table.h"

namespace fairlead::listener {

void DeclareSupport(xds::SupportTable& table) {
  table.Allow(
      "envoy.config.listener.v3.Listener",
      {"name", "address", "filter_chains", "enable_reuse_port", "tcp_backlog_size",
       "per_connection_buffer_limit_bytes", "traffic_direction", "metadata", "stat_prefix"});
  table.Allow("envoy.config.listener.v3.FilterChain", {"filters", "name", "metadata"});
  table.Allow("envoy.config.listener.v3.Filter", {"name", "typed_config"});
}

}  // namespace fairlead::listener
