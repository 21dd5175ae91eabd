#ifndef FAIRLEAD_DATAPLANE_ROUTE_PATH_INDEX_H_
#define FAIRLEAD_DATAPLANE_ROUTE_PATH_INDEX_H_

// Finds which routes of a list a path may match, without looking at the others.
//
//     PathIndexCache cache;                                    // one for a compilation
//     std::shared_ptr<const PathIndex> index = cache.Get(std::move(entries), /*fold_case=*/false);
//     PathCandidates found;
//     index->Find(path, found);
//
// A radix tree over the exact paths, prefixes and path-separated prefixes. Each key knows the
// smallest position in the list among its routes that have no further condition; routes with one
// (headers, a regex, ...) are listed, sorted, for the caller to check. The route is then the
// smallest position of all that hold.
//
// Virtual hosts with the same few paths (every host that has just "/") share one index, which then
// stays in the processor's cache.
//
// Thread: built on one, searched on any. Limits: positions below kPositionMax. Source:
// config.route.v3.RouteMatch.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "dataplane/base/strings.h"
#include "dataplane/route/radix_tree.h"

namespace fairlead::route {

inline constexpr uint32_t kNoPosition = 0xffffffff;
inline constexpr uint32_t kPositionMax = (1u << 30) - 1;

enum class PathKind : uint8_t {
  kPrefix,
  // The path ends after the key, or goes on with "/".
  kSeparated,
  kExact,
};

// A route that matches only if a further check holds.
struct ConditionalRoute {
  uint32_t position = 0;
  // The caller's number of the check.
  uint32_t check = 0;
  PathKind kind = PathKind::kPrefix;
};

// The conditional routes of one key, in the list's order.
struct ConditionalRoutes {
  const ConditionalRoute* begin = nullptr;
  const ConditionalRoute* end = nullptr;
  // What the path shows behind the key: whether these kinds apply.
  bool is_separated = false;
  bool is_exact = false;

  bool Applies(PathKind kind) const {
    return kind == PathKind::kPrefix || (kind == PathKind::kSeparated ? is_separated : is_exact);
  }
};

struct PathCandidates {
  // The smallest position that matches without any check.
  uint32_t first = kNoPosition;
  absl::InlinedVector<ConditionalRoutes, 8> conditional;
};

class PathIndex {
 public:
  struct Entry {
    std::string_view key;
    uint32_t position = 0;
    PathKind kind = PathKind::kPrefix;
    bool is_conditional = false;
    uint32_t check = 0;
  };

  PathIndex() = default;

  // With `fold_case`, keys are lower-case and paths are compared without regard to ASCII case.
  static PathIndex Build(std::vector<Entry> entries, bool fold_case);

  // Adds what `path` (without its query) may match to `found`.
  void Find(std::string_view path, PathCandidates& found) const;

  // How many nodes and routes Find(path) looks at.
  size_t Cost(std::string_view path) const;

  bool empty() const { return tree_.empty(); }

 private:
  // What a key of the tree stands for: in the two bits on top of the value, the kind of its only
  // route, which is unconditional and whose position is below; or kSlot, and the number of a slot.
  static constexpr uint32_t kSlot = 3;
  static constexpr int kTagShift = 30;

  // What is known of a key that has more.
  struct Slot {
    uint32_t prefix = kNoPosition;
    uint32_t separated = kNoPosition;
    uint32_t exact = kNoPosition;
    // A range of `conditional_`.
    uint32_t conditional_begin = 0;
    uint32_t conditional_end = 0;
  };

  static uint32_t ValueOf(const Slot& slot, size_t next_slot);
  template <bool kFold>
  void FindIn(std::string_view path, PathCandidates& found) const;

  RadixTree tree_;
  std::unique_ptr<Slot[]> slots_;
  std::unique_ptr<ConditionalRoute[]> conditional_;
  bool fold_case_ = false;
};

// Gives equal lists of few entries one index.
class PathIndexCache {
 public:
  std::shared_ptr<const PathIndex> Get(std::vector<PathIndex::Entry> entries, bool fold_case);

 private:
  StringMap<std::shared_ptr<const PathIndex>> indexes_;
};

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_PATH_INDEX_H_
