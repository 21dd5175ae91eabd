#include "dataplane/http/compile_hcm.h"

#include <algorithm>
#include <utility>

#include "dataplane/base/status.h"
#include "dataplane/filters/registry.h"
#include "dataplane/http/compile_client_identity.h"
#include "dataplane/http/compile_local_reply.h"
#include "envoy/extensions/filters/http/router/v3/router.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"

namespace fairlead::http {
namespace {

using Hcm = envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;
using envoy::extensions::filters::network::http_connection_manager::v3::HttpFilter;
using RouterProto = envoy::extensions::filters::http::router::v3::Router;

// Reads a time that is set; else `time` stays what it is. Rounded up, so that a positive time never
// becomes 0, which means none; cut to ten years, which the clock can count.
absl::Status CompileTime(std::string_view field, bool is_set,
                         const google::protobuf::Duration& proto, std::chrono::milliseconds& time) {
  constexpr std::chrono::seconds kLongest = std::chrono::hours(24 * 365 * 10);
  if (!is_set) return absl::OkStatus();
  if (proto.seconds() < 0 || proto.nanos() < 0) {
    return InvalidArgument(field, ": is negative (", proto.seconds(), " s, ", proto.nanos(),
                           " ns); a time of 0 or more is allowed");
  }
  const std::chrono::seconds seconds(std::min<int64_t>(proto.seconds(), kLongest.count()));
  time = std::chrono::ceil<std::chrono::milliseconds>(seconds +
                                                      std::chrono::nanoseconds(proto.nanos()));
  return absl::OkStatus();
}

constexpr uint32_t kHeadersCountMax = 32768;

// The message's full name in an Any's type URL.
std::string TypeName(const google::protobuf::Any& any) {
  const std::string& url = any.type_url();
  return url.substr(url.rfind('/') + 1);
}

absl::Status CompileFilters(const Hcm& proto, const HcmCompileContext& context, HcmConfig& config) {
  const filters::FilterContext filter_context{*context.counters, proto.stat_prefix(),
                                              context.runtime};
  if (proto.http_filters().empty()) {
    return InvalidArgument("http_filters: is empty; the last filter must be the router");
  }
  for (int i = 0; i < proto.http_filters_size(); ++i) {
    const HttpFilter& filter = proto.http_filters(i);
    const std::string where = StrCat("http_filters[", i, "] '", filter.name(), "'");
    const bool is_last = i + 1 == proto.http_filters_size();
    const bool is_router = filter.typed_config().Is<RouterProto>();
    if (is_router != is_last) {
      return InvalidArgument(where, is_router ? ": the router must be the last filter"
                                              : ": the last filter must be the router");
    }
    if (is_router) {
      RouterProto router;
      if (!filter.typed_config().UnpackTo(&router)) {
        return InvalidArgument(where, ": typed_config cannot be decoded");
      }
      config.router = filters::Router({.suppress_envoy_headers = router.suppress_envoy_headers()});
      break;
    }
    const filters::FilterKind* kind = filters::FindByConfigType(TypeName(filter.typed_config()));
    if (kind == nullptr) {
      return InvalidArgument(where, ": no filter is configured by '",
                             filter.typed_config().type_url(), "'");
    }
    auto made = kind->factory->Create(filter.typed_config(), filter_context);
    if (!made.ok()) return Annotate(made.status(), where);
    config.filters.push_back({.name = filter.name(),
                              .id = route::FilterNameId(filter.name()),
                              .is_disabled = filter.disabled(),
                              .filter = *std::move(made)});
  }
  return absl::OkStatus();
}

void CompileIdentity(const Hcm& proto, HcmConfig& config) {
  config.generate_request_id =
      !proto.has_generate_request_id() || proto.generate_request_id().value();
  config.preserve_external_request_id = proto.preserve_external_request_id();
  config.always_set_request_id_in_response = proto.always_set_request_id_in_response();
  config.via = proto.via();
  if (!proto.server_name().empty()) config.server_name = proto.server_name();
  switch (proto.server_header_transformation()) {
    case Hcm::APPEND_IF_ABSENT:
      config.server_header = HcmConfig::ServerHeader::kAppendIfAbsent;
      break;
    case Hcm::PASS_THROUGH:
      config.server_header = HcmConfig::ServerHeader::kPassThrough;
      break;
    default:
      break;
  }
}

void CompilePaths(const Hcm& proto, HcmConfig& config) {
  config.normalize_path = proto.normalize_path().value();
  config.merge_slashes = proto.merge_slashes();
  switch (proto.path_with_escaped_slashes_action()) {
    case Hcm::REJECT_REQUEST:
      config.escaped_slashes = HcmConfig::EscapedSlashes::kReject;
      break;
    case Hcm::UNESCAPE_AND_REDIRECT:
      config.escaped_slashes = HcmConfig::EscapedSlashes::kUnescapeAndRedirect;
      break;
    case Hcm::UNESCAPE_AND_FORWARD:
      config.escaped_slashes = HcmConfig::EscapedSlashes::kUnescapeAndForward;
      break;
    default:
      break;
  }
  config.strip_any_host_port = proto.strip_any_host_port();
  config.strip_matching_host_port = proto.strip_matching_host_port();
  config.strip_trailing_host_dot = proto.strip_trailing_host_dot();
}

absl::Status CompileProtocol(const Hcm& proto, HcmConfig& config) {
  const auto& common = proto.common_http_protocol_options();
  FL_RETURN_IF_ERROR(CompileTime("common_http_protocol_options.idle_timeout",
                                 common.has_idle_timeout(), common.idle_timeout(),
                                 config.idle_timeout));
  if (common.has_max_headers_count()) {
    const uint32_t count = common.max_headers_count().value();
    // A header map numbers its fields in 16 bits, and there must be room for those that are added.
    if (count > kHeadersCountMax) {
      return InvalidArgument("common_http_protocol_options.max_headers_count: is ", count,
                             "; at most ", kHeadersCountMax, " is allowed");
    }
    config.head_limits.fields_max = count;
  }
  FL_RETURN_IF_ERROR(CompileTime("common_http_protocol_options.max_connection_duration",
                                 common.has_max_connection_duration(),
                                 common.max_connection_duration(), config.max_connection_duration));
  FL_RETURN_IF_ERROR(CompileTime("common_http_protocol_options.max_stream_duration",
                                 common.has_max_stream_duration(), common.max_stream_duration(),
                                 config.max_stream_duration));
  config.max_requests_per_connection = common.max_requests_per_connection().value();
  switch (common.headers_with_underscores_action()) {
    case envoy::config::core::v3::HttpProtocolOptions::REJECT_REQUEST:
      config.underscores = HcmConfig::Underscores::kRejectRequest;
      break;
    case envoy::config::core::v3::HttpProtocolOptions::DROP_HEADER:
      config.underscores = HcmConfig::Underscores::kDropHeader;
      break;
    default:
      break;
  }
  if (proto.has_max_request_headers_kb()) {
    config.head_limits.head_bytes_max = proto.max_request_headers_kb().value() * size_t{1024};
  }
  const auto& http1 = proto.http_protocol_options();
  if (http1.has_allow_absolute_url() && !http1.allow_absolute_url().value()) {
    return InvalidArgument(
        "http_protocol_options.allow_absolute_url: is false; absolute forms are always understood "
        "(RFC 9112 section 3.2.2), only true is allowed");
  }
  config.accept_http_10 = http1.accept_http_10();
  config.default_host_for_http_10 = http1.default_host_for_http_10();
  config.enable_trailers = http1.enable_trailers();
  config.proxy_100_continue = proto.proxy_100_continue();
  return absl::OkStatus();
}

absl::Status CompileTimeouts(const Hcm& proto, HcmConfig& config) {
  FL_RETURN_IF_ERROR(CompileTime("stream_idle_timeout", proto.has_stream_idle_timeout(),
                                 proto.stream_idle_timeout(), config.stream_idle_timeout));
  FL_RETURN_IF_ERROR(CompileTime("request_timeout", proto.has_request_timeout(),
                                 proto.request_timeout(), config.request_timeout));
  FL_RETURN_IF_ERROR(CompileTime("request_headers_timeout", proto.has_request_headers_timeout(),
                                 proto.request_headers_timeout(), config.request_headers_timeout));
  FL_RETURN_IF_ERROR(CompileTime("delayed_close_timeout", proto.has_delayed_close_timeout(),
                                 proto.delayed_close_timeout(), config.delayed_close_timeout));
  return CompileTime("drain_timeout", proto.has_drain_timeout(), proto.drain_timeout(),
                     config.drain_timeout);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const HcmConfig>> CompileHcm(const Hcm& proto,
                                                            const HcmCompileContext& context) {
  auto config = std::make_shared<HcmConfig>();
  config->stat_prefix = proto.stat_prefix();
  config->listener_name = context.listener_name;
  config->filter_chain_name = context.filter_chain_name;
  config->filter_chain_metadata = context.filter_chain_metadata;
  config->listener_metadata = context.listener_metadata;
  if (proto.has_rds()) {
    config->route_config_name = proto.rds().route_config_name();
  } else if (proto.has_route_config()) {
    config->route_config_name = std::string(context.inline_route_name);
  } else {
    return InvalidArgument("one of rds and route_config must be set");
  }
  FL_RETURN_IF_ERROR(CompileFilters(proto, context, *config));
  FL_RETURN_IF_ERROR(CompileClientIdentity(proto, context, *config));
  CompileIdentity(proto, *config);
  CompilePaths(proto, *config);
  FL_RETURN_IF_ERROR(CompileProtocol(proto, *config));
  FL_RETURN_IF_ERROR(CompileTimeouts(proto, *config));
  if (proto.has_local_reply_config()) {
    auto replies = CompileLocalReplies(proto.local_reply_config());
    if (!replies.ok()) return Annotate(replies.status(), "local_reply_config");
    config->local_replies = *std::move(replies);
  }
  for (int i = 0; i < proto.access_log_size(); ++i) {
    auto log = context.open_access_log(proto.access_log(i));
    if (!log.ok()) return Annotate(log.status(), StrCat("access_log[", i, "]"));
    config->access_logs.push_back(*std::move(log));
  }
  return config;
}

}  // namespace fairlead::http
