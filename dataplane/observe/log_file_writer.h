#ifndef FAIRLEAD_DATAPLANE_OBSERVE_LOG_FILE_WRITER_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_LOG_FILE_WRITER_H_

// Appends lines to files from one background thread, so that those who log never wait for a disk.
//
//     LogFileWriter writer;
//     FL_ASSIGN_OR_RETURN(std::shared_ptr<LogFile> file, writer.Open("/var/log/access.log"));
//     file->Append(line);                      // any thread: a short lock, and a copy
//
// The thread writes what is buffered once a second, or when a buffer has 64 KiB. A buffer holds at
// most 1 MiB: lines that do not fit are dropped and counted. A pipe that nobody reads holds up its
// own lines only. Files of the same path are one; "/dev/stdout" and "/dev/stderr" are the process's
// own descriptors. A file is closed, after its last line, when nobody holds it any more.
//
// Thread: any. Owner: the server. A LogFile may outlive the writer; it then drops all it gets.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"

namespace fairlead::observe {

class LogFileWriter;

class LogFile {
 public:
  static constexpr size_t kBufferMax = size_t{1} << 20;

  ~LogFile();
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  // A line with its line break.
  void Append(std::string_view line);

 private:
  friend class LogFileWriter;
  struct Shared;

  LogFile(std::string path, int fd, std::shared_ptr<Shared> shared);
  // The rest belongs to the writer's thread.
  bool owns_fd() const { return fd_ > 2; }
  // Writes what is pending and buffered, as far as the file takes it. False: some is left.
  bool WriteOut();
  bool WritePending();
  void DropPending(int error);
  void Reopen();
  // From here on lines are dropped; so is what is pending still.
  void Close();

  const std::string path_;
  const std::shared_ptr<Shared> shared_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::string buffer_;
  uint64_t buffered_lines_ = 0;
  bool is_closed_ = false;

  int fd_;
  bool is_regular_ = false;
  std::string pending_;
  size_t pending_done_ = 0;
  uint64_t pending_lines_ = 0;
  // The last byte in the file does not end a line, and the rest of that line is lost.
  bool is_mid_line_ = false;
  bool is_failing_ = false;
};

class LogFileWriter {
 public:
  LogFileWriter();
  // Writes what is buffered, then ends the thread. A pipe that takes nothing for a second loses its
  // lines.
  ~LogFileWriter();

  // Creates the file (mode 0644), or appends to it.
  absl::StatusOr<std::shared_ptr<LogFile>> Open(std::string_view path);
  // Returns when all lines appended before the call are written; lines for a pipe that takes
  // nothing are waited for for a second.
  void Flush();
  // Opens every file anew by its path, after the lines before the call: for log rotation. Returns
  // when done. A file that cannot be opened goes on as it was.
  void Reopen();
  // Lines lost because a buffer was full or a write failed.
  uint64_t dropped_lines() const;

 private:
  enum class Mode : uint8_t { kPass, kFlush, kReopen };

  void Run();
  // Asks for a pass and waits for it.
  void Request(Mode mode);
  // One round over all files.
  void Pass(Mode mode);

  const std::shared_ptr<LogFile::Shared> shared_;
  std::mutex files_mutex_;
  // Guarded by files_mutex_.
  std::vector<std::shared_ptr<LogFile>> files_;
  std::thread thread_;
};

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_LOG_FILE_WRITER_H_
