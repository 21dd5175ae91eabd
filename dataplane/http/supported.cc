#include "dataplane/base/strings.h"
#include "dataplane/http/compile_hcm.h"
#include "dataplane/xds/support_table.h"

namespace fairlead::http {

namespace {

void DeclareIdentity(xds::SupportTable& table) {
  constexpr std::string_view kHcm =
      "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
  // The others need TLS.
  table.AllowEnum(StrCat(kHcm, ".forward_client_cert_details"), {"SANITIZE"});
  table.Allow(StrCat(kHcm, ".InternalAddressConfig"), {"cidr_ranges"});
  table.Allow("envoy.config.core.v3.CidrRange", {"address_prefix", "prefix_len"});
  table.Allow("envoy.config.core.v3.TypedExtensionConfig", {"name", "typed_config"});
  table.Allow("envoy.config.core.v3.SchemeHeaderTransformation", {"scheme_to_overwrite"});
  table.Allow("envoy.extensions.http.original_ip_detection.xff.v3.XffConfig",
              {"xff_num_trusted_hops", "skip_xff_append"});
  table.Allow("envoy.extensions.http.original_ip_detection.custom_header.v3.CustomHeaderConfig",
              {"header_name", "allow_extension_to_set_address_as_trusted", "reject_with_status"});
  table.Allow("envoy.type.v3.HttpStatus", {"code"});
  table.Allow("envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension",
              {"typed_config"});
  // Both fields are about traces, of which there are none.
  table.Allow("envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig",
              {"pack_trace_reason", "use_request_id_for_trace_sampling"});
}

void DeclareLocalReplies(xds::SupportTable& table) {
  table.Allow("envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig",
              {"mappers", "body_format"});
  table.Allow("envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper",
              {"filter", "status_code", "body", "body_format_override", "headers_to_add"});
  table.Allow("envoy.config.core.v3.SubstitutionFormatString", {"content_type"});
}

}  // namespace

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
               "strip_matching_host_port",
               "original_ip_detection_extensions",
               "internal_address_config",
               "append_x_forwarded_port",
               "add_user_agent",
               "scheme_header_transformation",
               "request_id_extension",
               "local_reply_config",
               "forward_client_cert_details",
               "http1_safe_max_connection_duration",
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
      "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.codec_"
      "type",
      {"AUTO", "HTTP1"});
  table.Allow("envoy.extensions.filters.network.http_connection_manager.v3.Rds",
              {"config_source", "route_config_name"});
  table.Allow("envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter",
              {"name", "typed_config", "disabled"});
  table.Allow("envoy.extensions.filters.http.router.v3.Router",
              {"suppress_envoy_headers", "dynamic_stats"});
  table.Allow(
      "envoy.config.core.v3.HttpProtocolOptions",
      {"idle_timeout", "max_headers_count", "max_requests_per_connection",
       "headers_with_underscores_action", "max_connection_duration", "max_stream_duration"});
  table.Allow(
      "envoy.config.core.v3.Http1ProtocolOptions",
      {"accept_http_10", "default_host_for_http_10", "enable_trailers", "allow_absolute_url"});
  DeclareIdentity(table);
  DeclareLocalReplies(table);
}

}  // namespace fairlead::http
