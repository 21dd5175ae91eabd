#include "tools/fairlead/run/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "dataplane/base/strings.h"
#include "tools/fairlead/exit_code.h"

namespace fairlead::cli {
namespace {

struct Pipe {
  int read_end = -1;
  int write_end = -1;

  bool Open() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    read_end = ends[0];
    write_end = ends[1];
    return true;
  }
  void Close() {
    if (read_end >= 0) close(read_end);
    if (write_end >= 0) close(write_end);
  }
};

// The child's side, between fork and exec: only calls that are safe there. Never returns.
[[noreturn]] void BecomeProgram(char* const* argv, const Pipe& out, const Pipe& err,
                                const Pipe& failure, pid_t parent) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  const int null = open("/dev/null", O_RDONLY);
  const bool is_wired = getppid() == parent && null >= 0 && dup2(null, STDIN_FILENO) >= 0 &&
                        dup2(out.write_end, STDOUT_FILENO) >= 0 &&
                        dup2(err.write_end, STDERR_FILENO) >= 0;
  if (is_wired) execv(argv[0], argv);
  const int error = errno;
  // If the parent is gone, nobody reads this.
  [[maybe_unused]] const ssize_t written = write(failure.write_end, &error, sizeof(error));
  _exit(127);
}

std::string ExitText(int status) {
  if (WIFSIGNALED(status)) {
    return StrCat("killed by signal ", WTERMSIG(status), " (", strsignal(WTERMSIG(status)), ")");
  }
  return StrCat("exit status ", WEXITSTATUS(status));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(Options options) {
  Pipe out, err, failure;
  const std::string& program = options.command.front();
  const auto fail = [&](int error) {
    out.Close();
    err.Close();
    failure.Close();
    return ChildFailed(StrCat("cannot start ", program, ": ", std::strerror(error)));
  };
  if (!out.Open() || !err.Open() || !failure.Open()) return fail(errno);
  std::vector<char*> argv;
  for (std::string& word : options.command) argv.push_back(word.data());
  argv.push_back(nullptr);

  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) return fail(errno);
  if (pid == 0) BecomeProgram(argv.data(), out, err, failure, parent);
  close(std::exchange(failure.write_end, -1));
  int error = 0;
  // The pipe closes by itself when exec succeeds.
  const bool has_failed = read(failure.read_end, &error, sizeof(error)) == sizeof(error);
  const int pid_fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (has_failed || pid_fd < 0) {
    if (!has_failed) error = errno;
    if (pid_fd >= 0) close(pid_fd);
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return fail(error);
  }
  close(std::exchange(out.write_end, -1));
  close(std::exchange(err.write_end, -1));
  close(failure.read_end);
  fcntl(out.read_end, F_SETFL, O_NONBLOCK);
  fcntl(err.read_end, F_SETFL, O_NONBLOCK);
  return std::unique_ptr<ChildProcess>(
      new ChildProcess(std::move(options), pid, pid_fd, out.read_end, err.read_end));
}

ChildProcess::ChildProcess(Options options, pid_t pid, int pid_fd, int out_fd, int err_fd)
    : options_(std::move(options)), pid_(pid), pid_fd_(pid_fd), out_fd_(out_fd), err_fd_(err_fd) {
  reader_ = std::thread([this] { Read(); });
}

ChildProcess::~ChildProcess() {
  Signal(SIGKILL);
  reader_.join();
  for (const int fd : {pid_fd_, out_fd_, err_fd_}) {
    if (fd >= 0) close(fd);
  }
}

void ChildProcess::Signal(int signal) {
  // By file descriptor: a number could belong to another process by now.
  syscall(SYS_pidfd_send_signal, pid_fd_, signal, nullptr, 0);
}

std::optional<std::string> ChildProcess::exit_text() const {
  const std::lock_guard lock(mutex_);
  return exit_text_;
}

void ChildProcess::Read() {
  std::string out, err;
  bool is_out_open = true, is_err_open = true, is_running = true;
  while (is_running) {
    // A closed stream is left out by its negative descriptor; the process decides when this ends,
    // because its own children may hold the pipes open.
    pollfd fds[] = {{.fd = pid_fd_, .events = POLLIN, .revents = 0},
                    {.fd = is_out_open ? out_fd_ : -1, .events = POLLIN, .revents = 0},
                    {.fd = is_err_open ? err_fd_ : -1, .events = POLLIN, .revents = 0}};
    if (poll(fds, 3, -1) < 0 && errno != EINTR) break;
    if (fds[1].revents != 0) is_out_open = ReadSome(out_fd_, out, /*is_stdout=*/true);
    if (fds[2].revents != 0) is_err_open = ReadSome(err_fd_, err, /*is_stdout=*/false);
    is_running = fds[0].revents == 0;
  }
  if (is_out_open) ReadSome(out_fd_, out, /*is_stdout=*/true);
  if (is_err_open) ReadSome(err_fd_, err, /*is_stdout=*/false);
  EmitLines(out, /*is_stdout=*/true, /*is_end=*/true);
  EmitLines(err, /*is_stdout=*/false, /*is_end=*/true);
  Reap();
  options_.on_exit();
}

bool ChildProcess::ReadSome(int fd, std::string& partial, bool is_stdout) {
  char block[1 << 14];
  // At most a megabyte a turn, so that one stream cannot keep the other, or the end, from being
  // seen.
  for (int i = 0; i < 64; ++i) {
    const ssize_t count = read(fd, block, sizeof(block));
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    if (count == 0) return false;
    partial.append(block, static_cast<size_t>(count));
    EmitLines(partial, is_stdout, /*is_end=*/false);
  }
  return true;
}

void ChildProcess::EmitLines(std::string& partial, bool is_stdout, bool is_end) {
  size_t start = 0;
  while (start < partial.size()) {
    size_t end = partial.find('\n', start);
    const bool is_whole = end != std::string::npos;
    if (!is_whole && !is_end && partial.size() - start < kMaxLineBytes) break;
    end = std::min(is_whole ? end : partial.size(), start + kMaxLineBytes);
    options_.on_line(std::string_view(partial).substr(start, end - start), is_stdout);
    start = end + (end < partial.size() && partial[end] == '\n' ? 1 : 0);
  }
  partial.erase(0, start);
}

void ChildProcess::Reap() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  const std::lock_guard lock(mutex_);
  exit_text_ = ExitText(status);
}

}  // namespace fairlead::cli
