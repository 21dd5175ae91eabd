#ifndef FAIRLEAD_TOOLS_FAIRLEAD_VERSION_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_VERSION_H_

// The version that `fairlead version` prints.

namespace fairlead::cli {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_VERSION_H_
