#include "dataplane/xds/supported.h"

#include "dataplane/xds/support_table.h"

namespace fairlead::xds {
namespace {

void DeclareBootstrap(SupportTable& table) {
  table.Allow("envoy.config.bootstrap.v3.Bootstrap",
              {"node", "static_resources", "dynamic_resources"});
  table.Allow("envoy.config.bootstrap.v3.Bootstrap.StaticResources", {"listeners", "clusters"});
  table.Allow("envoy.config.bootstrap.v3.Bootstrap.DynamicResources",
              {"lds_config", "cds_config", "ads_config"});
  // Sent to the control plane as it is.
  table.AllowTree("envoy.config.core.v3.Node");
}

void DeclareReferences(SupportTable& table) {
  table.Allow("envoy.config.cluster.v3.Cluster.EdsClusterConfig", {"eds_config", "service_name"});
  table.Allow("envoy.config.route.v3.RouteConfiguration", {"validate_clusters"});
  table.Allow("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
              {"rds", "route_config"});
  table.Allow("envoy.extensions.filters.network.http_connection_manager.v3.Rds",
              {"config_source", "route_config_name"});
}

void DeclareSources(SupportTable& table) {
  table.Allow("envoy.config.core.v3.ConfigSource",
              {"ads", "api_config_source", "path_config_source", "initial_fetch_timeout"});
  table.AllowEnum("envoy.config.core.v3.ConfigSource.resource_api_version", {"V3"});
  table.Allow("envoy.config.core.v3.AggregatedConfigSource", {});
  table.Allow("envoy.config.core.v3.PathConfigSource", {"path", "watched_directory"});
  table.Allow("envoy.config.core.v3.WatchedDirectory", {"path"});
  // set_node_on_first_message_only is what is done in any case, as the protocol allows.
  table.Allow("envoy.config.core.v3.ApiConfigSource",
              {"grpc_services", "rate_limit_settings", "set_node_on_first_message_only"});
  table.AllowEnum("envoy.config.core.v3.ApiConfigSource.api_type",
                  {"GRPC", "DELTA_GRPC", "AGGREGATED_GRPC", "AGGREGATED_DELTA_GRPC"});
  table.AllowEnum("envoy.config.core.v3.ApiConfigSource.transport_api_version", {"V3"});
  table.AllowAll("envoy.config.core.v3.RateLimitSettings");
}

void DeclareGrpc(SupportTable& table) {
  table.Allow("envoy.config.core.v3.GrpcService",
              {"envoy_grpc", "google_grpc", "initial_metadata"});
  table.Allow("envoy.config.core.v3.GrpcService.EnvoyGrpc",
              {"cluster_name", "authority", "max_receive_message_length", "retry_policy"});
  table.Allow("envoy.config.core.v3.RetryPolicy", {"retry_back_off"});
  table.AllowAll("envoy.config.core.v3.BackoffStrategy");
  // stat_prefix is required by the API; statistics of the stream have one place here.
  table.Allow("envoy.config.core.v3.GrpcService.GoogleGrpc",
              {"target_uri", "stat_prefix", "channel_credentials"});
  table.Allow("envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelCredentials",
              {"ssl_credentials"});
  table.AllowAll("envoy.config.core.v3.GrpcService.GoogleGrpc.SslCredentials");
  table.Allow("envoy.config.core.v3.DataSource",
              {"filename", "inline_bytes", "inline_string", "environment_variable"});
  table.Allow("envoy.config.core.v3.HeaderValue", {"key", "value", "raw_value"});
}

}  // namespace

void DeclareSupport(SupportTable& table) {
  DeclareBootstrap(table);
  DeclareReferences(table);
  DeclareSources(table);
  DeclareGrpc(table);
}

}  // namespace fairlead::xds
