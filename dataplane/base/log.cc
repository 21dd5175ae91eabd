#include "dataplane/base/log.h"

#include <string>

#include "dataplane/base/status.h"
#include "spdlog/sinks/stdout_sinks.h"

namespace fairlead {

absl::Status SetLogLevel(std::string_view level) {
  const std::string name = level == "warn" ? "warning" : std::string(level);
  const auto parsed = spdlog::level::from_str(name);
  if (parsed == spdlog::level::off && name != "off") {
    return InvalidArgument("log level '", level,
                           "': allowed are trace, debug, info, warning, error, critical, off");
  }
  static const bool once = [] {
    auto logger =
        std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_pattern("[%Y-%m-%d %H:%M:%S.%e][%t][%l] %v");
    spdlog::set_default_logger(std::move(logger));
    return true;
  }();
  (void)once;
  spdlog::set_level(parsed);
  return absl::OkStatus();
}

}  // namespace fairlead
