#include "dataplane/observe/log_file_writer.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "dataplane/base/log.h"
#include "dataplane/base/status.h"

namespace fairlead::observe {
namespace {

constexpr auto kPassInterval = std::chrono::seconds(1);
constexpr size_t kWakeBytes = 64 * 1024;
// What a pipe that is ready takes without waiting (PIPE_BUF).
constexpr size_t kPipeChunk = 4096;
constexpr int kPatienceMs = 1000;

// Never waits: not for the reader of a FIFO either.
int OpenFile(const std::string& path) {
  if (path == "/dev/stdout") return STDOUT_FILENO;
  if (path == "/dev/stderr") return STDERR_FILENO;
  return open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
              0644);
}

bool IsRegular(int fd) {
  struct stat info;
  return fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

bool IsWritable(int fd, int wait_ms) {
  pollfd entry{fd, POLLOUT, 0};
  return poll(&entry, 1, wait_ms) == 1;
}

uint64_t CountLines(std::string_view text) {
  return static_cast<uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

// What the files and the writer have in common; outlives both.
struct LogFile::Shared {
  std::mutex mutex;
  std::condition_variable wake;
  std::condition_variable done;
  // Guarded by mutex. Requests are numbered; a pass serves all that came before it began.
  uint64_t requested = 0;
  uint64_t served = 0;
  bool wants_reopen = false;
  bool is_stopping = false;
  bool has_large_buffer = false;

  std::atomic<uint64_t> dropped_lines{0};
};

// --- LogFile ---

LogFile::LogFile(std::string path, int fd, std::shared_ptr<Shared> shared)
    : path_(std::move(path)), shared_(std::move(shared)), fd_(fd), is_regular_(IsRegular(fd)) {}

LogFile::~LogFile() {
  if (owns_fd()) close(fd_);
}

void LogFile::Append(std::string_view line) {
  bool is_large = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (is_closed_ || line.size() > kBufferMax - buffer_.size()) {
      shared_->dropped_lines.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    is_large = buffer_.size() < kWakeBytes && buffer_.size() + line.size() >= kWakeBytes;
    buffer_.append(line);
    ++buffered_lines_;
  }
  if (!is_large) return;
  {
    const std::lock_guard<std::mutex> lock(shared_->mutex);
    shared_->has_large_buffer = true;
  }
  shared_->wake.notify_one();
}

bool LogFile::WriteOut() {
  if (!WritePending()) return false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    pending_.clear();
    pending_done_ = 0;
    std::swap(pending_, buffer_);
    pending_lines_ = std::exchange(buffered_lines_, 0);
  }
  return WritePending();
}

bool LogFile::WritePending() {
  if (is_mid_line_ && pending_done_ == 0 && !pending_.empty()) {
    pending_.insert(pending_.begin(), '\n');
    is_mid_line_ = false;
  }
  while (pending_done_ < pending_.size()) {
    size_t size = pending_.size() - pending_done_;
    if (!is_regular_) {
      if (!IsWritable(fd_, 0)) return false;
      size = std::min(size, kPipeChunk);
    }
    const ssize_t n = write(fd_, pending_.data() + pending_done_, size);
    if (n > 0) {
      pending_done_ += static_cast<size_t>(n);
      if (is_failing_) FL_LOG(info, "access log {}: is written to again", path_);
      is_failing_ = false;
    } else if (n < 0 && errno == EAGAIN) {
      return false;
    } else if (n < 0 && errno != EINTR) {
      DropPending(errno);
    }
  }
  return true;
}

void LogFile::DropPending(int error) {
  const std::string_view rest = std::string_view(pending_).substr(pending_done_);
  const uint64_t lines = std::max<uint64_t>(1, std::min(CountLines(rest), pending_lines_));
  shared_->dropped_lines.fetch_add(lines, std::memory_order_relaxed);
  if (!is_failing_) {
    FL_LOG(error, "access log {}: lines are lost: {}", path_, std::strerror(error));
  }
  is_failing_ = true;
  is_mid_line_ = pending_done_ > 0 && pending_[pending_done_ - 1] != '\n';
  pending_.clear();
  pending_done_ = 0;
  pending_lines_ = 0;
}

void LogFile::Reopen() {
  if (!owns_fd()) return;
  const int fd = OpenFile(path_);
  if (fd < 0) {
    FL_LOG(error, "access log {}: cannot be opened anew, goes on in the old file: {}", path_,
           std::strerror(errno));
    return;
  }
  close(fd_);
  fd_ = fd;
  is_regular_ = IsRegular(fd);
  is_mid_line_ = false;
}

void LogFile::Close() {
  if (pending_done_ < pending_.size()) DropPending(ETIMEDOUT);
  const std::lock_guard<std::mutex> lock(mutex_);
  is_closed_ = true;
  shared_->dropped_lines.fetch_add(buffered_lines_, std::memory_order_relaxed);
  buffered_lines_ = 0;
  buffer_ = std::string();
}

// --- LogFileWriter ---

LogFileWriter::LogFileWriter() : shared_(std::make_shared<LogFile::Shared>()) {
  thread_ = std::thread([this] { Run(); });
}

LogFileWriter::~LogFileWriter() {
  {
    const std::lock_guard<std::mutex> lock(shared_->mutex);
    shared_->is_stopping = true;
  }
  shared_->wake.notify_one();
  thread_.join();
}

absl::StatusOr<std::shared_ptr<LogFile>> LogFileWriter::Open(std::string_view path) {
  if (path.find('\0') != std::string_view::npos) {
    return InvalidArgument("the path has a zero byte");
  }
  const std::lock_guard<std::mutex> lock(files_mutex_);
  for (const std::shared_ptr<LogFile>& file : files_) {
    if (file->path_ == path) return file;
  }
  const std::string name(path);
  const int fd = OpenFile(name);
  if (fd < 0) {
    return InvalidArgument("'", path, "' cannot be opened to append to it: ", std::strerror(errno));
  }
  // The constructor is private.
  files_.push_back(std::shared_ptr<LogFile>(new LogFile(name, fd, shared_)));
  return files_.back();
}

void LogFileWriter::Flush() { Request(Mode::kFlush); }
void LogFileWriter::Reopen() { Request(Mode::kReopen); }

uint64_t LogFileWriter::dropped_lines() const {
  return shared_->dropped_lines.load(std::memory_order_relaxed);
}

void LogFileWriter::Request(Mode mode) {
  std::unique_lock<std::mutex> lock(shared_->mutex);
  const uint64_t number = ++shared_->requested;
  if (mode == Mode::kReopen) shared_->wants_reopen = true;
  shared_->wake.notify_one();
  shared_->done.wait(lock, [&] { return shared_->served >= number; });
}

void LogFileWriter::Run() {
  // Signals are for the main thread; a broken pipe is an error of write().
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  bool is_stopping = false;
  while (!is_stopping) {
    Mode mode = Mode::kPass;
    uint64_t serving = 0;
    {
      std::unique_lock<std::mutex> lock(shared_->mutex);
      shared_->wake.wait_for(lock, kPassInterval, [this] {
        return shared_->is_stopping || shared_->has_large_buffer ||
               shared_->requested != shared_->served;
      });
      shared_->has_large_buffer = false;
      serving = shared_->requested;
      is_stopping = shared_->is_stopping;
      if (serving != shared_->served || is_stopping) mode = Mode::kFlush;
      if (std::exchange(shared_->wants_reopen, false)) mode = Mode::kReopen;
    }
    Pass(mode);
    {
      const std::lock_guard<std::mutex> lock(shared_->mutex);
      shared_->served = serving;
    }
    shared_->done.notify_all();
  }
  const std::lock_guard<std::mutex> lock(files_mutex_);
  for (const std::shared_ptr<LogFile>& file : files_) file->Close();
}

void LogFileWriter::Pass(Mode mode) {
  std::vector<std::shared_ptr<LogFile>> files;
  {
    const std::lock_guard<std::mutex> lock(files_mutex_);
    files = files_;
  }
  for (const std::shared_ptr<LogFile>& file : files) {
    bool is_done = file->WriteOut();
    if (mode == Mode::kPass) continue;
    while (!is_done && IsWritable(file->fd_, kPatienceMs)) is_done = file->WriteOut();
    if (mode == Mode::kReopen) file->Reopen();
  }
  files.clear();
  const std::lock_guard<std::mutex> lock(files_mutex_);
  // Held by nobody else, so that nothing can be appended any more.
  std::erase_if(files_, [](const std::shared_ptr<LogFile>& file) {
    if (file.use_count() > 1 || !file->WriteOut()) return false;
    file->Close();
    return true;
  });
}

}  // namespace fairlead::observe
