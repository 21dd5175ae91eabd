#include "dataplane/cluster/supported.h"

#include "dataplane/xds/support_table.h"

namespace fairlead::cluster {
namespace {

void DeclareCluster(xds::SupportTable& table) {
  // dns_* and respect_dns_ttl are deprecated in favour of an extension, but what everybody writes.
  table.Allow("envoy.config.cluster.v3.Cluster",
              {"name", "alt_stat_name", "eds_cluster_config", "connect_timeout",
               "per_connection_buffer_limit_bytes", "load_assignment",
               "typed_extension_protocol_options", "dns_refresh_rate", "dns_jitter",
               "dns_failure_refresh_rate", "respect_dns_ttl", "dns_lookup_family",
               "wait_for_warm_on_init", "round_robin_lb_config", "least_request_lb_config",
               "ring_hash_lb_config", "common_lb_config", "metadata", "load_balancing_policy"});
  table.AllowEnum("envoy.config.cluster.v3.Cluster.type", {"STATIC", "STRICT_DNS", "EDS"});
  table.AllowEnum(
      "envoy.config.cluster.v3.Cluster.lb_policy",
      {"ROUND_ROBIN", "LEAST_REQUEST", "RANDOM", "RING_HASH", "LOAD_BALANCING_POLICY_CONFIG"});
  table.Allow("envoy.config.cluster.v3.Cluster.EdsClusterConfig", {"eds_config", "service_name"});
  table.Allow("envoy.config.core.v3.ConfigSource",
              {"ads", "path_config_source", "resource_api_version", "initial_fetch_timeout"});
  table.Allow("envoy.config.core.v3.AggregatedConfigSource", {});
  table.Allow("envoy.config.core.v3.PathConfigSource", {"path"});
  table.Allow("envoy.config.cluster.v3.Cluster.RefreshRate", {"base_interval", "max_interval"});
  // Shown in the configuration dump.
  table.AllowTree("envoy.config.core.v3.Metadata");
}

void DeclareBalancers(xds::SupportTable& table) {
  table.Allow("envoy.config.cluster.v3.Cluster.RoundRobinLbConfig", {});
  table.Allow("envoy.config.cluster.v3.Cluster.LeastRequestLbConfig", {"choice_count"});
  table.Allow("envoy.config.cluster.v3.Cluster.RingHashLbConfig",
              {"minimum_ring_size", "maximum_ring_size"});
  table.AllowEnum("envoy.config.cluster.v3.Cluster.RingHashLbConfig.hash_function", {"XX_HASH"});
  table.Allow("envoy.config.cluster.v3.Cluster.CommonLbConfig", {"healthy_panic_threshold"});
  table.Allow("envoy.type.v3.Percent", {"value"});
  // A list of which the first known policy counts: others in it are no fault, so the walk must not
  // look at them. compile_balancer.cc checks the fields of the one that counts.
  table.AllowTree("envoy.config.cluster.v3.LoadBalancingPolicy");
  table.Allow("envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin", {});
  table.Allow("envoy.extensions.load_balancing_policies.random.v3.Random", {});
  table.Allow("envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest",
              {"choice_count", "selection_method"});
  table.Allow("envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash",
              {"minimum_ring_size", "maximum_ring_size"});
  table.AllowEnum("envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash.hash_function",
                  {"DEFAULT_HASH", "XX_HASH"});
}

void DeclareEndpoints(xds::SupportTable& table) {
  table.Allow("envoy.config.endpoint.v3.ClusterLoadAssignment", {"cluster_name", "endpoints"});
  table.Allow("envoy.config.endpoint.v3.LocalityLbEndpoints",
              {"locality", "lb_endpoints", "load_balancing_weight"});
  table.AllowAll("envoy.config.core.v3.Locality");
  table.Allow("envoy.config.endpoint.v3.LbEndpoint",
              {"endpoint", "metadata", "load_balancing_weight"});
  table.AllowEnum("envoy.config.endpoint.v3.LbEndpoint.health_status",
                  {"UNKNOWN", "HEALTHY", "UNHEALTHY", "DRAINING", "TIMEOUT"});
  table.Allow("envoy.config.endpoint.v3.Endpoint", {"address", "hostname"});
  table.Allow("envoy.config.core.v3.Address", {"socket_address"});
  table.Allow("envoy.config.core.v3.SocketAddress", {"address", "port_value"});
  table.AllowEnum("envoy.config.core.v3.SocketAddress.protocol", {"TCP"});
}

void DeclareProtocolOptions(xds::SupportTable& table) {
  table.Allow("envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
              {"explicit_http_config", "common_http_protocol_options"});
  table.Allow("envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig",
              {"http_protocol_options", "http2_protocol_options"});
  table.Allow("envoy.config.core.v3.Http1ProtocolOptions", {"enable_trailers"});
  table.Allow("envoy.config.core.v3.Http2ProtocolOptions", {"connection_keepalive"});
  table.Allow("envoy.config.core.v3.KeepaliveSettings", {"interval", "timeout"});
  table.Allow("envoy.config.core.v3.HttpProtocolOptions",
              {"idle_timeout", "max_requests_per_connection"});
}

}  // namespace

void DeclareSupport(xds::SupportTable& table) {
  DeclareCluster(table);
  DeclareBalancers(table);
  DeclareEndpoints(table);
  DeclareProtocolOptions(table);
}

}  // namespace fairlead::cluster
