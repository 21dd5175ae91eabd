#ifndef FAIRLEAD_CONTROLPLANE_MODEL_STATE_H_
#define FAIRLEAD_CONTROLPLANE_MODEL_STATE_H_

// All resources at one revision, immutable, and the changes that lead from one to the next.
//
//     State next = state.With(changes, state.revision() + 1);
//     const StateEntry* shop = next.Find(Kind::kRoute, "shop");
//
// A new State shares the entries that did not change: With costs one pointer copy per resource, no
// copy of a resource. Thread: any (immutable). Owner: shared_ptr<const State>.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "controlplane/model/resource_key.h"
#include "fairlead/v1/management.pb.h"

namespace fairlead::control::model {

struct StateEntry {
  ResourceKey key;
  // Hash of the content: equal content, equal etag.
  std::string etag;
  // The revision that last changed it.
  int64_t revision = 0;
  fairlead::v1::Resource resource;
};

using EntryPtr = std::shared_ptr<const StateEntry>;

// The resource must have a kind. Computes the etag.
EntryPtr MakeEntry(fairlead::v1::Resource resource, int64_t revision);

// Bytes that are equal for equal content (maps in order).
std::string SerializeResource(const fairlead::v1::Resource& resource);
std::string EtagOf(absl::string_view serialized);

// `before` is null for a created resource, `after` for a deleted one.
struct Change {
  ResourceKey key;
  EntryPtr before;
  EntryPtr after;
};

class State {
 public:
  State() = default;
  // Entries in any order, each key once.
  State(std::vector<EntryPtr> entries, int64_t revision);

  int64_t revision() const { return revision_; }
  EntryPtr Find(const ResourceKey& key) const;
  // Sorted by name.
  const std::vector<EntryPtr>& All(Kind kind) const { return kinds_[Index(kind)]; }
  size_t size() const;

  // The changes must be for different keys.
  State With(absl::Span<const Change> changes, int64_t revision) const;

 private:
  static size_t Index(Kind kind) { return static_cast<size_t>(kind) - 1; }

  int64_t revision_ = 0;
  std::array<std::vector<EntryPtr>, kAllKinds.size()> kinds_;
};

// What leads from one state to another, in the order of kinds and names.
std::vector<Change> ChangesBetween(const State& from, const State& to);

}  // namespace fairlead::control::model

#endif  // FAIRLEAD_CONTROLPLANE_MODEL_STATE_H_
