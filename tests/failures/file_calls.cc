#include "tests/failures/file_calls.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdarg>

#include "dataplane/base/check.h"

extern "C" {
int __real_open(const char* path, int flags, ...);
int __real_fstat(int fd, struct stat* info);
ssize_t __real_read(int fd, void* into, size_t size);
ssize_t __real_write(int fd, const void* from, size_t size);
int __real_fsync(int fd);
int __real_rename(const char* from, const char* to);
int __real_unlink(const char* path);
int __real_mkdir(const char* path, mode_t mode);
int __real_close(int fd);
int __real_access(const char* path, int mode);
int __real_inotify_init1(int flags);
int __real_inotify_add_watch(int fd, const char* path, uint32_t mask);
}

namespace fairlead {
namespace {

std::atomic<bool> is_counting{false};
std::atomic<uint64_t> calls{0};
std::atomic<const char*> failed_call{nullptr};
FileCalls::Plan plan;

// Whether the call is to fail.
bool IsNext(const char* name) {
  if (!is_counting) return false;
  const uint64_t number = ++calls;
  const bool is_it = plan.fail != 0 && (plan.for_ever ? number >= plan.fail : number == plan.fail);
  if (is_it) failed_call = name;
  return is_it;
}

// The whole call fails: sets errno. Not for a short read or write.
bool Fails(const char* name, int error) {
  if (!IsNext(name) || plan.how == How::kShort) return false;
  errno = plan.how == How::kInterrupted ? EINTR : error;
  return true;
}

}  // namespace

FileCalls::FileCalls(Plan wanted) {
  FL_CHECK(!is_counting);
  plan = wanted;
  calls = 0;
  failed_call = nullptr;
  is_counting = true;
}

FileCalls::~FileCalls() { is_counting = false; }

uint64_t FileCalls::count() const { return calls; }

std::string FileCalls::failed() const {
  const char* const name = failed_call;
  return name == nullptr ? "" : name;
}

namespace {

template <typename Call>
ssize_t Transfer(const char* name, int error, size_t size, Call call) {
  if (!IsNext(name)) return call(size);
  if (plan.how == How::kShort) return call(std::max<size_t>(size / 2, 1));
  errno = plan.how == How::kInterrupted ? EINTR : error;
  return -1;
}

}  // namespace
}  // namespace fairlead

extern "C" {

int __wrap_open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return fairlead::Fails("open", EMFILE) ? -1 : __real_open(path, flags, mode);
}
int __wrap_fstat(int fd, struct stat* info) {
  return fairlead::Fails("fstat", EIO) ? -1 : __real_fstat(fd, info);
}
ssize_t __wrap_read(int fd, void* into, size_t size) {
  return fairlead::Transfer("read", EIO, size, [&](size_t n) { return __real_read(fd, into, n); });
}
ssize_t __wrap_write(int fd, const void* from, size_t size) {
  return fairlead::Transfer("write", ENOSPC, size,
                            [&](size_t n) { return __real_write(fd, from, n); });
}
int __wrap_fsync(int fd) { return fairlead::Fails("fsync", EIO) ? -1 : __real_fsync(fd); }
int __wrap_rename(const char* from, const char* to) {
  return fairlead::Fails("rename", EACCES) ? -1 : __real_rename(from, to);
}
int __wrap_unlink(const char* path) {
  return fairlead::Fails("unlink", EACCES) ? -1 : __real_unlink(path);
}
int __wrap_mkdir(const char* path, mode_t mode) {
  return fairlead::Fails("mkdir", EACCES) ? -1 : __real_mkdir(path, mode);
}
int __wrap_access(const char* path, int mode) {
  return fairlead::Fails("access", EACCES) ? -1 : __real_access(path, mode);
}
int __wrap_inotify_init1(int flags) {
  return fairlead::Fails("inotify_init1", EMFILE) ? -1 : __real_inotify_init1(flags);
}
int __wrap_inotify_add_watch(int fd, const char* path, uint32_t mask) {
  return fairlead::Fails("inotify_add_watch", ENOSPC) ? -1
                                                      : __real_inotify_add_watch(fd, path, mask);
}
// The descriptor is gone all the same, as Linux has it.
int __wrap_close(int fd) {
  const bool fails = fairlead::Fails("close", EIO);
  const int error = errno;
  const int result = __real_close(fd);
  if (fails) errno = error;
  return fails ? -1 : result;
}
}
