#include "dataplane/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "dataplane/base/status.h"

namespace fairlead {
namespace {

absl::Status Failed(std::string_view doing) {
  return InvalidArgument("cannot ", doing, ": ", std::strerror(errno));
}

absl::StatusOr<std::string> ReadAll(int fd, size_t bytes_max) {
  struct stat info{};
  if (fstat(fd, &info) != 0) return Failed("read");
  if (S_ISDIR(info.st_mode)) return InvalidArgument("is a directory, a file is wanted");
  std::string text;
  if (info.st_size > 0) text.reserve(std::min(static_cast<size_t>(info.st_size), bytes_max));
  while (true) {
    char buffer[1 << 16];
    const ssize_t n = read(fd, buffer, sizeof(buffer));
    if (n == 0) return text;
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Failed("read");
    text.append(buffer, static_cast<size_t>(n));
    if (text.size() > bytes_max) {
      return InvalidArgument("has more than the ", bytes_max, " bytes allowed");
    }
  }
}

absl::Status WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Failed("write");
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t bytes_max) {
  // O_NONBLOCK: opening a pipe without a writer must not hang; regular files do not mind.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return Failed("open");
  auto text = ReadAll(fd, bytes_max);
  close(fd);
  return text;
}

absl::Status WriteFile(const std::string& path, std::string_view bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return Failed("open");
  absl::Status status = WriteAll(fd, bytes);
  // Some file systems say only now that they had no room.
  if (close(fd) != 0 && status.ok()) status = Failed("write");
  return status;
}

}  // namespace fairlead
