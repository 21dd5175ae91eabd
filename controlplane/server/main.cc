// fairlead-control: the control plane. What it does is in control_server.h; here are flags and
// signals.

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "controlplane/model/resource_json.h"
#include "controlplane/server/control_server.h"
#include "dataplane/base/log.h"
#include "nlohmann/json.hpp"

ABSL_FLAG(std::string, data_dir, "fairlead-data",
          "folder of the revisions; made if it is not there");
ABSL_FLAG(std::string, xds_address, "127.0.0.1:18000",
          "where proxies connect; port 0: any free one");
ABSL_FLAG(std::string, management_address, "127.0.0.1:18001", "the management API on gRPC");
ABSL_FLAG(std::string, http_address, "127.0.0.1:18002", "the management API on REST");
ABSL_FLAG(std::string, token_file, "",
          "file whose first line is the bearer token; needed to listen beyond the loopback");
ABSL_FLAG(std::string, log_level, "info", "trace, debug, info, warn, error, critical or off");

namespace {

// absl's flags have underscores, ours dashes on the command line.
std::vector<std::string> WithUnderscores(int argc, char** argv) {
  std::vector<std::string> args(argv, argv + argc);
  for (size_t i = 1; i < args.size() && args[i] != "--"; ++i) {
    if (args[i].rfind("--", 0) != 0) continue;
    size_t end = std::min(args[i].find('='), args[i].size());
    for (size_t k = 2; k < end; ++k) {
      if (args[i][k] == '-') args[i][k] = '_';
    }
  }
  return args;
}

std::vector<char*> ParseFlags(std::vector<std::string>& args) {
  std::vector<char*> pointers;
  for (std::string& arg : args) pointers.push_back(arg.data());
  return absl::ParseCommandLine(static_cast<int>(pointers.size()), pointers.data());
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "fairlead-control: %s\n", std::string(status.message()).c_str());
  return 1;
}

void PrintReady(const fairlead::control::server::ControlAddresses& addresses) {
  nlohmann::ordered_json ready;
  ready["ready"] = true;
  ready["xds"] = addresses.xds;
  ready["management"] = addresses.management;
  ready["http"] = addresses.http;
  std::printf("%s\n", fairlead::control::model::JsonText(ready).c_str());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "Keeps what the user declared (listeners, routes, services, policies) as numbered revisions "
      "and "
      "gives the newest to every proxy over xDS.\n\n"
      "  fairlead-control --data-dir=DIR [--xds-address=HOST:PORT] ...\n\n"
      "When it is ready it prints one line of JSON with its addresses. SIGTERM and SIGINT stop "
      "it.");
  absl::FlagsUsageConfig usage;
  // --help shows the flags of this file, not those of libraries.
  usage.contains_help_flags = [](absl::string_view file) {
    return absl::EndsWith(file, "controlplane/server/main.cc");
  };
  absl::SetFlagsUsageConfig(usage);
  std::vector<std::string> args = WithUnderscores(argc, argv);
  std::vector<char*> rest = ParseFlags(args);
  if (rest.size() > 1) {
    return Fail(absl::InvalidArgumentError(std::string("unknown argument: ") + rest[1]));
  }
  if (absl::Status status = fairlead::SetLogLevel(absl::GetFlag(FLAGS_log_level)); !status.ok()) {
    return Fail(status);
  }
  // Before there are threads, so that all of them inherit the mask and the signals wait for
  // sigwait.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  fairlead::control::server::ControlOptions options;
  options.data_dir = absl::GetFlag(FLAGS_data_dir);
  options.xds_address = absl::GetFlag(FLAGS_xds_address);
  options.management_address = absl::GetFlag(FLAGS_management_address);
  options.http_address = absl::GetFlag(FLAGS_http_address);
  options.token_file = absl::GetFlag(FLAGS_token_file);
  options.wall_clock = [] { return absl::Now(); };
  options.monotonic_clock = [] { return std::chrono::steady_clock::now(); };
  auto server = fairlead::control::server::ControlServer::Start(options);
  if (!server.ok()) return Fail(server.status());
  PrintReady((*server)->addresses());
  int received = 0;
  sigwait(&stop_signals, &received);
  FL_LOG(info, "stopping on signal {}", received);
  (*server)->Stop();
  return 0;
}
