#include "dataplane/xds/compiler.h"

#include "dataplane/base/strings.h"

namespace fairlead::xds {

std::string InlineRouteName(std::string_view listener, std::string_view filter_chain, int index) {
  if (index < 0) return StrCat("listener/", listener, "/default");
  if (filter_chain.empty()) return StrCat("listener/", listener, "/#", index);
  return StrCat("listener/", listener, "/", filter_chain);
}

}  // namespace fairlead::xds
