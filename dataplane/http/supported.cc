#include "dataplane/http/compile_hcm.h"
#include "dataplane/xds/support_table.h"

namespace fairlead::http {

void DeclareSupport(xds::SupportTable& table) {
  table.Allow("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
              {"codec_type",
               "stat_prefix",
               "rds",
               "route_config",
               "http_filters",
               "access_log",
               "use_remote_address",
               "skip_xff_append",
               "xff_num_trusted_hops",
               "generate_request_id",
               "preserve_external_request_id",
               "always_set_request_id_in_response",
               "via",
               "server_name",
               "server_header_transformation",
               "normalize_path",
               "merge_slashes",
               "path_with_escaped_slashes_action",
               "strip_any_host_port",
               "strip_trailing_host_dot",
               "common_http_protocol_options",
               "http_protocol_options",
               "max_request_headers_kb",
               "stream_idle_timeout",
               "request_timeout",
               "request_headers_timeout",
               "delayed_close_timeout",
               "proxy_100_continue",
               "drain_timeout"});
  table.AllowEnum(
      "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager."
      "codec_type",
      {"AUTO", "HTTP1"});
  table.Allow("envoy.extensions.filters.network.http_connection_manager.v3.Rds",
              {"config_source", "route_config_name"});
  table.Allow("envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter",
              {"name", "typed_config", "disabled"});
  table.Allow("envoy.extensions.filters.http.router.v3.Router",
              {"suppress_envoy_headers", "dynamic_stats"});
  table.Allow("envoy.config.core.v3.HttpProtocolOptions",
              {"idle_timeout", "max_headers_count", "max_requests_per_connection",
               "headers_with_underscores_action"});
  table.Allow("envoy.config.core.v3.Http1ProtocolOptions",
              {"accept_http_10", "default_host_for_http_10", "enable_trailers"});
}

}  // namespace fairlead::http
