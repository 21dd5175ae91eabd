#ifndef FAIRLEAD_TOOLS_FAIRLEAD_RUN_RUN_SESSION_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_RUN_RUN_SESSION_H_

// A control plane and a proxy as one: started, fed with files, watched, ended.
//
//     RunSession session(options, host, log);
//     absl::Status status = session.Run();   // OK: the user ended it
//
// In order: fairlead-control starts and says where it listens; the files are applied;
// fairlead-proxy starts with a bootstrap that points there; then, until the user interrupts or a
// child dies, changed files are applied and what the proxy makes of them is said. At the end the
// proxy is stopped first, so that it drains while the control plane still stands. A second
// interrupt kills both.
//
// Thread: main; output of the children comes on their reading threads. Owner: the `run` command.

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tools/fairlead/client.h"
#include "tools/fairlead/run/child_process.h"
#include "tools/fairlead/run/file_watcher.h"
#include "tools/fairlead/run/host.h"
#include "tools/fairlead/run/log_printer.h"

namespace fairlead::cli {

// Where fairlead-control listens, as its ready line says.
struct ControlAddresses {
  std::string xds;
  std::string management;
  std::string http;
};

// The addresses of a ready line; nothing when the line is another one.
std::optional<ControlAddresses> ParseReadyLine(std::string_view line);

class RunSession {
 public:
  struct Options {
    // Paths of the programs.
    std::string control;
    std::string proxy;
    // Further arguments for each.
    std::vector<std::string> control_arguments = {};
    std::vector<std::string> proxy_arguments = {};
    // An existing folder that is ours alone.
    std::string data_folder;
    // Files and folders with documents.
    std::vector<std::string> files;
    // Deletes what is stored and not in the files: the files are the whole truth.
    bool prunes = true;
    v1::ChangeInfo info = {};
    std::string token = {};
    std::string node_id = "proxy-1";
    absl::Duration call_timeout = absl::Seconds(10);
    absl::Duration ready_timeout = absl::Seconds(30);
    absl::Duration look_interval = absl::Milliseconds(300);
    // How long each child may take to end before it is killed.
    absl::Duration stop_timeout = absl::Seconds(10);
  };

  RunSession(Options options, Host& host, LogPrinter& log)
      : options_(std::move(options)), host_(host), log_(log) {}

  // OK when the user ended it; otherwise why it could not start, or which child died of what.
  absl::Status Run();

 private:
  // Everything up to the running state; false when the user interrupted.
  absl::StatusOr<bool> Start();
  absl::Status StartControl();
  absl::StatusOr<bool> AwaitReady();
  absl::Status StartProxy();
  // Until an interrupt (OK) or a child's death.
  absl::Status Attend();
  void Stop();
  void StopChild(ChildProcess* child, std::string_view name);

  absl::Status ApplyFiles();
  void ApplyChangedFiles();
  // Says what has become of the newest revision at the proxy.
  void ReportProgress();
  void ReportListeners();
  absl::Status CheckChildren() const;
  std::unique_ptr<ChildProcess> Spawn(Speaker speaker, std::vector<std::string> command,
                                      absl::Status& status);
  void OnControlLine(std::string_view line, bool is_stdout);
  std::string AdminAddressPath() const;

  Options options_;
  Host& host_;
  LogPrinter& log_;
  std::mutex mutex_;
  std::optional<ControlAddresses> ready_;  // Guarded by mutex_; set once.
  std::unique_ptr<Client> client_;
  // Knows the files as they were before they were first read, so that no change is lost.
  std::unique_ptr<FileWatcher> watcher_;
  std::unique_ptr<ChildProcess> control_;
  std::unique_ptr<ChildProcess> proxy_;
  int64_t applied_revision_ = 0;
  int64_t reported_revision_ = -1;
  absl::Time next_report_ = absl::InfinitePast();
  // Rejections already told; emptied when a revision arrives.
  std::set<std::string> told_rejections_;
};

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_RUN_RUN_SESSION_H_
