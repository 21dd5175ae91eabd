#ifndef FAIRLEAD_DATAPLANE_BASE_LOG_H_
#define FAIRLEAD_DATAPLANE_BASE_LOG_H_

// The program's own log (not the access log), to stderr.
//
//     FL_LOG(info, "listening on {}", address);
//
// Levels: trace, debug, info, warn, error, critical. A line below the level costs one comparison.
// Nothing on a request's path logs above debug. Thread: any.

#include <string_view>

#include "absl/status/status.h"
#include "spdlog/spdlog.h"

#define FL_LOG(severity, ...)                                      \
  do {                                                             \
    if (::spdlog::should_log(::fairlead::log_level::severity)) {   \
      ::spdlog::log(::fairlead::log_level::severity, __VA_ARGS__); \
    }                                                              \
  } while (false)

namespace fairlead::log_level {
inline constexpr auto trace = spdlog::level::trace;
inline constexpr auto debug = spdlog::level::debug;
inline constexpr auto info = spdlog::level::info;
inline constexpr auto warn = spdlog::level::warn;
inline constexpr auto error = spdlog::level::err;
inline constexpr auto critical = spdlog::level::critical;
}  // namespace fairlead::log_level

namespace fairlead {

// Sends the log to stderr with time, level and thread, from `level` up: trace, debug, info,
// warning|warn, error, critical, off (Envoy's names). Fails on another name.
absl::Status SetLogLevel(std::string_view level);

}  // namespace fairlead

#endif  // FAIRLEAD_DATAPLANE_BASE_LOG_H_
