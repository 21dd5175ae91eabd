#include "dataplane/server/admin/clusters_page.h"

#include <array>

#include "dataplane/base/strings.h"
#include "dataplane/server/admin/json.h"
#include "envoy/admin/v3/clusters.pb.h"

namespace fairlead::server::admin {
namespace {

using envoy::admin::v3::Clusters;
using envoy::admin::v3::ClusterStatus;
using envoy::admin::v3::HostStatus;
using envoy::admin::v3::SimpleMetric;

struct HostNumber {
  std::string_view name;
  SimpleMetric::Type type;
  uint64_t (*get)(const HostSample& host);
};

template <auto field>
uint64_t Get(const HostSample& host) {
  return static_cast<uint64_t>(host.*field);
}

// By name.
constexpr std::array<HostNumber, 8> kHostNumbers = {{
    {"cx_active", SimpleMetric::GAUGE, &Get<&HostSample::cx_active>},
    {"cx_connect_fail", SimpleMetric::COUNTER, &Get<&HostSample::cx_connect_fail>},
    {"cx_total", SimpleMetric::COUNTER, &Get<&HostSample::cx_total>},
    {"rq_active", SimpleMetric::GAUGE, &Get<&HostSample::rq_active>},
    {"rq_error", SimpleMetric::COUNTER, &Get<&HostSample::rq_error>},
    {"rq_success", SimpleMetric::COUNTER, &Get<&HostSample::rq_success>},
    {"rq_timeout", SimpleMetric::COUNTER, &Get<&HostSample::rq_timeout>},
    {"rq_total", SimpleMetric::COUNTER, &Get<&HostSample::rq_total>},
}};

AdminReply AsText(const ClusterSnapshot& snapshot) {
  AdminReply reply;
  for (const ClusterSample& cluster : snapshot.clusters) {
    const cluster::ClusterConfig& config = *cluster.config;
    const std::string name = StrCat(OneLine(config.name), "::");
    StrAppend(&reply.body, name, "observability_name::", OneLine(config.stat_name), "\n");
    if (config.discovery == cluster::Discovery::kEds) {
      StrAppend(&reply.body, name, "eds_service_name::", OneLine(config.eds.service_name), "\n");
    }
    for (const HostSample& host : cluster.hosts) {
      const std::string prefix = StrCat(name, host.address.ToString(), "::");
      for (const HostNumber& number : kHostNumbers) {
        StrAppend(&reply.body, prefix, number.name, "::", number.get(host), "\n");
      }
      StrAppend(&reply.body, prefix, "hostname::", OneLine(host.hostname), "\n");
      StrAppend(&reply.body, prefix,
                "health_flags::", host.is_healthy ? "healthy" : "/failed_eds_health", "\n");
      StrAppend(&reply.body, prefix, "weight::", host.weight, "\n");
    }
  }
  return reply;
}

void SetHost(const HostSample& host, HostStatus& out) {
  auto& address = *out.mutable_address()->mutable_socket_address();
  address.set_address(host.address.ip());
  address.set_port_value(host.address.port());
  for (const HostNumber& number : kHostNumbers) {
    SimpleMetric& metric = *out.add_stats();
    metric.set_type(number.type);
    metric.set_name(std::string(number.name));
    metric.set_value(number.get(host));
  }
  out.mutable_health_status()->set_eds_health_status(
      host.is_healthy ? envoy::config::core::v3::HEALTHY : envoy::config::core::v3::UNHEALTHY);
  out.set_hostname(host.hostname);
  out.set_weight(host.weight);
}

AdminReply AsJson(const ClusterSnapshot& snapshot) {
  Clusters clusters;
  for (const ClusterSample& cluster : snapshot.clusters) {
    ClusterStatus& status = *clusters.add_cluster_statuses();
    status.set_name(cluster.config->name);
    status.set_observability_name(cluster.config->stat_name);
    status.set_eds_service_name(cluster.config->eds.service_name);
    for (const HostSample& host : cluster.hosts) SetHost(host, *status.add_host_statuses());
  }
  return JsonReply(clusters, /*with_defaults=*/false);
}

}  // namespace

void AddClustersPage(const AdminSource& source, std::vector<AdminPage>& pages) {
  pages.push_back({.path = "/clusters",
                   .help = "clusters with their endpoints and counters",
                   .parameters = {{"format", "text (default) or json"}},
                   .handler = [&source](const AdminRequest& request) {
                     const std::string_view format = request.Find("format").value_or("text");
                     if (format == "text") return AsText(source.Clusters());
                     if (format == "json") return AsJson(source.Clusters());
                     return BadRequest("format: allowed are text and json");
                   }});
}

}  // namespace fairlead::server::admin
