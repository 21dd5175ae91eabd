#ifndef FAIRLEAD_TESTS_FAILURES_FILE_CALLS_H_
#define FAIRLEAD_TESTS_FAILURES_FILE_CALLS_H_

// Makes one call of the product to its files fail. The linker puts these in the place of open,
// fstat, read, write, fsync, rename, unlink, mkdir, close, access and inotify's (BUILD, --wrap);
// the product does not know.
//
//     FileCalls calls({.fail = 3, .how = How::kError});   // from here on, the third call fails
//     ... LastGoodFile::Write(...) ...
//     calls.count()                                       // how many there were
//
// Thread: any makes calls; one test at a time counts them.

#include <cstdint>
#include <string>

namespace fairlead {

enum class How : uint8_t {
  kError,        // with what such a call fails in the wild: EMFILE, EIO, ENOSPC ...
  kInterrupted,  // EINTR
  kShort,        // a read or write takes less than it could; other calls do not fail
};

class FileCalls {
 public:
  struct Plan {
    // The n-th call; 0: none.
    uint64_t fail = 0;
    // As often as it takes: every call from the n-th on.
    bool for_ever = false;
    How how = How::kError;
  };

  explicit FileCalls(Plan plan);
  ~FileCalls();
  FileCalls(const FileCalls&) = delete;
  FileCalls& operator=(const FileCalls&) = delete;

  uint64_t count() const;
  // "write", of the call that failed; empty: none has.
  std::string failed() const;
};

}  // namespace fairlead

#endif  // FAIRLEAD_TESTS_FAILURES_FILE_CALLS_H_
