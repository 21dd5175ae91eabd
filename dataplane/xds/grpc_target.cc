#include "dataplane/xds/grpc_target.h"

#include <arpa/inet.h>

#include "absl/strings/ascii.h"
#include "dataplane/base/status.h"
#include "dataplane/xds/bootstrap.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/core/v3/address.pb.h"
#include "envoy/config/core/v3/grpc_service.pb.h"

namespace fairlead::xds {
namespace {

using envoy::config::cluster::v3::Cluster;
using envoy::config::core::v3::Address;
using envoy::config::core::v3::DataSource;
using envoy::config::core::v3::GrpcService;

absl::StatusOr<std::string> UriOf(const Address& address) {
  if (address.has_pipe()) return StrCat("unix:", address.pipe().path());
  const auto& socket = address.socket_address();
  const std::string& host = socket.address();
  const uint32_t port = socket.port_value();
  if (host.empty() || port == 0 || port > 65535) {
    return InvalidArgument("address: is '", host, "' port ", port, ", an address with a port is ",
                           "wanted");
  }
  in6_addr binary;
  if (inet_pton(AF_INET, host.c_str(), &binary) == 1) return StrCat("ipv4:", host, ":", port);
  if (inet_pton(AF_INET6, host.c_str(), &binary) == 1) return StrCat("ipv6:[", host, "]:", port);
  return StrCat("dns:///", host, ":", port);
}

absl::Status AddClusterAddresses(const Cluster& cluster, GrpcTarget& target) {
  if (cluster.has_transport_socket()) {
    return InvalidArgument("cluster '", cluster.name(),
                           "' has a transport_socket, which a control plane's cluster may not have "
                           "yet; for TLS use google_grpc with ssl_credentials");
  }
  if (cluster.type() == Cluster::EDS) {
    return InvalidArgument("cluster '", cluster.name(),
                           "' is of type EDS; the cluster of a control plane must be STATIC or "
                           "STRICT_DNS");
  }
  for (const auto& locality : cluster.load_assignment().endpoints()) {
    for (const auto& endpoint : locality.lb_endpoints()) {
      auto uri = UriOf(endpoint.endpoint().address());
      if (!uri.ok()) return Annotate(uri.status(), StrCat("cluster '", cluster.name(), "'"));
      target.uris.push_back(*std::move(uri));
    }
  }
  if (!target.uris.empty()) return absl::OkStatus();
  return InvalidArgument("cluster '", cluster.name(), "' has no endpoints");
}

std::chrono::nanoseconds DurationOf(const google::protobuf::Duration& duration) {
  // A day is as good as any longer time, and leaves room to double.
  if (duration.seconds() >= 86'400) return std::chrono::hours(24);
  return std::chrono::seconds(duration.seconds()) + std::chrono::nanoseconds(duration.nanos());
}

absl::Status SetBackoff(const GrpcService::EnvoyGrpc& service, GrpcTarget& target) {
  if (!service.retry_policy().has_retry_back_off()) return absl::OkStatus();
  const auto& strategy = service.retry_policy().retry_back_off();
  target.backoff_base = DurationOf(strategy.base_interval());
  target.backoff_max =
      strategy.has_max_interval() ? DurationOf(strategy.max_interval()) : 10 * target.backoff_base;
  if (target.backoff_max >= target.backoff_base) return absl::OkStatus();
  return InvalidArgument("envoy_grpc.retry_policy.retry_back_off.max_interval: is ",
                         strategy.max_interval().ShortDebugString(),
                         ", at least the base_interval is wanted");
}

absl::StatusOr<std::string> ReadData(const DataSource& source) {
  switch (source.specifier_case()) {
    case DataSource::kFilename: {
      return ReadFile(source.filename());
    }
    case DataSource::kInlineBytes:
      return source.inline_bytes();
    case DataSource::kInlineString:
      return source.inline_string();
    case DataSource::kEnvironmentVariable: {
      const char* value = std::getenv(source.environment_variable().c_str());
      if (value != nullptr) return std::string(value);
      return InvalidArgument("environment_variable: '", source.environment_variable(),
                             "' is not set");
    }
    case DataSource::SPECIFIER_NOT_SET:
      return std::string();
  }
  return std::string();
}

absl::Status AddGoogle(const GrpcService::GoogleGrpc& google, GrpcTarget& target) {
  target.uris.push_back(google.target_uri());
  if (!google.has_channel_credentials()) return absl::OkStatus();
  const auto& credentials = google.channel_credentials();
  if (!credentials.has_ssl_credentials()) {
    return InvalidArgument("channel_credentials: only ssl_credentials are supported");
  }
  const auto& ssl = credentials.ssl_credentials();
  target.has_tls = true;
  const std::pair<const DataSource&, std::string&> parts[] = {
      {ssl.root_certs(), target.root_certs},
      {ssl.cert_chain(), target.cert_chain},
      {ssl.private_key(), target.private_key}};
  for (const auto& [source, text] : parts) {
    auto data = ReadData(source);
    if (!data.ok()) return Annotate(data.status(), "channel_credentials.ssl_credentials");
    text = *std::move(data);
  }
  return absl::OkStatus();
}

// gRPC ends the process on a key that is no header name, so it is checked here.
bool IsMetadataKey(std::string_view key) {
  for (const char c : key) {
    const bool is_allowed = absl::ascii_islower(static_cast<unsigned char>(c)) ||
                            absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-' ||
                            c == '_' || c == '.';
    if (!is_allowed) return false;
  }
  return !key.empty() && key.substr(0, 5) != "grpc-";
}

bool IsMetadataValue(std::string_view value) {
  for (const char c : value) {
    if (c < 0x20 || c > 0x7e) return false;
  }
  return true;
}

absl::Status AddMetadata(const GrpcService& service, GrpcTarget& target) {
  for (int i = 0; i < service.initial_metadata_size(); ++i) {
    const auto& header = service.initial_metadata(i);
    const std::string key = absl::AsciiStrToLower(header.key());
    const std::string& value = header.value().empty() ? header.raw_value() : header.value();
    if (!IsMetadataKey(key)) {
      return InvalidArgument("initial_metadata[", i, "].key: is '", header.key(),
                             "', a header name is wanted");
    }
    if (!IsMetadataValue(value)) {
      return InvalidArgument("initial_metadata[", i, "].value: has other than printable ASCII");
    }
    target.metadata.emplace_back(key, value);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<GrpcTarget> FindGrpcTarget(const GrpcService& service, FindCluster find_cluster) {
  GrpcTarget target;
  FL_RETURN_IF_ERROR(AddMetadata(service, target));
  if (service.has_google_grpc()) {
    FL_RETURN_IF_ERROR(Annotate(AddGoogle(service.google_grpc(), target), "google_grpc"));
    return target;
  }
  const auto& envoy = service.envoy_grpc();
  FL_RETURN_IF_ERROR(SetBackoff(envoy, target));
  target.authority = envoy.authority();
  if (envoy.has_max_receive_message_length() && envoy.max_receive_message_length().value() > 0) {
    target.message_bytes_max = static_cast<int>(std::min<uint32_t>(
        envoy.max_receive_message_length().value(), std::numeric_limits<int>::max()));
  }
  if (Cluster cluster; find_cluster(envoy.cluster_name(), cluster)) {
    FL_RETURN_IF_ERROR(Annotate(AddClusterAddresses(cluster, target), "envoy_grpc.cluster_name"));
    return target;
  }
  return InvalidArgument("envoy_grpc.cluster_name: is '", envoy.cluster_name(),
                         "', which is no static cluster of the bootstrap");
}

}  // namespace fairlead::xds
