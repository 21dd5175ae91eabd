#include "dataplane/xds/file_watcher.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "dataplane/base/status.h"

namespace fairlead::xds {

struct FileWatcher::Event final : event::EpollWatch {
  explicit Event(FileWatcher* owner) : owner(owner) {}
  void OnEvents(uint32_t) override {
    if (owner != nullptr) owner->OnReadable();
  }
  FileWatcher* owner;
};

FileWatcher::Handle::~Handle() { watcher_.Remove(id_); }

FileWatcher::FileWatcher(event::EpollLoop& loop)
    : loop_(loop), event_(std::make_unique<Event>(this)) {
  fd_ = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  // Without it, Watch fails, and says so.
  error_ = fd_ < 0 ? errno : 0;
  if (fd_ >= 0 && !loop_.Add(fd_, *event_, EPOLLIN)) {
    error_ = errno;
    close(fd_);
    fd_ = -1;
  }
}

FileWatcher::~FileWatcher() {
  if (fd_ >= 0) close(fd_);
  event_->owner = nullptr;
  loop_.Bury(std::move(event_));
}

absl::StatusOr<std::unique_ptr<FileWatcher::Handle>> FileWatcher::Watch(
    const std::string& directory, Callback callback) {
  const int descriptor =
      fd_ < 0 ? -1 : inotify_add_watch(fd_, directory.c_str(), IN_MOVED_TO | IN_CLOSE_WRITE);
  if (descriptor < 0) {
    return InvalidArgument("'", directory,
                           "' cannot be watched: ", std::strerror(fd_ < 0 ? error_ : errno));
  }
  const uint64_t id = next_id_++;
  listeners_[id] = std::make_shared<Listener>(Listener{descriptor, std::move(callback)});
  return std::make_unique<Handle>(*this, id);
}

void FileWatcher::Remove(uint64_t id) {
  const auto it = listeners_.find(id);
  if (it == listeners_.end()) return;
  const int descriptor = it->second->descriptor;
  listeners_.erase(it);
  for (const auto& [other, listener] : listeners_) {
    if (listener->descriptor == descriptor) return;  // One directory has one descriptor.
  }
  inotify_rm_watch(fd_, descriptor);
}

void FileWatcher::OnReadable() {
  alignas(inotify_event) char buffer[16 * 1024];
  while (true) {
    const ssize_t n = read(fd_, buffer, sizeof(buffer));
    if (n <= 0) return;
    for (const char* at = buffer; at < buffer + n;) {
      const auto* event = reinterpret_cast<const inotify_event*>(at);
      at += sizeof(inotify_event) + event->len;
      if ((event->mask & IN_Q_OVERFLOW) != 0) {
        Call(-1, {});
      } else if ((event->mask & (IN_MOVED_TO | IN_CLOSE_WRITE)) != 0) {
        Call(event->wd, {event->len == 0 ? "" : event->name, (event->mask & IN_MOVED_TO) != 0});
      }
    }
  }
}

// -1: everybody. A callback may end any watch, its own too.
void FileWatcher::Call(int descriptor, const Change& change) {
  std::vector<std::shared_ptr<Listener>> concerned;
  for (const auto& [id, listener] : listeners_) {
    if (descriptor < 0 || listener->descriptor == descriptor) concerned.push_back(listener);
  }
  for (const std::shared_ptr<Listener>& listener : concerned) {
    if (listener.use_count() > 1) listener->callback(change);  // Else it was withdrawn.
  }
}

}  // namespace fairlead::xds
