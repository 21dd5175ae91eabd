#ifndef FAIRLEAD_DATAPLANE_XDS_FILE_WATCHER_H_
#define FAIRLEAD_DATAPLANE_XDS_FILE_WATCHER_H_

// Tells when files in a directory were replaced (moved into it) or written and closed, by inotify.
//
//     FL_ASSIGN_OR_RETURN(auto watch,
//                         watcher.Watch("/etc/proxy", [](const FileWatcher::Change& change)
//                         {...}));
//     // the watch ends with `watch`
//
// Thread: the loop's. Owner: Sources. Limits: the kernel's (fs.inotify.max_user_watches). When the
// kernel's queue overflows, every callback is called with an empty name: look at everything.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "dataplane/event/epoll_loop.h"

namespace fairlead::xds {

class FileWatcher {
 public:
  struct Change {
    // Within the directory; empty: anything may have changed.
    std::string_view name;
    // Moved into the directory, in contrast to written in it.
    bool is_move = false;
  };
  using Callback = absl::AnyInvocable<void(const Change& change)>;

  // Withdraws the callback; the watcher must outlive it.
  class Handle {
   public:
    Handle(FileWatcher& watcher, uint64_t id) : watcher_(watcher), id_(id) {}
    ~Handle();
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

   private:
    FileWatcher& watcher_;
    const uint64_t id_;
  };

  explicit FileWatcher(event::EpollLoop& loop);
  ~FileWatcher();

  absl::StatusOr<std::unique_ptr<Handle>> Watch(const std::string& directory, Callback callback);

 private:
  struct Event;
  struct Listener {
    int descriptor;
    Callback callback;
  };

  void OnReadable();
  void Call(int descriptor, const Change& change);
  void Remove(uint64_t id);

  event::EpollLoop& loop_;
  int fd_ = -1;
  // Why there is none.
  int error_ = 0;
  std::unique_ptr<Event> event_;
  std::map<uint64_t, std::shared_ptr<Listener>> listeners_;
  uint64_t next_id_ = 1;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_FILE_WATCHER_H_
