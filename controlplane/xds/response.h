#ifndef FAIRLEAD_CONTROLPLANE_XDS_RESPONSE_H_
#define FAIRLEAD_CONTROLPLANE_XDS_RESPONSE_H_

// One response as pieces of wire: a head, the shared bytes of the resources, a tail. Whoever sends
// it writes the pieces one after the other; nothing is encoded or copied again for a stream.
//
// Thread: any once made. Owner: whoever sends it.
// Limits: as large as what the client subscribed to.
// Source: discovery.proto, DiscoveryResponse and DeltaDiscoveryResponse.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "controlplane/xds/snapshot.h"
#include "controlplane/xds/type_table.h"

namespace fairlead::control::xds {

using ResourceList = std::vector<std::shared_ptr<const EncodedResource>>;

struct Response {
  Variant variant = Variant::kStateOfTheWorld;
  std::string type_url;
  // version_info, or system_version_info.
  std::string version;
  std::string nonce;
  std::shared_ptr<const ResourceList> resources;
  // Delta only.
  std::vector<std::string> removed;

  // The fields before and after the resources.
  std::string Head() const;
  std::string Tail(std::string_view control_plane_identifier) const;
  // One resource, as this variant wants it.
  std::string_view Element(const EncodedResource& resource) const {
    return variant == Variant::kDelta ? resource.DeltaElement() : resource.SotwElement();
  }
  // All of it in one string.
  std::string Serialize(std::string_view control_plane_identifier) const;
};

}  // namespace fairlead::control::xds

#endif  // FAIRLEAD_CONTROLPLANE_XDS_RESPONSE_H_
