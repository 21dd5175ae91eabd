// fairlead-proxy. See options.cc for its flags and server.h for its life.

#include <google/protobuf/stubs/logging.h>

#include <charconv>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "dataplane/base/free_memory.h"
#include "dataplane/base/log.h"
#include "dataplane/base/status.h"
#include "dataplane/runtime/runtime.h"
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

// Tells the control plane which version this is; who names another keeps it.
void NameUserAgent(envoy::config::core::v3::Node& node) {
  if (node.user_agent_version_type_case() != node.USER_AGENT_VERSION_TYPE_NOT_SET) return;
  uint32_t parts[3] = {0, 0, 0};
  const char* at = kVersion.data();
  const char* const end = at + kVersion.size();
  for (uint32_t& part : parts) {
    at = std::from_chars(at, end, part).ptr;
    if (at != end) ++at;
  }
  auto& version = *node.mutable_user_agent_build_version()->mutable_version();
  version.set_major_number(parts[0]);
  version.set_minor_number(parts[1]);
  version.set_patch(parts[2]);
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
  NameUserAgent(*bootstrap->mutable_node());
  for (const std::string& flag : options.without_effect) {
    FL_LOG(info, "{} is accepted and has no effect here", flag);
  }
  if (options.mode == Options::Mode::kValidate) {
    if (absl::Status status = Validate(bootstrap); !status.ok()) return Fail(status, 1);
    std::printf("configuration '%s' OK\n", options.config_path.c_str());
    return 0;
  }
  auto runtime = bootstrap->has_layered_runtime()
                     ? runtime::Runtime::Create(bootstrap->layered_runtime())
                     : std::make_unique<runtime::Runtime>();
  if (!runtime.ok()) return Fail(Annotate(runtime.status(), "bootstrap: layered_runtime"), 1);
  return Server(options, bootstrap, *std::move(runtime)).Run();
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
  if (!options->supported.empty()) {
    using Format = xds::SupportTable::Format;
    const Format format = options->supported == "json"       ? Format::kJson
                          : options->supported == "markdown" ? Format::kMarkdown
                                                             : Format::kTable;
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
