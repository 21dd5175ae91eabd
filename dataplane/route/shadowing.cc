#include "dataplane/route/shadowing.h"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace fairlead::route {
namespace {

using Entry = PathIndex::Entry;

// A key on the way down to the present one, and the smallest positions that cover others.
struct Ancestor {
  std::string_view key;
  // Covers every path that starts with `key`.
  uint32_t all = kNoPosition;
  // Covers those of them that end there or go on with "/".
  uint32_t separated = kNoPosition;
};

uint32_t SmallestUnconditional(std::span<const Entry> entries, PathKind kind) {
  uint32_t smallest = kNoPosition;
  for (const Entry& entry : entries) {
    if (entry.kind == kind && !entry.is_conditional) {
      smallest = std::min(smallest, entry.position);
    }
  }
  return smallest;
}

// Judges the entries of one key; returns what the key means for those below it.
Ancestor JudgeKey(std::span<const Entry> entries, uint32_t inherited,
                  std::vector<Shadowed>& shadowed) {
  const uint32_t prefix = SmallestUnconditional(entries, PathKind::kPrefix);
  const uint32_t separated = SmallestUnconditional(entries, PathKind::kSeparated);
  const uint32_t exact = SmallestUnconditional(entries, PathKind::kExact);
  const uint32_t all = std::min(inherited, prefix);
  for (const Entry& entry : entries) {
    uint32_t by = all;
    if (entry.kind != PathKind::kPrefix) by = std::min(by, separated);
    if (entry.kind == PathKind::kExact) by = std::min(by, exact);
    if (by < entry.position) shadowed.push_back({entry.position, by});
  }
  return {entries.front().key, all, separated};
}

}  // namespace

std::vector<Shadowed> FindShadowed(std::span<Entry> entries) {
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.key, a.position) < std::tie(b.key, b.position);
  });
  std::vector<Shadowed> shadowed;
  std::vector<Ancestor> ancestors;
  for (size_t begin = 0; begin < entries.size();) {
    const std::string_view key = entries[begin].key;
    size_t end = begin + 1;
    while (end < entries.size() && entries[end].key == key) ++end;
    while (!ancestors.empty() && !key.starts_with(ancestors.back().key)) ancestors.pop_back();
    uint32_t inherited = kNoPosition;
    if (!ancestors.empty()) {
      const Ancestor& parent = ancestors.back();
      inherited = parent.all;
      // All that lies below this key goes on behind the parent's with the same byte.
      if (key[parent.key.size()] == '/') inherited = std::min(inherited, parent.separated);
    }
    ancestors.push_back(JudgeKey(entries.subspan(begin, end - begin), inherited, shadowed));
    begin = end;
  }
  std::sort(shadowed.begin(), shadowed.end(),
            [](const Shadowed& a, const Shadowed& b) { return a.position < b.position; });
  return shadowed;
}

}  // namespace fairlead::route
