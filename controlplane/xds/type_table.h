#ifndef FAIRLEAD_CONTROLPLANE_XDS_TYPE_TABLE_H_
#define FAIRLEAD_CONTROLPLANE_XDS_TYPE_TABLE_H_

// What the protocol says about each resource type, and the order in which a change goes out, as
// tables.
//
// Thread: any (constants).
// Source: xDS protocol, "ACK/NACK and resource type instance version", "Eventual consistency
// considerations".

#include <array>
#include <string_view>

namespace fairlead::control::xds {

inline constexpr std::string_view kClusterType =
    "type.googleapis.com/envoy.config.cluster.v3.Cluster";
inline constexpr std::string_view kEndpointType =
    "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";
inline constexpr std::string_view kSecretType =
    "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";
inline constexpr std::string_view kListenerType =
    "type.googleapis.com/envoy.config.listener.v3.Listener";
inline constexpr std::string_view kScopedRouteType =
    "type.googleapis.com/envoy.config.route.v3.ScopedRouteConfiguration";
inline constexpr std::string_view kRouteType =
    "type.googleapis.com/envoy.config.route.v3.RouteConfiguration";
inline constexpr std::string_view kVirtualHostType =
    "type.googleapis.com/envoy.config.route.v3.VirtualHost";

struct TypeTraits {
  // Empty for the last row, which stands for every type that is not named.
  std::string_view type_url;
  // Make before break: lower goes first. Clusters before the endpoints that they wait for, both
  // before the listeners and routes that use them.
  int order;
  // An empty first subscription means "all" (for the others it means "nothing").
  bool empty_means_all;
  // A state-of-the-world response must hold everything, and what is absent is deleted.
  bool full_set;
  // A removal waits until all other types of the same change are out: what goes was in use.
  bool removed_last;
  // After a reconnect a subscribed resource is sent even if the client says that it has it: a
  // cluster that was still warming waits for a new response.
  bool resend_on_reconnect;
};

inline constexpr int kOrderUnknown = 3;
inline constexpr std::array<TypeTraits, 8> kTypes = {{
    // type_url       order  empty_means_all  full_set  removed_last  resend_on_reconnect
    {kClusterType, 0, true, true, true, false},
    {kEndpointType, 1, false, false, true, true},
    {kSecretType, 2, false, false, false, false},
    {kListenerType, 4, true, true, false, false},
    {kScopedRouteType, 5, true, true, false, false},
    {kRouteType, 6, false, false, false, false},
    {kVirtualHostType, 7, false, false, false, false},
    {"", kOrderUnknown, false, false, false, false},
}};

// The row of `type_url`; the last row for a type that is not named.
constexpr const TypeTraits& TraitsOf(std::string_view type_url) {
  for (const TypeTraits& traits : kTypes) {
    if (traits.type_url == type_url) return traits;
  }
  return kTypes.back();
}

// The streams that a client may open: aggregated, or one type for each stream.
enum class Variant { kStateOfTheWorld, kDelta };

struct StreamMethod {
  const char* path;
  Variant variant;
  // Empty: each request names its type.
  std::string_view type_url;
};

inline constexpr std::array<StreamMethod, 12> kStreamMethods = {{
    {"/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources",
     Variant::kStateOfTheWorld, ""},
    {"/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources",
     Variant::kDelta, ""},
    {"/envoy.service.cluster.v3.ClusterDiscoveryService/StreamClusters", Variant::kStateOfTheWorld,
     kClusterType},
    {"/envoy.service.cluster.v3.ClusterDiscoveryService/DeltaClusters", Variant::kDelta,
     kClusterType},
    {"/envoy.service.endpoint.v3.EndpointDiscoveryService/StreamEndpoints",
     Variant::kStateOfTheWorld, kEndpointType},
    {"/envoy.service.endpoint.v3.EndpointDiscoveryService/DeltaEndpoints", Variant::kDelta,
     kEndpointType},
    {"/envoy.service.listener.v3.ListenerDiscoveryService/StreamListeners",
     Variant::kStateOfTheWorld, kListenerType},
    {"/envoy.service.listener.v3.ListenerDiscoveryService/DeltaListeners", Variant::kDelta,
     kListenerType},
    {"/envoy.service.route.v3.RouteDiscoveryService/StreamRoutes", Variant::kStateOfTheWorld,
     kRouteType},
    {"/envoy.service.route.v3.RouteDiscoveryService/DeltaRoutes", Variant::kDelta, kRouteType},
    {"/envoy.service.secret.v3.SecretDiscoveryService/StreamSecrets", Variant::kStateOfTheWorld,
     kSecretType},
    {"/envoy.service.secret.v3.SecretDiscoveryService/DeltaSecrets", Variant::kDelta, kSecretType},
}};

}  // namespace fairlead::control::xds

#endif  // FAIRLEAD_CONTROLPLANE_XDS_TYPE_TABLE_H_
