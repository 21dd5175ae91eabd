#include "dataplane/server/options.h"

#include <array>
#include <charconv>
#include <functional>
#include <utility>

#include "dataplane/base/status.h"

namespace fairlead::server {
namespace {

// A flag that takes a value: its names and what to do with it.
struct ValueFlag {
  std::string_view long_name;
  std::string_view short_name;
  absl::Status (*set)(Options& options, std::string_view value);
};

template <std::string Options::* field>
absl::Status SetText(Options& options, std::string_view value) {
  options.*field = std::string(value);
  return absl::OkStatus();
}

absl::StatusOr<uint32_t> ParseNumber(std::string_view value) {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size()) {
    return InvalidArgument("'", value, "' is not a number of 0..4294967295");
  }
  return number;
}

absl::Status SetConcurrency(Options& options, std::string_view value) {
  FL_ASSIGN_OR_RETURN(options.concurrency, ParseNumber(value));
  if (options.concurrency > 1024) return InvalidArgument("at most 1024 workers are allowed");
  return absl::OkStatus();
}

absl::Status SetDrainTime(Options& options, std::string_view value) {
  FL_ASSIGN_OR_RETURN(const uint32_t seconds, ParseNumber(value));
  options.drain_time = std::chrono::seconds(seconds);
  return absl::OkStatus();
}

absl::Status SetWorkerBuffers(Options& options, std::string_view value) {
  FL_ASSIGN_OR_RETURN(const uint32_t mib, ParseNumber(value));
  if (mib == 0) return InvalidArgument("at least 1 is needed");
  options.worker_buffer_bytes = uint64_t{mib} << 20;
  return absl::OkStatus();
}

absl::Status SetMode(Options& options, std::string_view value) {
  if (value == "serve") {
    options.mode = Options::Mode::kServe;
  } else if (value == "validate") {
    options.mode = Options::Mode::kValidate;
  } else {
    return InvalidArgument("'", value, "': allowed are serve and validate");
  }
  return absl::OkStatus();
}

absl::Status SetSupported(Options& options, std::string_view value) {
  if (value != "json" && value != "table" && value != "markdown") {
    return InvalidArgument("'", value, "': allowed are table, json and markdown");
  }
  options.supported = std::string(value);
  return absl::OkStatus();
}

constexpr std::array<ValueFlag, 13> kValueFlags = {{
    {"--config-path", "-c", &SetText<&Options::config_path>},
    {"--config-yaml", "", &SetText<&Options::config_yaml>},
    {"--concurrency", "", &SetConcurrency},
    {"--mode", "", &SetMode},
    {"--log-level", "-l", &SetText<&Options::log_level>},
    {"--log-path", "", &SetText<&Options::log_path>},
    {"--service-node", "", &SetText<&Options::service_node>},
    {"--service-cluster", "", &SetText<&Options::service_cluster>},
    {"--drain-time-s", "", &SetDrainTime},
    {"--worker-buffers-mib", "", &SetWorkerBuffers},
    {"--admin-address-path", "", &SetText<&Options::admin_address_path>},
    {"--last-good-config", "", &SetText<&Options::last_good_config>},
    {"--supported", "", &SetSupported},
}};

// Envoy's flags that have nothing to change here.
constexpr std::array<std::string_view, 16> kHarmlessWithValue = {"--base-id",
                                                                 "--base-id-path",
                                                                 "--component-log-level",
                                                                 "--disable-extensions",
                                                                 "--drain-strategy",
                                                                 "--file-flush-interval-msec",
                                                                 "--file-flush-min-size-kb",
                                                                 "--local-address-ip-version",
                                                                 "--log-format",
                                                                 "--parent-shutdown-time-s",
                                                                 "--restart-epoch",
                                                                 "--restart-features",
                                                                 "--service-zone",
                                                                 "--socket-mode",
                                                                 "--socket-path",
                                                                 "--stats-tag"};
// What they allow to be unknown is refused all the same: nothing is ignored silently.
constexpr std::array<std::string_view, 15> kHarmlessSwitches = {"--allow-unknown-fields",
                                                                "--allow-unknown-static-fields",
                                                                "--cpuset-threads",
                                                                "--disable-hot-restart",
                                                                "--enable-core-dump",
                                                                "--enable-fine-grain-logging",
                                                                "--enable-mutex-tracing",
                                                                "--ignore-unknown-dynamic-fields",
                                                                "--log-format-escaped",
                                                                "--log-stacktrace-single-entry",
                                                                "--reject-unknown-dynamic-fields",
                                                                "--skip-deprecated-logs",
                                                                "--skip-hot-restart-on-no-parent",
                                                                "--skip-hot-restart-parent-stats",
                                                                "--use-dynamic-base-id"};

template <size_t n>
bool Contains(const std::array<std::string_view, n>& names, std::string_view name) {
  for (std::string_view candidate : names) {
    if (candidate == name) return true;
  }
  return false;
}

bool SetSwitch(Options& options, std::string_view name) {
  if (name == "--help" || name == "-h") {
    options.wants_help = true;
  } else if (name == "--supported") {
    options.supported = "table";
  } else if (name == "--version") {
    options.wants_version = true;
  } else if (Contains(kHarmlessSwitches, name)) {
    options.without_effect.emplace_back(name);
  } else {
    return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<Options> ParseOptions(const std::vector<std::string_view>& arguments) {
  Options options;
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string_view name = arguments[i];
    if (SetSwitch(options, name)) continue;
    const size_t equals = name.starts_with("--") ? name.find('=') : std::string_view::npos;
    const bool has_value = equals != std::string_view::npos;
    std::string_view value = has_value ? name.substr(equals + 1) : std::string_view();
    if (has_value) name = name.substr(0, equals);
    const ValueFlag* flag = nullptr;
    for (const ValueFlag& candidate : kValueFlags) {
      if (name == candidate.long_name || name == candidate.short_name) flag = &candidate;
    }
    if (name.empty() || (flag == nullptr && !Contains(kHarmlessWithValue, name))) {
      return InvalidArgument("unknown flag '", name, "'; see --help");
    }
    if (!has_value) {
      if (++i == arguments.size()) return InvalidArgument(name, ": a value must follow");
      value = arguments[i];
    }
    if (flag == nullptr) {
      options.without_effect.emplace_back(name);
    } else if (absl::Status status = flag->set(options, value); !status.ok()) {
      return Annotate(status, name);
    }
  }
  return options;
}

std::string_view HelpText() {
  return R"(fairlead-proxy: an API gateway and load balancer.
Takes Envoy's flags and bootstrap files.

  fairlead-proxy -c envoy.yaml

  -c, --config-path FILE     the bootstrap: YAML, JSON or .pb (envoy.config.bootstrap.v3)
      --config-yaml TEXT     YAML that is merged over the file
      --mode serve|validate  validate: check the bootstrap and its static resources, say what is
                             wrong, exit 0 or 1
      --concurrency N        worker threads (default: the processors this process may use, by
                             its affinity and its cgroups)
      --worker-buffers-mib N what the buffers of each worker may take; beyond that requests get
                             503 (default: half of the memory this process may use, over all
                             workers)
  -l, --log-level LEVEL      trace, debug, info (default), warning, error, critical, off
      --log-path FILE        the log goes there instead of stderr
      --service-node ID      node.id, as the control plane knows this proxy
      --service-cluster NAME node.cluster
      --drain-time-s N       how long connections may finish after SIGTERM (default 600)
      --admin-address-path FILE
                             the admin listener's address is written there once it is known
      --last-good-config DIR what was last accepted from the control plane is kept in DIR, and a
                             start without the control plane serves it. It holds the secrets of
                             the configuration; only its owner can read it
      --supported[=FORMAT]   the xDS messages and fields that are supported: table (default),
                             json, markdown
      --version, --help

Envoy's other flags that have no meaning here are accepted and named in the log.
Signals: SIGTERM and SIGINT drain and end; SIGUSR1 reopens the access logs.
)";
}

}  // namespace fairlead::server
