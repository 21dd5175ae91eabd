#include "controlplane/translate/cluster.h"

#include <string>

#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "fairlead/v1/resources.pb.h"

namespace fairlead::control::translate {
namespace {

using envoy::config::cluster::v3::Cluster;
using envoy::config::endpoint::v3::LocalityLbEndpoints;
using fairlead::v1::LoadBalancing;

constexpr int64_t kConnectTimeoutSeconds = 5;
// As for the listener: the value for a proxy that faces the internet.
constexpr uint32_t kConnectionBufferBytes = 32 << 10;

Cluster::LbPolicy ToLbPolicy(LoadBalancing::Policy policy) {
  switch (policy) {
    case LoadBalancing::LEAST_REQUEST:
      return Cluster::LEAST_REQUEST;
    case LoadBalancing::RANDOM:
      return Cluster::RANDOM;
    case LoadBalancing::RING_HASH:
      return Cluster::RING_HASH;
    default:
      return Cluster::ROUND_ROBIN;
  }
}

envoy::config::endpoint::v3::LbEndpoint& AddEndpoint(const std::string& address, uint32_t port,
                                                     LocalityLbEndpoints& locality) {
  auto& endpoint = *locality.add_lb_endpoints();
  auto& socket = *endpoint.mutable_endpoint()->mutable_address()->mutable_socket_address();
  socket.set_address(address);
  socket.set_port_value(port);
  return endpoint;
}

}  // namespace

void ToCluster(const fairlead::v1::Service& service, Cluster& out) {
  out.set_name(service.name());
  out.set_lb_policy(ToLbPolicy(service.load_balancing().policy()));
  if (service.has_connect_timeout()) {
    *out.mutable_connect_timeout() = service.connect_timeout();
  } else {
    out.mutable_connect_timeout()->set_seconds(kConnectTimeoutSeconds);
  }
  out.mutable_per_connection_buffer_limit_bytes()->set_value(kConnectionBufferBytes);
  if (service.has_dns()) {
    out.set_type(Cluster::STRICT_DNS);
    out.mutable_load_assignment()->set_cluster_name(service.name());
    AddEndpoint(service.dns().host(), service.dns().port(),
                *out.mutable_load_assignment()->add_endpoints());
    return;
  }
  out.set_type(Cluster::EDS);
  auto& source = *out.mutable_eds_cluster_config()->mutable_eds_config();
  source.mutable_ads();
  source.set_resource_api_version(envoy::config::core::v3::V3);
}

void ToLoadAssignment(const fairlead::v1::Service& service,
                      envoy::config::endpoint::v3::ClusterLoadAssignment& out) {
  out.set_cluster_name(service.name());
  if (service.endpoints().empty()) return;
  LocalityLbEndpoints& locality = *out.add_endpoints();
  for (const fairlead::v1::Endpoint& endpoint : service.endpoints()) {
    auto& added = AddEndpoint(endpoint.address(), endpoint.port(), locality);
    if (endpoint.weight() != 0) {
      added.mutable_load_balancing_weight()->set_value(endpoint.weight());
    }
  }
}

}  // namespace fairlead::control::translate
