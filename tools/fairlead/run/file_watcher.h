#ifndef FAIRLEAD_TOOLS_FAIRLEAD_RUN_FILE_WATCHER_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_RUN_FILE_WATCHER_H_

// Notices that files have changed and come to rest.
//
//     FileWatcher watcher([&] { return DocumentsFingerprint(paths); }, absl::Milliseconds(300));
//     if (watcher.Poll(now)) Apply();
//
// Looks rather than being told (inotify): editors replace files, and folders come and go; a look
// costs a stat per file. A change counts once two looks in a row agree, so that a half-written file
// is rarely seen.
//
// Thread: main. It reads no clock.

#include <functional>
#include <string>

#include "absl/time/time.h"

namespace fairlead::cli {

class FileWatcher {
 public:
  // `look` gives a text that differs when the files do. What it gives now counts as known.
  FileWatcher(std::function<std::string()> look, absl::Duration interval)
      : look_(std::move(look)), interval_(interval), known_(look_()), last_(known_) {}

  // True once for each change that has come to rest. Looks at most once an interval.
  bool Poll(absl::Time now) {
    if (now < next_look_) return false;
    next_look_ = now + interval_;
    std::string seen = look_();
    const bool is_at_rest = seen == last_;
    last_ = std::move(seen);
    if (!is_at_rest || last_ == known_) return false;
    known_ = last_;
    return true;
  }

 private:
  std::function<std::string()> look_;
  absl::Duration interval_;
  absl::Time next_look_ = absl::InfinitePast();
  std::string known_;
  std::string last_;
};

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_RUN_FILE_WATCHER_H_
