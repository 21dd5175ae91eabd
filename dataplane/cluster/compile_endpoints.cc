#include "dataplane/cluster/compile_endpoints.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "dataplane/base/status.h"
#include "dataplane/cluster/proto_fields.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/config/endpoint/v3/endpoint_components.pb.h"

namespace fairlead::cluster {
namespace {

using envoy::config::core::v3::HealthStatus;
using envoy::config::core::v3::SocketAddress;
using envoy::config::endpoint::v3::ClusterLoadAssignment;
using envoy::config::endpoint::v3::LbEndpoint;
using envoy::config::endpoint::v3::LocalityLbEndpoints;
using upstream::Endpoint;

constexpr std::string_view kAddressPath = "endpoint.address.socket_address";
// RFC 1035 section 2.3.4, and a final dot.
constexpr size_t kNameBytesMax = 254;

// Text of the peer's for an error: bounded.
std::string_view Shown(std::string_view text) { return text.substr(0, 100); }

absl::Status CheckLocality(const LocalityLbEndpoints& locality) {
  if (locality.priority() != 0) {
    return InvalidArgument("priority: is ", locality.priority(),
                           "; failover between priorities is not supported, only 0 is");
  }
  return OnlyFields(locality, "", {"locality", "lb_endpoints", "load_balancing_weight"});
}

absl::Status CheckLocalityWeights(const ClusterLoadAssignment& proto) {
  uint32_t weight = 0;
  for (int i = 0; i < proto.endpoints_size(); ++i) {
    if (!proto.endpoints(i).has_load_balancing_weight()) continue;
    const uint32_t other = proto.endpoints(i).load_balancing_weight().value();
    if (weight != 0 && other != weight) {
      return InvalidArgument("endpoints[", i, "].load_balancing_weight: is ", other,
                             ", another locality's is ", weight,
                             "; weighted localities are not supported, they must be equal");
    }
    weight = other;
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> ReadHealth(const LbEndpoint& proto) {
  switch (proto.health_status()) {
    case HealthStatus::UNKNOWN:
    case HealthStatus::HEALTHY:
      return true;
    case HealthStatus::UNHEALTHY:
    case HealthStatus::DRAINING:
    case HealthStatus::TIMEOUT:
      return false;
    default:
      return InvalidArgument("health_status: ", proto.health_status(),
                             " is not supported; supported: UNKNOWN (0), HEALTHY (1), "
                             "UNHEALTHY (2), DRAINING (3), TIMEOUT (4)");
  }
}

absl::StatusOr<uint32_t> ReadWeight(const LbEndpoint& proto) {
  if (!proto.has_load_balancing_weight()) return 1;
  if (proto.load_balancing_weight().value() == 0) {
    return InvalidArgument("load_balancing_weight: is 0; it must be 1 or more");
  }
  return proto.load_balancing_weight().value();
}

// LbEndpoint.metadata "envoy.lb", "hash_key": what RING_HASH places the endpoint by.
std::string ReadHashKey(const LbEndpoint& proto) {
  const auto& filters = proto.metadata().filter_metadata();
  const auto lb = filters.find("envoy.lb");
  if (lb == filters.end()) return "";
  const auto key = lb->second.fields().find("hash_key");
  return key == lb->second.fields().end() ? "" : key->second.string_value();
}

// The address, once its fields are known to be ones that we look at.
absl::StatusOr<const SocketAddress*> ReadSocketAddress(const LbEndpoint& proto) {
  FL_RETURN_IF_ERROR(
      OnlyFields(proto, "", {"endpoint", "health_status", "metadata", "load_balancing_weight"}));
  FL_RETURN_IF_ERROR(OnlyFields(proto.endpoint(), "endpoint", {"address", "hostname"}));
  if (!proto.endpoint().address().has_socket_address()) {
    return InvalidArgument(kAddressPath, ": is not set; only socket addresses are supported");
  }
  const SocketAddress& address = proto.endpoint().address().socket_address();
  FL_RETURN_IF_ERROR(OnlyFields(address, kAddressPath, {"protocol", "address", "port_value"}));
  if (address.protocol() != SocketAddress::TCP) {
    return InvalidArgument(kAddressPath, ".protocol: only TCP is supported");
  }
  if (address.port_value() < 1 || address.port_value() > 65535) {
    return InvalidArgument(kAddressPath, ".port_value: is ", address.port_value(),
                           "; it must be in 1..65535");
  }
  return &address;
}

absl::StatusOr<Endpoint> ReadEndpoint(const LbEndpoint& proto) {
  FL_ASSIGN_OR_RETURN(const SocketAddress* address, ReadSocketAddress(proto));
  const std::string& ip = address->address();
  auto parsed = net::Address::Parse(ip, static_cast<uint16_t>(address->port_value()));
  if (!parsed.ok() || ip.find('\0') != std::string::npos) {
    return InvalidArgument(kAddressPath, ".address: '", Shown(ip),
                           "' is not an IP address; names need a cluster of type STRICT_DNS");
  }
  Endpoint endpoint{.address = *parsed, .hostname = proto.endpoint().hostname()};
  FL_ASSIGN_OR_RETURN(endpoint.weight, ReadWeight(proto));
  FL_ASSIGN_OR_RETURN(endpoint.is_healthy, ReadHealth(proto));
  endpoint.hash_key = ReadHashKey(proto);
  endpoint.metadata = observe::Metadata::Make(proto.metadata());
  return endpoint;
}

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= kNameBytesMax &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

absl::StatusOr<DnsTarget> ReadDnsTarget(const LbEndpoint& proto) {
  FL_ASSIGN_OR_RETURN(const SocketAddress* address, ReadSocketAddress(proto));
  if (!IsName(address->address())) {
    return InvalidArgument(kAddressPath, ".address: '", Shown(address->address()),
                           "' is not a name to resolve (1 to ", kNameBytesMax,
                           " printable ASCII characters without spaces)");
  }
  if (!ReadHashKey(proto).empty()) {
    return InvalidArgument("metadata.filter_metadata[\"envoy.lb\"].hash_key: ",
                           "is not supported for names, which may have several addresses");
  }
  DnsTarget target{.host = address->address(),
                   .port = static_cast<uint16_t>(address->port_value()),
                   .hostname = proto.endpoint().hostname()};
  if (target.hostname.empty()) target.hostname = target.host;
  FL_ASSIGN_OR_RETURN(target.weight, ReadWeight(proto));
  FL_ASSIGN_OR_RETURN(target.is_healthy, ReadHealth(proto));
  target.metadata = observe::Metadata::Make(proto.metadata());
  return target;
}

absl::Status Within(const absl::Status& status, const std::string& path) {
  return status.ok() ? status : absl::Status(status.code(), StrCat(path, ".", status.message()));
}

// Calls `read`, which returns StatusOr<T>, with every endpoint.
template <typename T>
absl::StatusOr<std::vector<T>> ReadAll(
    const ClusterLoadAssignment& proto,
    absl::FunctionRef<absl::StatusOr<T>(const LbEndpoint&)> read) {
  FL_RETURN_IF_ERROR(OnlyFields(proto, "", {"cluster_name", "endpoints"}));
  FL_RETURN_IF_ERROR(CheckLocalityWeights(proto));
  std::vector<T> all;
  uint64_t weights = 0;
  for (int i = 0; i < proto.endpoints_size(); ++i) {
    const LocalityLbEndpoints& locality = proto.endpoints(i);
    FL_RETURN_IF_ERROR(Within(CheckLocality(locality), StrCat("endpoints[", i, "]")));
    for (int j = 0; j < locality.lb_endpoints_size(); ++j) {
      auto one = read(locality.lb_endpoints(j));
      if (!one.ok()) {
        return Within(one.status(), StrCat("endpoints[", i, "].lb_endpoints[", j, "]"));
      }
      weights += one->weight;
      all.push_back(*std::move(one));
    }
  }
  if (weights > std::numeric_limits<uint32_t>::max()) {
    return InvalidArgument("endpoints: the sum of all load_balancing_weight is ", weights,
                           "; it must be at most ", std::numeric_limits<uint32_t>::max());
  }
  return all;
}

}  // namespace

absl::StatusOr<std::vector<Endpoint>> ReadEndpoints(const ClusterLoadAssignment& proto) {
  return ReadAll<Endpoint>(proto, ReadEndpoint);
}

absl::StatusOr<std::vector<DnsTarget>> ReadDnsTargets(const ClusterLoadAssignment& proto) {
  return ReadAll<DnsTarget>(proto, ReadDnsTarget);
}

}  // namespace fairlead::cluster
