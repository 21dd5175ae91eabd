#include "dataplane/cluster/compile_dns.h"

#include <algorithm>
#include <string>
#include <utility>

#include "dataplane/base/status.h"
#include "dataplane/cluster/compile_endpoints.h"
#include "dataplane/cluster/proto_fields.h"
#include "envoy/config/cluster/v3/cluster.pb.h"

namespace fairlead::cluster {
namespace {

using ClusterProto = envoy::config::cluster::v3::Cluster;

absl::StatusOr<dns::Family> ReadFamily(const ClusterProto& proto) {
  switch (proto.dns_lookup_family()) {
    case ClusterProto::AUTO:
      return dns::Family::kAuto;
    case ClusterProto::V4_ONLY:
      return dns::Family::kV4Only;
    case ClusterProto::V6_ONLY:
      return dns::Family::kV6Only;
    case ClusterProto::V4_PREFERRED:
      return dns::Family::kV4Preferred;
    case ClusterProto::ALL:
      return dns::Family::kAll;
    default:
      return InvalidArgument("dns_lookup_family: ", static_cast<int>(proto.dns_lookup_family()),
                             " is not supported; supported: AUTO, V4_ONLY, V6_ONLY, V4_PREFERRED, "
                             "ALL");
  }
}

absl::Status ReadFailureRefresh(const ClusterProto& proto, DnsConfig& dns) {
  if (!proto.has_dns_failure_refresh_rate()) return absl::OkStatus();
  const auto& rate = proto.dns_failure_refresh_rate();
  const std::string path = "dns_failure_refresh_rate";
  FL_ASSIGN_OR_RETURN(dns.failure_refresh_base,
                      PositiveMilliseconds(rate.base_interval(), StrCat(path, ".base_interval")));
  dns.failure_refresh_most = std::min(10 * dns.failure_refresh_base, kLongest);
  if (rate.has_max_interval()) {
    FL_ASSIGN_OR_RETURN(dns.failure_refresh_most,
                        PositiveMilliseconds(rate.max_interval(), StrCat(path, ".max_interval")));
  }
  if (dns.failure_refresh_most < dns.failure_refresh_base) {
    return InvalidArgument(path, ".max_interval: is below base_interval");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CompileDns(const ClusterProto& proto, DnsConfig& config) {
  auto targets = ReadDnsTargets(proto.load_assignment());
  if (!targets.ok()) {
    return absl::Status(targets.status().code(),
                        StrCat("load_assignment.", targets.status().message()));
  }
  config.targets = *std::move(targets);
  FL_ASSIGN_OR_RETURN(config.family, ReadFamily(proto));
  if (proto.has_dns_refresh_rate()) {
    FL_ASSIGN_OR_RETURN(config.refresh_rate,
                        PositiveMilliseconds(proto.dns_refresh_rate(), "dns_refresh_rate"));
  }
  if (proto.has_dns_jitter()) {
    FL_ASSIGN_OR_RETURN(config.jitter, Milliseconds(proto.dns_jitter(), "dns_jitter"));
  }
  config.respect_ttl = proto.respect_dns_ttl();
  return ReadFailureRefresh(proto, config);
}

absl::Status CheckNoDns(const ClusterProto& proto, std::string_view type) {
  std::string_view field;
  if (proto.has_dns_refresh_rate()) field = "dns_refresh_rate";
  if (proto.has_dns_jitter()) field = "dns_jitter";
  if (proto.has_dns_failure_refresh_rate()) field = "dns_failure_refresh_rate";
  if (proto.respect_dns_ttl()) field = "respect_dns_ttl";
  if (field.empty()) return absl::OkStatus();
  return InvalidArgument(field, ": has no effect in a cluster of type ", type);
}

}  // namespace fairlead::cluster
