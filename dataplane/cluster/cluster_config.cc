#include "dataplane/cluster/cluster_config.h"

#include <string>
#include <utility>

#include "dataplane/base/status.h"
#include "dataplane/cluster/compile_balancer.h"
#include "dataplane/cluster/compile_dns.h"
#include "dataplane/cluster/compile_endpoints.h"
#include "dataplane/cluster/proto_fields.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/extensions/upstreams/http/v3/http_protocol_options.pb.h"

namespace fairlead::cluster {
namespace {

using ClusterProto = envoy::config::cluster::v3::Cluster;
using HttpOptions = envoy::extensions::upstreams::http::v3::HttpProtocolOptions;
using envoy::config::core::v3::ApiVersion;
using envoy::config::core::v3::ConfigSource;
using envoy::config::endpoint::v3::ClusterLoadAssignment;

constexpr std::string_view kHttpOptionsKey =
    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

absl::Status ReadHttp2(const HttpOptions::ExplicitHttpConfig& http, const std::string& path,
                       ClusterConfig& config) {
  config.http2 = true;
  const auto& http2 = http.http2_protocol_options();
  const std::string keepalive_path = StrCat(path, ".http2_protocol_options.connection_keepalive");
  FL_RETURN_IF_ERROR(
      OnlyFields(http2, StrCat(path, ".http2_protocol_options"), {"connection_keepalive"}));
  const auto& keepalive = http2.connection_keepalive();
  FL_RETURN_IF_ERROR(OnlyFields(keepalive, keepalive_path, {"interval", "timeout"}));
  FL_ASSIGN_OR_RETURN(config.http2_keepalive.interval,
                      Milliseconds(keepalive.interval(), StrCat(keepalive_path, ".interval")));
  FL_ASSIGN_OR_RETURN(config.http2_keepalive.timeout,
                      Milliseconds(keepalive.timeout(), StrCat(keepalive_path, ".timeout")));
  return absl::OkStatus();
}

absl::Status ReadHttpOptions(const HttpOptions& options, const std::string& path,
                             ClusterConfig& config) {
  FL_RETURN_IF_ERROR(
      OnlyFields(options, path, {"explicit_http_config", "common_http_protocol_options"}));
  const std::string explicit_path = StrCat(path, ".explicit_http_config");
  const auto& http = options.explicit_http_config();
  FL_RETURN_IF_ERROR(
      OnlyFields(http, explicit_path, {"http_protocol_options", "http2_protocol_options"}));
  if (http.has_http2_protocol_options()) {
    FL_RETURN_IF_ERROR(ReadHttp2(http, explicit_path, config));
  } else if (http.has_http_protocol_options()) {
    FL_RETURN_IF_ERROR(OnlyFields(http.http_protocol_options(),
                                  StrCat(explicit_path, ".http_protocol_options"),
                                  {"enable_trailers"}));
    config.enable_trailers = http.http_protocol_options().enable_trailers();
  } else {
    return InvalidArgument(explicit_path,
                           ": is not set; supported: http_protocol_options: {} (HTTP/1.1), and "
                           "http2_protocol_options: {} for a control plane's cluster");
  }
  const auto& common = options.common_http_protocol_options();
  const std::string common_path = StrCat(path, ".common_http_protocol_options");
  FL_RETURN_IF_ERROR(
      OnlyFields(common, common_path, {"idle_timeout", "max_requests_per_connection"}));
  if (common.has_idle_timeout()) {
    FL_ASSIGN_OR_RETURN(config.idle_timeout,
                        Milliseconds(common.idle_timeout(), StrCat(common_path, ".idle_timeout")));
  }
  config.requests_per_connection_max = common.max_requests_per_connection().value();
  return absl::OkStatus();
}

absl::Status ReadProtocolOptions(const ClusterProto& proto, ClusterConfig& config) {
  for (const auto& [key, any] : proto.typed_extension_protocol_options()) {
    const std::string path = StrCat("typed_extension_protocol_options[\"", key, "\"]");
    if (key != kHttpOptionsKey) {
      return InvalidArgument(path, ": is not supported; supported: ", kHttpOptionsKey);
    }
    HttpOptions options;
    if (!any.UnpackTo(&options)) {
      return InvalidArgument(path, ": is not a ", kHttpOptionsKey, " but a ", any.type_url());
    }
    FL_RETURN_IF_ERROR(ReadHttpOptions(options, path, config));
  }
  return absl::OkStatus();
}

absl::Status ReadEds(const ClusterProto& proto, ClusterConfig& config) {
  if (proto.has_load_assignment()) {
    return InvalidArgument("load_assignment: has no effect in a cluster of type EDS");
  }
  const ConfigSource& source = proto.eds_cluster_config().eds_config();
  const std::string path = "eds_cluster_config.eds_config";
  FL_RETURN_IF_ERROR(
      OnlyFields(source, path,
                 {"ads", "path_config_source", "resource_api_version", "initial_fetch_timeout"}));
  if (!source.has_ads() && !source.has_path_config_source()) {
    return InvalidArgument(path, ": supported: ads, path_config_source");
  }
  FL_RETURN_IF_ERROR(
      OnlyFields(source.path_config_source(), StrCat(path, ".path_config_source"), {"path"}));
  if (source.has_path_config_source() && source.path_config_source().path().empty()) {
    return InvalidArgument(path, ".path_config_source.path: is empty");
  }
  if (source.resource_api_version() != ApiVersion::AUTO &&
      source.resource_api_version() != ApiVersion::V3) {
    return InvalidArgument(path, ".resource_api_version: only V3 is supported");
  }
  const std::string& service = proto.eds_cluster_config().service_name();
  config.eds.service_name = service.empty() ? proto.name() : service;
  config.eds.path = source.path_config_source().path();
  if (source.has_initial_fetch_timeout()) {
    FL_ASSIGN_OR_RETURN(
        config.eds.initial_fetch_timeout,
        Milliseconds(source.initial_fetch_timeout(), StrCat(path, ".initial_fetch_timeout")));
  }
  return absl::OkStatus();
}

absl::Status ReadStatic(const ClusterProto& proto, ClusterConfig& config) {
  auto endpoints = ReadEndpoints(proto.load_assignment());
  if (!endpoints.ok()) {
    return absl::Status(endpoints.status().code(),
                        StrCat("load_assignment.", endpoints.status().message()));
  }
  config.static_endpoints = MakeEndpointSet(config.balancer, *std::move(endpoints));
  return absl::OkStatus();
}

absl::Status ReadDiscovery(const ClusterProto& proto, ClusterConfig& config) {
  if (proto.has_cluster_type()) {
    return InvalidArgument("cluster_type: is not supported; supported: type");
  }
  if (proto.type() != ClusterProto::EDS && proto.has_eds_cluster_config()) {
    return InvalidArgument(
        "eds_cluster_config: has no effect in a cluster that is not of type EDS");
  }
  switch (proto.type()) {
    case ClusterProto::STATIC:
      config.discovery = Discovery::kStatic;
      FL_RETURN_IF_ERROR(CheckNoDns(proto, "STATIC"));
      return ReadStatic(proto, config);
    case ClusterProto::STRICT_DNS:
      config.discovery = Discovery::kStrictDns;
      return CompileDns(proto, config.dns);
    case ClusterProto::EDS:
      config.discovery = Discovery::kEds;
      FL_RETURN_IF_ERROR(CheckNoDns(proto, "EDS"));
      return ReadEds(proto, config);
    default:
      return InvalidArgument("type: ", ClusterProto::DiscoveryType_Name(proto.type()),
                             " is not supported; supported: STATIC, STRICT_DNS, EDS");
  }
}

absl::Status ReadConnection(const ClusterProto& proto, ClusterConfig& config) {
  if (proto.has_connect_timeout()) {
    FL_ASSIGN_OR_RETURN(config.connect_timeout,
                        PositiveMilliseconds(proto.connect_timeout(), "connect_timeout"));
  }
  if (proto.has_per_connection_buffer_limit_bytes()) {
    config.buffer_limit_bytes = proto.per_connection_buffer_limit_bytes().value();
    if (config.buffer_limit_bytes == 0) {
      return InvalidArgument(
          "per_connection_buffer_limit_bytes: is 0 (no limit), which is not supported; it must be "
          "1 or more");
    }
  }
  return ReadProtocolOptions(proto, config);
}

absl::Status Compile(const ClusterProto& proto, ClusterConfig& config) {
  if (proto.name().empty()) return InvalidArgument("name: is empty");
  config.name = proto.name();
  config.stat_name = proto.alt_stat_name().empty() ? proto.name() : proto.alt_stat_name();
  config.wait_for_warm =
      !proto.has_wait_for_warm_on_init() || proto.wait_for_warm_on_init().value();
  config.metadata = observe::Metadata::Make(proto.metadata());
  FL_RETURN_IF_ERROR(ReadConnection(proto, config));
  FL_ASSIGN_OR_RETURN(config.balancer, CompileBalancer(proto));
  return ReadDiscovery(proto, config);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ClusterConfig>> CompileCluster(const ClusterProto& proto,
                                                                    ClusterSlots& slots) {
  auto config = std::make_shared<ClusterConfig>();
  FL_RETURN_IF_ERROR(Annotate(Compile(proto, *config), StrCat("cluster '", proto.name(), "'")));
  config->slot = slots.Acquire(config->name);
  return config;
}

absl::StatusOr<std::shared_ptr<const upstream::EndpointSet>> CompileEndpoints(
    const ClusterConfig& config, const ClusterLoadAssignment& proto) {
  auto endpoints = ReadEndpoints(proto);
  if (!endpoints.ok()) {
    return Annotate(endpoints.status(), StrCat("endpoints of cluster '", config.name, "'"));
  }
  return MakeEndpointSet(config.balancer, *std::move(endpoints));
}

}  // namespace fairlead::cluster
