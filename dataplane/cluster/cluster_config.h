#ifndef FAIRLEAD_DATAPLANE_CLUSTER_CLUSTER_CONFIG_H_
#define FAIRLEAD_DATAPLANE_CLUSTER_CLUSTER_CONFIG_H_

// A cluster as configured: compiled once from config.cluster.v3.Cluster, immutable, shared by all
// workers.
//
//     FL_ASSIGN_OR_RETURN(auto config, CompileCluster(proto, slots));
//     FL_ASSIGN_OR_RETURN(auto endpoints, CompileEndpoints(*config, cluster_load_assignment));
//
// The message has passed the check of supported fields (supported.h) before. What that table cannot
// say (a field that is supported in one place and not in another, a combination, an address) is
// checked here. Errors name the cluster, the field's path, the value found and what is allowed.
//
// Thread: built on the configuration thread, read on any.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/statusor.h"
#include "dataplane/balance/balancer.h"
#include "dataplane/balance/make_endpoint_set.h"
#include "dataplane/cluster/cluster_slots.h"
#include "dataplane/dns/resolver.h"
#include "dataplane/observe/metadata.h"
#include "dataplane/upstream/endpoint_set.h"

namespace envoy::config::cluster::v3 {
class Cluster;
}
namespace envoy::config::endpoint::v3 {
class ClusterLoadAssignment;
}

namespace fairlead::cluster {

enum class Discovery : uint8_t { kStatic, kStrictDns, kEds };

// A name that STRICT_DNS resolves; every address becomes an endpoint.
struct DnsTarget {
  std::string host;
  uint16_t port = 0;
  // What its endpoints have: Endpoint.hostname (default: the host), weight, health.
  std::string hostname;
  uint32_t weight = 1;
  bool is_healthy = true;
  std::shared_ptr<const observe::Metadata> metadata;

  friend bool operator==(const DnsTarget& a, const DnsTarget& b) {
    return std::tie(a.host, a.port, a.hostname, a.weight, a.is_healthy) ==
               std::tie(b.host, b.port, b.hostname, b.weight, b.is_healthy) &&
           observe::AreEqual(a.metadata, b.metadata);
  }
};

// STRICT_DNS: what to ask for, and when.
struct DnsConfig {
  std::vector<DnsTarget> targets;
  dns::Family family = dns::Family::kAuto;
  // From one answer to the next question, plus up to `jitter`.
  std::chrono::milliseconds refresh_rate{5000};
  std::chrono::milliseconds jitter{0};
  // The shortest TTL of an answer takes the place of refresh_rate.
  bool respect_ttl = false;
  // After failures: a random time up to the base, doubled with each failure up to the most. 0: as
  // refresh_rate.
  std::chrono::milliseconds failure_refresh_base{0};
  std::chrono::milliseconds failure_refresh_most{0};

  friend bool operator==(const DnsConfig&, const DnsConfig&) = default;
};

// EDS: where the endpoints come from.
struct EdsConfig {
  // The resource to ask for: service_name, or the cluster's name.
  std::string service_name;
  // A file with a DiscoveryResponse; empty: ADS.
  std::string path;
  // Warming goes on without the endpoints after this; 0: never.
  std::chrono::milliseconds initial_fetch_timeout{15'000};

  friend bool operator==(const EdsConfig&, const EdsConfig&) = default;
};

// Http2ProtocolOptions.connection_keepalive; 0: off.
struct Http2Keepalive {
  std::chrono::milliseconds interval{0};
  std::chrono::milliseconds timeout{0};
};

struct ClusterConfig {
  std::string name;
  // What statistics call it: alt_stat_name, or the name.
  std::string stat_name;
  // The cluster's place in every worker's table; keeps the index taken.
  std::shared_ptr<const ClusterSlot> slot;
  Discovery discovery = Discovery::kStatic;
  // The cluster is warm, and the old one replaced, only once it has endpoints
  // (wait_for_warm_on_init).
  bool wait_for_warm = true;
  balance::BalancerConfig balancer;
  // Until a connection is established (Cluster.connect_timeout, 5 s).
  std::chrono::milliseconds connect_timeout{5000};
  // An unused pooled connection is closed after this (HttpProtocolOptions.idle_timeout, 1 h; 0:
  // never). "Never" and other times beyond reason are cut to kLongest of ten years.
  std::chrono::milliseconds idle_timeout{3'600'000};
  // Requests after which a connection is not used again; 0: no limit.
  uint32_t requests_per_connection_max = 0;
  // Trailers are sent to its upstreams and taken from them (Http1ProtocolOptions.enable_trailers).
  bool enable_trailers = false;
  // Bytes buffered for one connection before reading stops (per_connection_buffer_limit_bytes, 1
  // MiB).
  uint32_t buffer_limit_bytes = 1024 * 1024;
  // Its upstreams speak HTTP/2 (explicit_http_config.http2_protocol_options), as a control plane's
  // do: the xDS client may use the cluster, requests to it are answered with 503.
  bool http2 = false;
  Http2Keepalive http2_keepalive;
  EdsConfig eds;
  DnsConfig dns;
  // Cluster.metadata, for logs; null: none.
  std::shared_ptr<const observe::Metadata> metadata;
  // STATIC: the endpoints of load_assignment.
  std::shared_ptr<const upstream::EndpointSet> static_endpoints;
};

absl::StatusOr<std::shared_ptr<const ClusterConfig>> CompileCluster(
    const envoy::config::cluster::v3::Cluster& proto, ClusterSlots& slots);

// Endpoints of a ClusterLoadAssignment (EDS) for this cluster: sorted, health flags set, with the
// ring when the policy wants one.
absl::StatusOr<std::shared_ptr<const upstream::EndpointSet>> CompileEndpoints(
    const ClusterConfig& config, const envoy::config::endpoint::v3::ClusterLoadAssignment& proto);

// The same from resolved addresses (STRICT_DNS).
using balance::MakeEndpointSet;

}  // namespace fairlead::cluster

#endif  // FAIRLEAD_DATAPLANE_CLUSTER_CLUSTER_CONFIG_H_
