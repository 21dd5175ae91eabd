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

#define FL_LOG(level, ...)                                \
  do {                                                    \
    if (::spdlog::should_log(::spdlog::level::level)) {   \
      ::spdlog::log(::spdlog::level::level, __VA_ARGS__); \
    }                                                     \
  } while (false)

namespace fairlead {

// Sends the log to stderr with time, level and thread, from `level` up: trace, debug, info,
// warning|warn, error, critical, off (Envoy's names). Fails on another name.
absl::Status SetLogLevel(std::string_view level);

}  // namespace fairlead

#endif  // FAIRLEAD_DATAPLANE_BASE_LOG_H_
