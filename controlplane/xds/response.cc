#include "controlplane/xds/response.h"

#include "controlplane/xds/wire.h"

namespace fairlead::control::xds {

std::string Response::Head() const {
  std::string head;
  internal::AppendFieldIfSet(head, 1, version);
  return head;
}

std::string Response::Tail(std::string_view control_plane_identifier) const {
  std::string tail;
  internal::AppendFieldIfSet(tail, 4, type_url);
  internal::AppendFieldIfSet(tail, 5, nonce);
  for (const std::string& name : removed) internal::AppendField(tail, 6, name);
  if (!control_plane_identifier.empty()) {
    std::string control_plane;
    internal::AppendField(control_plane, 1, control_plane_identifier);
    internal::AppendField(tail, variant == Variant::kDelta ? 7 : 6, control_plane);
  }
  return tail;
}

std::string Response::Serialize(std::string_view control_plane_identifier) const {
  std::string bytes = Head();
  for (const auto& resource : *resources) bytes.append(Element(*resource));
  bytes.append(Tail(control_plane_identifier));
  return bytes;
}

}  // namespace fairlead::control::xds
