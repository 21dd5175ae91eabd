#include "dataplane/xds/resource_type.h"

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"

namespace fairlead::xds {
namespace {

struct TypeInfo {
  std::string_view type_url;
  std::string_view short_name;
  std::string_view noun;
  std::string_view stream_method;
  std::string_view delta_method;
};

constexpr std::array<TypeInfo, kResourceTypeCount> kTypes = {{
    {"type.googleapis.com/envoy.config.cluster.v3.Cluster", "cds", "cluster",
     "/envoy.service.cluster.v3.ClusterDiscoveryService/StreamClusters",
     "/envoy.service.cluster.v3.ClusterDiscoveryService/DeltaClusters"},
    {"type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment", "eds",
     "cluster load assignment",
     "/envoy.service.endpoint.v3.EndpointDiscoveryService/StreamEndpoints",
     "/envoy.service.endpoint.v3.EndpointDiscoveryService/DeltaEndpoints"},
    {"type.googleapis.com/envoy.config.listener.v3.Listener", "lds", "listener",
     "/envoy.service.listener.v3.ListenerDiscoveryService/StreamListeners",
     "/envoy.service.listener.v3.ListenerDiscoveryService/DeltaListeners"},
    {"type.googleapis.com/envoy.config.route.v3.RouteConfiguration", "rds", "route configuration",
     "/envoy.service.route.v3.RouteDiscoveryService/StreamRoutes",
     "/envoy.service.route.v3.RouteDiscoveryService/DeltaRoutes"},
}};

const TypeInfo& Info(ResourceType type) { return kTypes[static_cast<size_t>(type)]; }

}  // namespace

std::string_view TypeUrl(ResourceType type) { return Info(type).type_url; }

std::optional<ResourceType> TypeOfUrl(std::string_view type_url) {
  for (const ResourceType type : kResourceTypes) {
    if (TypeUrl(type) == type_url) return type;
  }
  return std::nullopt;
}

std::string_view ShortName(ResourceType type) { return Info(type).short_name; }

std::string_view Noun(ResourceType type) { return Info(type).noun; }

std::string_view StreamMethod(ResourceType type, bool is_delta) {
  return is_delta ? Info(type).delta_method : Info(type).stream_method;
}

std::optional<std::string> NameInBytes(std::string_view bytes) {
  using google::protobuf::internal::WireFormatLite;
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                                            static_cast<int>(bytes.size()));
  std::string name;  // Absent is empty, as proto3 has it; of several the last one counts.
  while (const uint32_t tag = in.ReadTag()) {
    const bool is_name =
        tag == WireFormatLite::MakeTag(1, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
    if (is_name) {
      uint32_t size;
      if (!in.ReadVarint32(&size) || !in.ReadString(&name, static_cast<int>(size))) {
        return std::nullopt;
      }
    } else if (!WireFormatLite::SkipField(&in, tag)) {
      return std::nullopt;
    }
  }
  if (!in.ConsumedEntireMessage()) return std::nullopt;
  return name;
}

}  // namespace fairlead::xds
