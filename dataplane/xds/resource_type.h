#ifndef FAIRLEAD_DATAPLANE_XDS_RESOURCE_TYPE_H_
#define FAIRLEAD_DATAPLANE_XDS_RESOURCE_TYPE_H_

// The kinds of xDS resources that this proxy subscribes to, in the order in which a change has to
// be made so that nothing refers to what is not there yet (make before break).
//
// Thread: any. Source: XDS protocol, "Resource Types" and "Eventual consistency considerations".

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fairlead::xds {

enum class ResourceType : uint8_t { kCluster, kEndpoint, kListener, kRoute };

inline constexpr size_t kResourceTypeCount = 4;
inline constexpr std::array<ResourceType, kResourceTypeCount> kResourceTypes = {
    ResourceType::kCluster, ResourceType::kEndpoint, ResourceType::kListener, ResourceType::kRoute};

// One value of T for each type.
template <typename T>
class PerType {
 public:
  T& operator[](ResourceType type) { return values_[static_cast<size_t>(type)]; }
  const T& operator[](ResourceType type) const { return values_[static_cast<size_t>(type)]; }

 private:
  std::array<T, kResourceTypeCount> values_{};
};

// "type.googleapis.com/envoy.config.cluster.v3.Cluster".
std::string_view TypeUrl(ResourceType type);
// Nothing for a type that is not ours.
std::optional<ResourceType> TypeOfUrl(std::string_view type_url);
// "cds", "eds", "lds", "rds": what statistics call it.
std::string_view ShortName(ResourceType type);
// "cluster", "cluster load assignment", "listener", "route configuration": what errors call it.
std::string_view Noun(ResourceType type);
// State-of-the-world responses hold every resource there is (absence is removal).
inline bool IsWholeState(ResourceType type) {
  return type == ResourceType::kCluster || type == ResourceType::kListener;
}

// The gRPC methods of the type's own service (config source GRPC and DELTA_GRPC); of ADS below.
std::string_view StreamMethod(ResourceType type, bool is_delta);
inline constexpr std::string_view kAdsMethod =
    "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources";
inline constexpr std::string_view kDeltaAdsMethod =
    "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";

// The name in a serialized resource of any of the types, read without parsing the rest: the name of
// each is its field 1. Nothing if the bytes are malformed.
std::optional<std::string> NameInBytes(std::string_view bytes);

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_RESOURCE_TYPE_H_
