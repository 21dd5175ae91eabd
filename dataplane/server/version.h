#ifndef FAIRLEAD_DATAPLANE_SERVER_VERSION_H_
#define FAIRLEAD_DATAPLANE_SERVER_VERSION_H_

// What --version and /server_info show. Thread: any.

#include <string_view>

namespace fairlead::server {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace fairlead::server

#endif  // FAIRLEAD_DATAPLANE_SERVER_VERSION_H_
