#ifndef FAIRLEAD_CONTROLPLANE_STORE_REVISION_STORE_H_
#define FAIRLEAD_CONTROLPLANE_STORE_REVISION_STORE_H_

// Every accepted change as an immutable numbered revision, in one SQLite file.
//
//     FL_ASSIGN_OR_RETURN(auto store, RevisionStore::Open(path, clock));
//     std::shared_ptr<const State> now = store->Current();
//     FL_ASSIGN_OR_RETURN(Committed next, store->Commit(*now, changes, {"ann", "add shop"}));
//     FL_ASSIGN_OR_RETURN(State old, store->StateAt(3));
//
// A revision holds the resources that it changed (a deletion is an entry without content), so its
// size is that of the change; the state at N is, for each resource, its newest entry up to N.
// Commit returns after the change is on disk (WAL, synchronous=FULL): a process killed at any
// moment finds on its next start each revision wholly or not at all. Revision 0 is the empty state
// before the first change.
//
// Current() never touches the disk. Thread: any (one mutex around the file). Format: README.md.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "controlplane/model/state.h"
#include "controlplane/store/sqlite.h"

namespace fairlead::control::store {

// Wall time, for people.
using WallClock = std::function<absl::Time()>;

struct RevisionNote {
  std::string author;
  std::string reason;
};

struct RevisionRecord {
  int64_t number = 0;
  absl::Time time;
  RevisionNote note;
  std::vector<model::Change> changes;
};

struct Committed {
  std::shared_ptr<const model::State> state;
  absl::Time time;
};

class RevisionStore {
 public:
  // Creates the file if there is none. Fails on a file that is not ours, is damaged, is from a
  // newer program, or is in use.
  static absl::StatusOr<std::unique_ptr<RevisionStore>> Open(const std::string& path,
                                                             WallClock clock);

  std::shared_ptr<const model::State> Current() const;

  // Makes revision base.revision() + 1. ABORTED when `base` is no longer the current state. The
  // changes' `after` must carry the new revision number.
  absl::StatusOr<Committed> Commit(const model::State& base,
                                   absl::Span<const model::Change> changes,
                                   const RevisionNote& note);

  // Newest first, at most `limit`, only those older than `before` (0: from the newest). The entries
  // have key, revision and etag, but no resource.
  absl::StatusOr<std::vector<RevisionRecord>> List(int64_t before, int limit);
  // NOT_FOUND when there is no such revision.
  absl::StatusOr<RevisionRecord> Get(int64_t number);
  absl::StatusOr<model::State> StateAt(int64_t number);

 private:
  RevisionStore(std::unique_ptr<Database> db, WallClock clock)
      : db_(std::move(db)), clock_(std::move(clock)) {}

  absl::Status Prepare(const std::string& path) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<int64_t> Newest() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<model::State> ReadState(int64_t number) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Without changes.
  absl::StatusOr<std::vector<RevisionRecord>> ReadRevisions(int64_t before, int limit)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status ReadChanges(RevisionRecord& record, bool with_content)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Write(int64_t number, absl::Time time, absl::Span<const model::Change> changes,
                     const RevisionNote& note) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  const std::unique_ptr<Database> db_ ABSL_PT_GUARDED_BY(mutex_);
  const WallClock clock_;
  // Its own lock: readers do not wait for a commit that waits for the disk.
  mutable absl::Mutex current_mutex_;
  std::shared_ptr<const model::State> current_ ABSL_GUARDED_BY(current_mutex_);
};

}  // namespace fairlead::control::store

#endif  // FAIRLEAD_CONTROLPLANE_STORE_REVISION_STORE_H_
