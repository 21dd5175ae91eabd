#ifndef FAIRLEAD_CONTROLPLANE_XDS_SNAPSHOT_DIFF_H_
#define FAIRLEAD_CONTROLPLANE_XDS_SNAPSHOT_DIFF_H_

// The difference of two states of one resource type, computed once for all streams.
//
//     std::shared_ptr<const TypeDiff> diff = diffs.Get(stream_has, newest);
//
// A publish changes the state from A to B for nearly every stream; the first that asks walks the
// two maps, the others get the result. A stream that skipped snapshots asks for another pair.
//
// Thread: any. Owner: the server. Limits: keeps kKept results, least recently used go first.

#include <cstddef>
#include <list>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "controlplane/xds/snapshot.h"

namespace fairlead::control::xds {

struct TypeDiff {
  // New, or another version than before; sorted by name.
  std::vector<std::shared_ptr<const EncodedResource>> changed;
  // As they were; sorted by name.
  std::vector<std::shared_ptr<const EncodedResource>> removed;
};

// Costs what changed when `to` was made from a copy of `from`, else one walk over both maps.
TypeDiff ComputeDiff(const TypeResources& from, const TypeResources& to);

class DiffCache {
 public:
  std::shared_ptr<const TypeDiff> Get(const std::shared_ptr<const TypeResources>& from,
                                      const std::shared_ptr<const TypeResources>& to);
  // How often two maps were really compared.
  std::size_t computed() const;

 private:
  static constexpr std::size_t kKept = 16;
  struct Entry {
    // Hold the maps, so that an address means one map as long as it is a key here.
    std::shared_ptr<const TypeResources> from;
    std::shared_ptr<const TypeResources> to;
    std::shared_ptr<const TypeDiff> diff;
  };

  mutable absl::Mutex mutex_;
  std::list<Entry> entries_ ABSL_GUARDED_BY(mutex_);  // Newest use first.
  std::size_t computed_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace fairlead::control::xds

#endif  // FAIRLEAD_CONTROLPLANE_XDS_SNAPSHOT_DIFF_H_
