#ifndef FAIRLEAD_DATAPLANE_FILTERS_OVERRIDE_CAST_H_
#define FAIRLEAD_DATAPLANE_FILTERS_OVERRIDE_CAST_H_

// A route's settings as the filter's own type; null when there are none, or when they are another
// filter's. Routes name a filter freely (typed_per_filter_config), so that a message of the wrong
// kind under a filter's name can only be seen here; it is passed over, as in Envoy.
//
//     const auto* own = OverrideCast<ApiKeyOverride>(settings);
//
// Thread: any.

#include <type_traits>
#include <typeinfo>

#include "dataplane/route/route.h"

namespace fairlead::filters {

template <typename T>
const T* OverrideCast(const route::FilterOverride* settings) {
  static_assert(std::is_final_v<T>);
  if (settings == nullptr || typeid(*settings) != typeid(T)) return nullptr;
  return static_cast<const T*>(settings);
}

}  // namespace fairlead::filters

#endif  // FAIRLEAD_DATAPLANE_FILTERS_OVERRIDE_CAST_H_
