#ifndef FAIRLEAD_DATAPLANE_FILTERS_REGISTRY_H_
#define FAIRLEAD_DATAPLANE_FILTERS_REGISTRY_H_

// Every filter this proxy has, in one table. Thread: any; immutable.

#include <string_view>
#include <vector>

#include "dataplane/filters/filter.h"

namespace fairlead::xds {
class SupportTable;
}

namespace fairlead::filters {

struct FilterKind {
  // The conventional name: "envoy.filters.http.local_ratelimit".
  std::string_view name;
  // Full name of the message in typed_config.
  std::string_view config_type;
  // Of the message in typed_per_filter_config; empty: none is taken.
  std::string_view override_type;
  const FilterFactory* factory;
};

// Without the router, which is not one among others: it ends the chain.
const std::vector<FilterKind>& FilterKinds();
// The kind whose filter (or override) is configured by this message; null when there is none.
const FilterKind* FindByConfigType(std::string_view message);
const FilterKind* FindByOverrideType(std::string_view message);

// The fields of every filter's messages that are honoured.
void DeclareSupport(xds::SupportTable& table);

}  // namespace fairlead::filters

#endif  // FAIRLEAD_DATAPLANE_FILTERS_REGISTRY_H_
