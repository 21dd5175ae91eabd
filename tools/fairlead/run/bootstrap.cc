#include "tools/fairlead/run/bootstrap.h"

#include <arpa/inet.h>

#include "absl/strings/numbers.h"
#include "dataplane/base/status.h"
#include "dataplane/base/strings.h"
#include "tools/fairlead/client.h"
#include "tools/fairlead/yaml_text.h"

namespace fairlead::cli {
namespace {

constexpr char kControlCluster[] = "fairlead_control";
constexpr char kHttpOptions[] = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

struct HostAndPort {
  std::string host;
  int port = 0;
  bool is_ip = false;
};

absl::StatusOr<HostAndPort> Split(std::string_view flag, const std::string& address) {
  FL_RETURN_IF_ERROR(CheckAddress(flag, address));
  if (address.starts_with("unix:")) {
    return UsageError(StrCat(flag, " '", address, "' must be HOST:PORT"));
  }
  HostAndPort split;
  const size_t colon = address.rfind(':');
  split.host = address.substr(0, colon);
  if (split.host.starts_with("[")) split.host = split.host.substr(1, split.host.size() - 2);
  if (!absl::SimpleAtoi(address.substr(colon + 1), &split.port)) {
    return UsageError(StrCat(flag, " '", address, "' has no port"));
  }
  in6_addr ignored_bytes;
  split.is_ip = inet_pton(AF_INET, split.host.c_str(), &ignored_bytes) == 1 ||
                inet_pton(AF_INET6, split.host.c_str(), &ignored_bytes) == 1;
  return split;
}

Json SocketAddress(const HostAndPort& address) {
  return {{"socket_address", {{"address", address.host}, {"port_value", address.port}}}};
}

Json DynamicResources(const std::string& token) {
  const Json from_ads = {{"resource_api_version", "V3"}, {"ads", Json::object()}};
  Json service = {{"envoy_grpc", {{"cluster_name", kControlCluster}}}};
  if (!token.empty()) {
    const Json header = {{"key", "authorization"}, {"value", StrCat("Bearer ", token)}};
    service["initial_metadata"] = Json::array({header});
  }
  return {{"ads_config",
           {{"api_type", "DELTA_GRPC"},
            {"transport_api_version", "V3"},
            {"grpc_services", Json::array({service})}}},
          {"cds_config", from_ads},
          {"lds_config", from_ads}};
}

// The control plane as a cluster: gRPC needs HTTP/2.
Json ControlCluster(const HostAndPort& xds) {
  const Json endpoint = {{"endpoint", {{"address", SocketAddress(xds)}}}};
  const Json locality = {{"lb_endpoints", Json::array({endpoint})}};
  Json options = Json::object();
  options[kHttpOptions] = {{"@type", StrCat("type.googleapis.com/", kHttpOptions)},
                           {"explicit_http_config", {{"http2_protocol_options", Json::object()}}}};
  return {{"name", kControlCluster},
          {"type", xds.is_ip ? "STATIC" : "STRICT_DNS"},
          {"connect_timeout", "5s"},
          {"typed_extension_protocol_options", options},
          {"load_assignment",
           {{"cluster_name", kControlCluster}, {"endpoints", Json::array({locality})}}}};
}

absl::StatusOr<ExitCode> RunBootstrap(Context& context) {
  BootstrapOptions options;
  options.xds_address = context.args.GetOr("xds-address", options.xds_address);
  options.admin_address = context.args.GetOr("admin-address", options.admin_address);
  options.node_id = context.args.GetOr("node-id", options.node_id);
  options.node_cluster = context.args.GetOr("node-cluster", options.node_cluster);
  if (context.args.Has("with-token")) {
    options.token = context.client.options().token;
    if (options.token.empty()) {
      return UsageError("--with-token needs the token: --token-file FILE or FAIRLEAD_TOKEN");
    }
  }
  FL_ASSIGN_OR_RETURN(const std::string yaml, BootstrapYaml(options));
  if (context.format == OutputFormat::kJson) {
    return UsageError("bootstrap prints YAML, which every proxy reads; leave -o json out");
  }
  context.env.out << yaml;
  return ExitCode::kOk;
}

}  // namespace

absl::StatusOr<std::string> BootstrapYaml(const BootstrapOptions& options) {
  FL_ASSIGN_OR_RETURN(const HostAndPort xds, Split("--xds-address", options.xds_address));
  FL_ASSIGN_OR_RETURN(const HostAndPort admin, Split("--admin-address", options.admin_address));
  const Json bootstrap = {{"node", {{"id", options.node_id}, {"cluster", options.node_cluster}}},
                          {"admin", {{"address", SocketAddress(admin)}}},
                          {"dynamic_resources", DynamicResources(options.token)},
                          {"static_resources", {{"clusters", Json::array({ControlCluster(xds)})}}}};
  return YamlText(bootstrap);
}

Command BootstrapCommand() {
  const BootstrapOptions defaults;
  return {.name = "bootstrap",
          .usage = "[--xds-address HOST:PORT] [--node-id ID] [--with-token]",
          .summary = "Print a bootstrap file for a proxy of your own",
          .description = "For fairlead-proxy and for Envoy. Each proxy needs its own node id.",
          .examples = {"fairlead bootstrap --node-id edge-1 > edge-1.yaml",
                       "fairlead-proxy -c edge-1.yaml"},
          .flags = {{.name = "xds-address",
                     .value = "HOST:PORT",
                     .help = StrCat("control plane's xDS (default ", defaults.xds_address, ")")},
                    {.name = "admin-address",
                     .value = "HOST:PORT",
                     .help = StrCat("the proxy's admin pages (default ", defaults.admin_address,
                                    ": any free port)")},
                    {.name = "with-token",
                     .help = "put the token into the file, for a control plane that asks for it"},
                    {.name = "node-id",
                     .value = "ID",
                     .help = StrCat("name of the proxy (default ", defaults.node_id, ")")},
                    {.name = "node-cluster",
                     .value = "NAME",
                     .help = StrCat("group of proxies (default ", defaults.node_cluster, ")")}},
          .run = RunBootstrap};
}

}  // namespace fairlead::cli
