#include "tools/fairlead/run/run_command.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/str_join.h"
#include "dataplane/base/status.h"
#include "dataplane/base/strings.h"
#include "tools/fairlead/change_output.h"
#include "tools/fairlead/documents.h"
#include "tools/fairlead/run/host.h"
#include "tools/fairlead/run/log_printer.h"
#include "tools/fairlead/run/run_session.h"

namespace fairlead::cli {
namespace {

namespace fs = std::filesystem;

// The data folder, made if needed and held by this process alone.
class DataFolder {
 public:
  static absl::StatusOr<DataFolder> Open(const std::string& path) {
    std::error_code error;
    fs::create_directories(path, error);
    if (error) return InvalidArgument("cannot make the data folder ", path, ": ", error.message());
    DataFolder folder;
    folder.fd_ = open((path + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (folder.fd_ < 0) return InvalidArgument("cannot write to ", path, ": ", strerror(errno));
    if (flock(folder.fd_, LOCK_EX | LOCK_NB) != 0) {
      return InvalidArgument("another fairlead run uses the data folder ", path,
                             "; end it, or name another with --data DIR");
    }
    return folder;
  }
  DataFolder(DataFolder&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~DataFolder() {
    if (fd_ >= 0) close(fd_);
  }

 private:
  DataFolder() = default;

  int fd_ = -1;
};

absl::Status CheckFlags(const Context& context) {
  if (context.args.Has("server")) {
    return UsageError(
        "run starts a control plane of its own: --management-address says where it listens");
  }
  const std::vector<std::string>& files = context.args.GetAll("file");
  if (files.empty()) return UsageError("no documents given; add -f FILE or -f DIR");
  for (const std::string& file : files) {
    if (file == "-") return UsageError("run watches its files, and cannot watch standard input");
  }
  for (const char* flag : {"xds-address", "management-address", "http-address"}) {
    if (const auto address = context.args.Get(flag)) {
      FL_RETURN_IF_ERROR(CheckAddress(StrCat("--", flag), *address));
    }
  }
  // Wrong before anything is started, rather than after.
  return ReadDocuments(files, context.env.in).status();
}

void ForwardFlag(const Args& args, const std::string& from, const std::string& to,
                 std::vector<std::string>& arguments) {
  if (const auto value = args.Get(from)) {
    arguments.push_back(to);
    arguments.push_back(*value);
  }
}

absl::StatusOr<RunSession::Options> ReadOptions(const Context& context) {
  const Args& args = context.args;
  RunSession::Options options;
  const std::string bin_dir =
      args.GetOr("bin-dir", context.env.variable("FAIRLEAD_BIN_DIR").value_or(""));
  const std::string& executable = context.env.executable;
  FL_ASSIGN_OR_RETURN(options.control,
                      FindProgram("fairlead-control", "controlplane", bin_dir, executable));
  FL_ASSIGN_OR_RETURN(options.proxy,
                      FindProgram("fairlead-proxy", "dataplane", bin_dir, executable));
  options.data_folder = args.GetOr("data", "./.fairlead");
  options.files = args.GetAll("file");
  options.prunes = !args.Has("no-prune");
  options.info = ReadChangeInfo(args, context.env);
  if (!args.Has("reason")) options.info.set_reason("fairlead run");
  options.token = context.client.options().token;
  options.call_timeout = context.client.options().timeout;
  for (const char* flag :
       {"xds-address", "management-address", "http-address", "token-file", "log-level"}) {
    ForwardFlag(args, flag, StrCat("--", flag), options.control_arguments);
  }
  FL_ASSIGN_OR_RETURN(const int64_t concurrency,
                      ParseNumber("--concurrency", args.GetOr("concurrency", "1"), 1, 1024));
  options.proxy_arguments = {"--concurrency", StrCat(concurrency), "--drain-time-s", "5"};
  ForwardFlag(args, "log-level", "-l", options.proxy_arguments);
  return options;
}

absl::StatusOr<ExitCode> RunRun(Context& context) {
  FL_RETURN_IF_ERROR(CheckFlags(context));
  FL_ASSIGN_OR_RETURN(RunSession::Options options, ReadOptions(context));
  FL_ASSIGN_OR_RETURN(const DataFolder folder, DataFolder::Open(options.data_folder));
  // Before gRPC's threads, which begin with the first call.
  SignalHost host;
  LogPrinter log(context.env.out, context.paint);
  RunSession session(std::move(options), host, log);
  FL_RETURN_IF_ERROR(session.Run());
  return ExitCode::kOk;
}

std::vector<Flag> RunFlags() {
  return {
      {.name = "file",
       .letter = 'f',
       .value = "FILE|DIR",
       .help = "documents; applied at once and whenever they change",
       .is_repeated = true},
      {.name = "data", .value = "DIR", .help = "where revisions are kept (default ./.fairlead)"},
      {.name = "no-prune", .help = "keep stored resources that the files do not name"},
      {.name = "concurrency", .value = "N", .help = "the proxy's worker threads (default 1)"},
      {.name = "xds-address", .value = "HOST:PORT", .help = "default 127.0.0.1:18000"},
      {.name = "management-address", .value = "HOST:PORT", .help = "default 127.0.0.1:18001"},
      {.name = "http-address", .value = "HOST:PORT", .help = "REST; default 127.0.0.1:18002"},
      {.name = "log-level", .letter = 'l', .value = "LEVEL", .help = "of both programs"},
      {.name = "bin-dir",
       .value = "DIR",
       .help = "folder of fairlead-control and fairlead-proxy (or FAIRLEAD_BIN_DIR)"},
      {.name = "author",
       .value = "NAME",
       .help = "of the revisions (default: FAIRLEAD_AUTHOR, USER)"},
      {.name = "reason", .value = "TEXT", .help = "of the revisions (default: fairlead run)"}};
}

}  // namespace

absl::StatusOr<std::string> FindProgram(const std::string& name, const std::string& folder,
                                        const std::string& bin_dir, const std::string& executable) {
  std::vector<std::string> places;
  if (!bin_dir.empty()) {
    places = {StrCat(bin_dir, "/", name), StrCat(bin_dir, "/", folder, "/", name)};
  } else if (!executable.empty()) {
    const fs::path here = fs::path(executable).parent_path();
    places = {(here / name).string(), (here / ".." / ".." / folder / name).lexically_normal()};
  }
  for (const std::string& place : places) {
    std::error_code not_there;
    if (fs::is_regular_file(place, not_there) && access(place.c_str(), X_OK) == 0) return place;
  }
  return ChildFailed(StrCat("cannot find ", name, "; looked for ", absl::StrJoin(places, " and "),
                            "\n  name its folder: --bin-dir DIR   (or: FAIRLEAD_BIN_DIR=DIR)"));
}

Command RunCommand() {
  return {
      .name = "run",
      .usage = "-f FILE|DIR [--data DIR]",
      .summary = "Control plane and proxy as one command, following files",
      .description =
          "Starts fairlead-control and fairlead-proxy, applies the files, and applies them again\n"
          "whenever they change: the files are the whole truth (--no-prune: an addition). A "
          "change\n"
          "that is wrong is told and changes nothing. Ctrl-C ends both; a child that dies ends it\n"
          "with exit code 8. The other commands work beside it from another terminal.",
      .examples = {"fairlead run -f gateway.yaml",
                   "fairlead run -f conf.d --data /var/lib/fairlead --concurrency 4"},
      .flags = RunFlags(),
      .run = RunRun};
}

}  // namespace fairlead::cli
