#ifndef FAIRLEAD_CONTROLPLANE_XDS_NAMES_H_
#define FAIRLEAD_CONTROLPLANE_XDS_NAMES_H_

// Hash containers of resource names that are searched by std::string_view. Debian's Abseil has a
// string_view of its own, which its containers' default hash takes instead.
//
// Thread: any (types).

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

namespace fairlead::control::xds {

struct NameHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view name) const {
    return std::hash<std::string_view>()(name);
  }
};

using NameSet = absl::flat_hash_set<std::string, NameHash, std::equal_to<>>;
template <typename Value>
using NameMap = absl::flat_hash_map<std::string, Value, NameHash, std::equal_to<>>;

}  // namespace fairlead::control::xds

#endif  // FAIRLEAD_CONTROLPLANE_XDS_NAMES_H_
