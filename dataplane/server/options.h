#ifndef FAIRLEAD_DATAPLANE_SERVER_OPTIONS_H_
#define FAIRLEAD_DATAPLANE_SERVER_OPTIONS_H_

// The command line of fairlead-proxy: Envoy's flags. Those we honour are fields here; those of
// Envoy's that change nothing for us are accepted and named in the log; any other is an error.
//
//     FL_ASSIGN_OR_RETURN(Options options, ParseOptions({argv + 1, argv + argc}));
//
// Both "--flag value" and "--flag=value" are understood. Thread: main. Source: Envoy's
// operations/cli page.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace fairlead::server {

struct Options {
  enum class Mode : uint8_t { kServe, kValidate };

  std::string config_path;
  std::string config_yaml;
  // 0: as many as the machine gives us processors.
  uint32_t concurrency = 0;
  Mode mode = Mode::kServe;
  std::string log_level = "info";
  std::string log_path;
  std::string service_node;
  std::string service_cluster;
  std::chrono::seconds drain_time{600};
  // Ours, not Envoy's. 0: as many as the machine's memory suggests.
  uint64_t worker_buffer_bytes = 0;
  std::string admin_address_path;
  // Ours, not Envoy's. Empty: none is kept.
  std::string last_good_config;
  bool wants_help = false;
  bool wants_version = false;
  // How to print what is supported; empty: not to.
  std::string supported;
  // Flags that were accepted and do nothing here.
  std::vector<std::string> without_effect;
};

absl::StatusOr<Options> ParseOptions(const std::vector<std::string_view>& arguments);

// What --help prints.
std::string_view HelpText();

}  // namespace fairlead::server

#endif  // FAIRLEAD_DATAPLANE_SERVER_OPTIONS_H_
