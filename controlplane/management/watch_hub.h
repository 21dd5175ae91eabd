#ifndef FAIRLEAD_CONTROLPLANE_MANAGEMENT_WATCH_HUB_H_
#define FAIRLEAD_CONTROLPLANE_MANAGEMENT_WATCH_HUB_H_

// Hands every accepted revision to those who watch.
//
//     FL_ASSIGN_OR_RETURN(std::unique_ptr<Watcher> watcher, hub.Watch(state, kind));
//     while (true) {
//       fairlead::v1::WatchEvent event;
//       switch (watcher->Next(absl::Seconds(1), event)) { ... }
//     }
//
// A watcher first yields the state it was made with, then `synced`, then each revision published
// after. A watcher that falls 256 revisions behind is closed, so that nobody makes the server keep
// history. Thread: any; one thread at a time for a Watcher. The hub must outlive its watchers' use
// of it. Limits: 64 watchers.

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "controlplane/model/state.h"

namespace fairlead::control::management {

class Watcher {
 public:
  enum class Result { kEvent, kIdle, kClosed };

  // Waits for the next event, at most `timeout` (kIdle).
  Result Next(absl::Duration timeout, fairlead::v1::WatchEvent& event);
  // Why it is closed.
  absl::Status status() const;

 private:
  friend class WatchHub;
  Watcher(std::shared_ptr<const model::State> state, std::optional<model::Kind> kind)
      : state_(std::move(state)), filter_(kind) {}

  // The next entry of the first state; null when all are out.
  const model::StateEntry* NextPresent();
  void Push(const std::shared_ptr<const fairlead::v1::Revision>& revision);
  void Close(absl::Status status);
  bool is_closed() const;
  bool Takes(std::optional<model::Kind> kind) const {
    return !filter_.has_value() || filter_ == kind;
  }

  std::shared_ptr<const model::State> state_;
  const std::optional<model::Kind> filter_;
  size_t kind_index_ = 0;
  size_t entry_index_ = 0;
  bool is_synced_ = false;

  mutable absl::Mutex mutex_;
  std::deque<std::shared_ptr<const fairlead::v1::Revision>> queue_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Status> closed_ ABSL_GUARDED_BY(mutex_);
};

class WatchHub {
 public:
  // All kinds when `kind` is empty. The caller makes sure that no Publish of a revision after
  // `state` comes before.
  absl::StatusOr<std::shared_ptr<Watcher>> Watch(std::shared_ptr<const model::State> state,
                                                 std::optional<model::Kind> kind);
  void Publish(std::shared_ptr<const fairlead::v1::Revision> revision);
  // Closes all watchers and refuses new ones.
  void Stop();

 private:
  absl::Mutex mutex_;
  bool is_stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::weak_ptr<Watcher>> watchers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fairlead::control::management

#endif  // FAIRLEAD_CONTROLPLANE_MANAGEMENT_WATCH_HUB_H_
