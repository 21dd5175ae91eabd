// fairlead-proxy. See options.cc for its flags and server.h for its life.

#include <google/protobuf/stubs/logging.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "dataplane/base/free_memory.h"
#include "dataplane/base/log.h"
#include "dataplane/server/options.h"
#include "dataplane/server/server.h"
#include "dataplane/server/signal_thread.h"
#include "dataplane/server/validate.h"
#include "dataplane/server/version.h"
#include "dataplane/xds/bootstrap.h"
#include "envoy/config/bootstrap/v3/bootstrap.pb.h"

namespace fairlead::server {
namespace {

constexpr int kUsage = 2;

int Fail(const absl::Status& status, int exit_status) {
  std::fprintf(stderr, "fairlead-proxy: %s\n", std::string(status.message()).c_str());
  return exit_status;
}

int Serve(const Options& options) {
  if (absl::Status status = SetLogLevel(options.log_level); !status.ok()) {
    return Fail(status, kUsage);
  }
  if (!options.log_path.empty() && freopen(options.log_path.c_str(), "a", stderr) == nullptr) {
    std::printf("fairlead-proxy: --log-path: cannot open '%s'\n", options.log_path.c_str());
    return kUsage;
  }
  SetFreeMemoryReturnedAtOnce(true);  // Until the workers start.
  auto loaded = xds::LoadBootstrap(options.config_path, options.config_yaml,
                                   {options.service_node, options.service_cluster});
  if (!loaded.ok()) return Fail(loaded.status(), 1);
  auto bootstrap = std::make_shared<envoy::config::bootstrap::v3::Bootstrap>(*std::move(loaded));
  for (const std::string& flag : options.without_effect) {
    FL_LOG(info, "{} is accepted and has no effect here", flag);
  }
  if (options.mode == Options::Mode::kValidate) {
    if (absl::Status status = Validate(bootstrap); !status.ok()) return Fail(status, 1);
    std::printf("configuration '%s' OK\n", options.config_path.c_str());
    return 0;
  }
  return Server(options, bootstrap).Run();
}

int Main(const std::vector<std::string_view>& arguments) {
  SignalThread::Block();
  // The library reports on stderr what we report ourselves, with the path.
  google::protobuf::SetLogHandler(nullptr);
  const absl::StatusOr<Options> options = ParseOptions(arguments);
  if (!options.ok()) return Fail(options.status(), kUsage);
  if (options->wants_help) {
    std::printf("%s", std::string(HelpText()).c_str());
    return 0;
  }
  if (options->wants_version) {
    std::printf("fairlead-proxy version %s\n", std::string(kVersion).c_str());
    return 0;
  }
  if (options->wants_supported) {
    const auto format = options->supported_as_json ? xds::SupportTable::Format::kJson
                                                   : xds::SupportTable::Format::kTable;
    std::printf("%s", Supported().Print(format).c_str());
    return 0;
  }
  if (options->config_path.empty() && options->config_yaml.empty()) {
    return Fail(
        absl::InvalidArgumentError("one of --config-path and --config-yaml is needed; see --help"),
        kUsage);
  }
  return Serve(*options);
}

}  // namespace
}  // namespace fairlead::server

int main(int argc, char** argv) { return fairlead::server::Main({argv + 1, argv + argc}); }
