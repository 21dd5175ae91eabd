#ifndef FAIRLEAD_DATAPLANE_XDS_GRPC_TARGET_H_
#define FAIRLEAD_DATAPLANE_XDS_GRPC_TARGET_H_

// Where a GrpcService of the configuration leads: addresses, credentials and metadata of a control
// plane, found from the message alone.
//
//     envoy_grpc   the addresses of the named static cluster (no TLS: its transport_socket would be
//                  refused); several are tried one after the other
//     google_grpc  target_uri as gRPC reads it, with channel_credentials.ssl_credentials for TLS
//
// envoy_grpc.retry_policy.retry_back_off sets how long to wait before a stream is opened again.
// initial_metadata is sent with every stream: a bearer token is "authorization: Bearer ...".
// Thread: any. Source: config.core.v3.GrpcService.

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

namespace envoy::config::cluster::v3 {
class Cluster;
}
namespace envoy::config::core::v3 {
class GrpcService;
}

namespace fairlead::xds {

struct GrpcTarget {
  static constexpr int kMessageBytesMax = 256 << 20;

  std::vector<std::string> uris;  // "ipv4:127.0.0.1:18000", "dns:///host:443", "unix:/path".
  std::string authority;          // Empty: gRPC's own choice.
  bool has_tls = false;
  std::string root_certs, cert_chain, private_key;  // PEM; empty roots: the system's.
  std::vector<std::pair<std::string, std::string>> metadata;
  int message_bytes_max = kMessageBytesMax;
  // A stream that failed is opened again after a random time up to the first, then twice that, and
  // so on up to the second. Envoy's defaults.
  std::chrono::nanoseconds backoff_base = std::chrono::milliseconds(500);
  std::chrono::nanoseconds backoff_max = std::chrono::seconds(30);
};

// Puts the static cluster of that name into the message; false if there is none.
using FindCluster =
    absl::FunctionRef<bool(const std::string& name, envoy::config::cluster::v3::Cluster& cluster)>;

// Errors name the field and what is allowed.
absl::StatusOr<GrpcTarget> FindGrpcTarget(const envoy::config::core::v3::GrpcService& service,
                                          FindCluster find_cluster);

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_GRPC_TARGET_H_
