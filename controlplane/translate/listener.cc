#include "controlplane/translate/listener.h"

#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "controlplane/translate/filter_names.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/extensions/access_loggers/file/v3/file.pb.h"
#include "envoy/extensions/filters/http/api_key_auth/v3/api_key_auth.pb.h"
#include "envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit.pb.h"
#include "envoy/extensions/filters/http/router/v3/router.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"
#include "fairlead/v1/resources.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace fairlead::control::translate {
namespace {

using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;
using envoy::extensions::filters::network::http_connection_manager::v3::HttpFilter;

constexpr uint32_t kConnectionBufferBytes = 32 << 10;
constexpr uint32_t kHeadersCountMax = 100;
constexpr uint32_t kHeadersKibMax = 60;
constexpr int64_t kIdleTimeoutSeconds = 3600;
constexpr int64_t kStreamIdleTimeoutSeconds = 300;
constexpr int64_t kRequestTimeoutSeconds = 300;
// A client that takes longer for the headers of one request keeps a connection busy on purpose.
constexpr int64_t kRequestHeadersTimeoutSeconds = 10;

// The fields of Envoy's default text format, by the names that its documentation uses.
constexpr std::pair<const char*, const char*> kJsonLogFields[] = {
    {"start_time", "%START_TIME%"},
    {"method", "%REQ(:METHOD)%"},
    {"path", "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%"},
    {"protocol", "%PROTOCOL%"},
    {"response_code", "%RESPONSE_CODE%"},
    {"response_flags", "%RESPONSE_FLAGS%"},
    {"bytes_received", "%BYTES_RECEIVED%"},
    {"bytes_sent", "%BYTES_SENT%"},
    {"duration", "%DURATION%"},
    {"upstream_service_time", "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%"},
    {"x_forwarded_for", "%REQ(X-FORWARDED-FOR)%"},
    {"user_agent", "%REQ(USER-AGENT)%"},
    {"request_id", "%REQ(X-REQUEST-ID)%"},
    {"authority", "%REQ(:AUTHORITY)%"},
    {"upstream_host", "%UPSTREAM_HOST%"},
};

void AddFilter(absl::string_view name, const google::protobuf::Message& config, bool disabled,
               HttpConnectionManager& hcm) {
  HttpFilter& filter = *hcm.add_http_filters();
  filter.set_name(std::string(name));
  filter.mutable_typed_config()->PackFrom(config);
  filter.set_disabled(disabled);
}

void AddFilters(HttpConnectionManager& hcm) {
  AddFilter(kApiKeyAuthFilter, envoy::extensions::filters::http::api_key_auth::v3::ApiKeyAuth(),
            /*disabled=*/true, hcm);
  envoy::extensions::filters::http::local_ratelimit::v3::LocalRateLimit rate_limit;
  rate_limit.set_stat_prefix(hcm.stat_prefix());
  AddFilter(kLocalRateLimitFilter, rate_limit, /*disabled=*/true, hcm);
  AddFilter(kRouterFilter, envoy::extensions::filters::http::router::v3::Router(),
            /*disabled=*/false, hcm);
}

void AddAccessLog(const fairlead::v1::AccessLog& log, HttpConnectionManager& hcm) {
  envoy::extensions::access_loggers::file::v3::FileAccessLog file;
  file.set_path(log.path());
  // Text without a format is Envoy's default format.
  if (log.format() == fairlead::v1::AccessLog::JSON) {
    auto& fields = *file.mutable_log_format()->mutable_json_format()->mutable_fields();
    for (const auto& [name, format] : kJsonLogFields) fields[name].set_string_value(format);
  }
  auto& out = *hcm.add_access_log();
  out.set_name("envoy.access_loggers.file");
  // The map in it has no order of its own, and the bytes must not change from run to run.
  out.mutable_typed_config()->set_type_url(
      "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog");
  google::protobuf::io::StringOutputStream stream(out.mutable_typed_config()->mutable_value());
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  file.SerializeToCodedStream(&coded);
}

void SetEdgeValues(const fairlead::v1::Listener& listener, HttpConnectionManager& hcm) {
  hcm.set_server_name("fairlead");
  hcm.mutable_use_remote_address()->set_value(true);
  hcm.set_xff_num_trusted_hops(listener.trusted_hops());
  hcm.mutable_normalize_path()->set_value(true);
  hcm.set_merge_slashes(true);
  hcm.set_path_with_escaped_slashes_action(HttpConnectionManager::UNESCAPE_AND_REDIRECT);
  auto& common = *hcm.mutable_common_http_protocol_options();
  common.mutable_idle_timeout()->set_seconds(kIdleTimeoutSeconds);
  common.mutable_max_headers_count()->set_value(kHeadersCountMax);
  common.set_headers_with_underscores_action(
      envoy::config::core::v3::HttpProtocolOptions::REJECT_REQUEST);
  hcm.mutable_max_request_headers_kb()->set_value(kHeadersKibMax);
  hcm.mutable_stream_idle_timeout()->set_seconds(kStreamIdleTimeoutSeconds);
  hcm.mutable_request_timeout()->set_seconds(kRequestTimeoutSeconds);
  hcm.mutable_request_headers_timeout()->set_seconds(kRequestHeadersTimeoutSeconds);
}

}  // namespace

void ToListener(const fairlead::v1::Listener& listener,
                envoy::config::listener::v3::Listener& out) {
  out.set_name(listener.name());
  auto& address = *out.mutable_address()->mutable_socket_address();
  address.set_address(listener.address().empty() ? "0.0.0.0" : listener.address());
  address.set_port_value(listener.port());
  out.mutable_per_connection_buffer_limit_bytes()->set_value(kConnectionBufferBytes);

  HttpConnectionManager hcm;
  hcm.set_stat_prefix(listener.name());
  hcm.mutable_rds()->set_route_config_name(listener.name());
  auto& source = *hcm.mutable_rds()->mutable_config_source();
  source.mutable_ads();
  source.set_resource_api_version(envoy::config::core::v3::V3);
  AddFilters(hcm);
  if (listener.has_access_log()) AddAccessLog(listener.access_log(), hcm);
  SetEdgeValues(listener, hcm);

  auto& filter = *out.add_filter_chains()->add_filters();
  filter.set_name("envoy.filters.network.http_connection_manager");
  filter.mutable_typed_config()->PackFrom(hcm);
}

}  // namespace fairlead::control::translate
