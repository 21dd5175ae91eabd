#ifndef FAIRLEAD_CONTROLPLANE_MODEL_RESOURCE_KEY_H_
#define FAIRLEAD_CONTROLPLANE_MODEL_RESOURCE_KEY_H_

// The identity of a resource: its kind and its name.
//
//     ResourceKey key = KeyOf(resource);          // {Kind::kRoute, "shop"}
//     absl::StrCat(key.ToString(), " is gone");   // "Route 'shop' is gone"
//
// Thread: any. Source: api/fairlead/v1/resources.proto.

#include <array>
#include <compare>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace google::protobuf {
class Message;
}
namespace fairlead::v1 {
class Resource;
}

namespace fairlead::control::model {

// In the order in which a set is applied and shown: what is referred to comes first.
enum class Kind { kPolicy = 1, kService = 2, kListener = 3, kRoute = 4 };

inline constexpr std::array<Kind, 4> kAllKinds = {Kind::kPolicy, Kind::kService, Kind::kListener,
                                                  Kind::kRoute};

// "Policy", "Service", "Listener", "Route".
absl::string_view KindName(Kind kind);
// "policies", "services", "listeners", "routes": as in the REST paths.
absl::string_view KindPlural(Kind kind);
std::optional<Kind> KindFromName(absl::string_view name);
std::optional<Kind> KindFromPlural(absl::string_view plural);

struct ResourceKey {
  Kind kind = Kind::kPolicy;
  std::string name;

  auto operator<=>(const ResourceKey&) const = default;

  // "Route 'shop'".
  std::string ToString() const;

  template <typename H>
  friend H AbslHashValue(H h, const ResourceKey& key) {
    return H::combine(std::move(h), key.kind, key.name);
  }
};

// The kind that is set, if any.
std::optional<Kind> KindOf(const fairlead::v1::Resource& resource);
// The resource must have a kind.
ResourceKey KeyOf(const fairlead::v1::Resource& resource);

// The message of the kind that is set (resource.route(), ...). The resource must have a kind.
const google::protobuf::Message& BodyOf(const fairlead::v1::Resource& resource);
// Sets the kind and returns its (empty) message.
google::protobuf::Message* MutableBody(fairlead::v1::Resource& resource, Kind kind);

}  // namespace fairlead::control::model

#endif  // FAIRLEAD_CONTROLPLANE_MODEL_RESOURCE_KEY_H_
