#include "dataplane/filters/registry.h"

namespace fairlead::filters {

const std::vector<FilterKind>& FilterKinds() {
  static const std::vector<FilterKind> kinds = {};
  return kinds;
}

const FilterKind* FindByConfigType(std::string_view message) {
  for (const FilterKind& kind : FilterKinds()) {
    if (kind.config_type == message) return &kind;
  }
  return nullptr;
}

const FilterKind* FindByOverrideType(std::string_view message) {
  for (const FilterKind& kind : FilterKinds()) {
    if (!kind.override_type.empty() && kind.override_type == message) return &kind;
  }
  return nullptr;
}

void DeclareSupport(xds::SupportTable& table) { (void)table; }

}  // namespace fairlead::filters
