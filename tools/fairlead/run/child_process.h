#ifndef FAIRLEAD_TOOLS_FAIRLEAD_RUN_CHILD_PROCESS_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_RUN_CHILD_PROCESS_H_

// A program started by `run`, its output cut into lines.
//
//     FL_ASSIGN_OR_RETURN(auto child, ChildProcess::Start({.command = {"/bin/proxy", "-c", "x"},
//                                                          .on_line = ..., .on_exit = ...}));
//     child->Signal(SIGTERM);
//     if (child->exit_text()) ...  // "exit status 1", "killed by signal 11 (Segmentation fault)"
//
// It gets a process group of its own (so that Ctrl-C reaches us alone and we choose the order of
// the end), no standard input, and SIGTERM should we die without having ended it.
//
// Thread: made, signalled and destroyed on main; callbacks come on the child's own reading thread.
// Destruction kills what still runs. Limit: lines over kMaxLineBytes are cut in pieces.

#include <sys/types.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"

namespace fairlead::cli {

class ChildProcess {
 public:
  static constexpr size_t kMaxLineBytes = 64 << 10;

  struct Options {
    // Path of the program, then its arguments.
    std::vector<std::string> command;
    std::function<void(std::string_view line, bool is_stdout)> on_line;
    // Once, after the last line.
    std::function<void()> on_exit;
  };

  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(Options options);

  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Nothing happens if it has ended.
  void Signal(int signal);

  // How it ended; nothing while it runs.
  std::optional<std::string> exit_text() const;
  bool has_ended() const { return exit_text().has_value(); }

 private:
  ChildProcess(Options options, pid_t pid, int pid_fd, int out_fd, int err_fd);

  void Read();
  // Reads what is there; false at the end of the stream.
  bool ReadSome(int fd, std::string& partial, bool is_stdout);
  void EmitLines(std::string& partial, bool is_stdout, bool is_end);
  void Reap();

  Options options_;
  pid_t pid_;
  int pid_fd_;
  int out_fd_;
  int err_fd_;
  mutable std::mutex mutex_;
  std::optional<std::string> exit_text_;  // Guarded by mutex_.
  std::thread reader_;
};

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_RUN_CHILD_PROCESS_H_
