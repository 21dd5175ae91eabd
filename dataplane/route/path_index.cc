#include "dataplane/route/path_index.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace fairlead::route {

// A slot's value in the tree: its only route, if it has but one without a condition.
uint32_t PathIndex::ValueOf(const Slot& slot, size_t next_slot) {
  const uint32_t positions[] = {slot.prefix, slot.separated, slot.exact};
  uint32_t found = kSlot, count = 0;
  for (uint32_t kind = 0; kind < kSlot; ++kind) {
    if (positions[kind] == kNoPosition) continue;
    found = kind;
    ++count;
  }
  if (count != 1 || slot.conditional_begin != slot.conditional_end) {
    return kSlot << kTagShift | static_cast<uint32_t>(next_slot);
  }
  return found << kTagShift | positions[found];
}

PathIndex PathIndex::Build(std::vector<Entry> entries, bool fold_case) {
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.key, a.position) < std::tie(b.key, b.position);
  });
  std::vector<std::string_view> keys;
  std::vector<uint32_t> values;
  std::vector<Slot> slots;
  std::vector<ConditionalRoute> conditional;
  keys.reserve(entries.size());
  values.reserve(entries.size());
  for (size_t begin = 0; begin < entries.size();) {
    const std::string_view key = entries[begin].key;
    Slot slot;
    slot.conditional_begin = static_cast<uint32_t>(conditional.size());
    size_t end = begin;
    for (; end < entries.size() && entries[end].key == key; ++end) {
      const Entry& entry = entries[end];
      if (entry.is_conditional) {
        conditional.push_back({entry.position, entry.check, entry.kind});
        continue;
      }
      uint32_t& first = entry.kind == PathKind::kPrefix      ? slot.prefix
                        : entry.kind == PathKind::kSeparated ? slot.separated
                                                             : slot.exact;
      first = std::min(first, entry.position);
    }
    slot.conditional_end = static_cast<uint32_t>(conditional.size());
    keys.push_back(key);
    values.push_back(ValueOf(slot, slots.size()));
    if (values.back() >> kTagShift == kSlot) slots.push_back(slot);
    begin = end;
  }

  PathIndex index;
  index.fold_case_ = fold_case;
  index.tree_ = RadixTree::Build(keys, values);
  if (!slots.empty()) {
    index.slots_ = std::make_unique_for_overwrite<Slot[]>(slots.size());
    std::copy(slots.begin(), slots.end(), index.slots_.get());
  }
  if (!conditional.empty()) {
    index.conditional_ = std::make_unique_for_overwrite<ConditionalRoute[]>(conditional.size());
    std::copy(conditional.begin(), conditional.end(), index.conditional_.get());
  }
  return index;
}

template <bool kFold>
void PathIndex::FindIn(std::string_view path, PathCandidates& found) const {
  tree_.Walk<kFold>(path, [&](uint32_t value, size_t depth) {
    const bool is_exact = depth == path.size();
    const bool is_separated = is_exact || path[depth] == '/';
    const uint32_t tag = value >> kTagShift;
    const uint32_t number = value & kPositionMax;
    if (tag != kSlot) {
      const bool applies = tag == static_cast<uint32_t>(PathKind::kPrefix)      ? true
                           : tag == static_cast<uint32_t>(PathKind::kSeparated) ? is_separated
                                                                                : is_exact;
      if (applies) found.first = std::min(found.first, number);
      return;
    }
    const Slot& slot = slots_[number];
    found.first = std::min(found.first, slot.prefix);
    if (is_separated) found.first = std::min(found.first, slot.separated);
    if (is_exact) found.first = std::min(found.first, slot.exact);
    if (slot.conditional_begin != slot.conditional_end) {
      found.conditional.push_back({conditional_.get() + slot.conditional_begin,
                                   conditional_.get() + slot.conditional_end, is_separated,
                                   is_exact});
    }
  });
}

void PathIndex::Find(std::string_view path, PathCandidates& found) const {
  if (fold_case_) {
    FindIn<true>(path, found);
  } else {
    FindIn<false>(path, found);
  }
}

size_t PathIndex::Cost(std::string_view path) const {
  size_t cost = 0;
  const auto visit = [&](uint32_t value, size_t) {
    if (value >> kTagShift != kSlot) return;
    const Slot& slot = slots_[value & kPositionMax];
    cost += slot.conditional_end - slot.conditional_begin;
  };
  const auto step = [&] { ++cost; };
  if (fold_case_) {
    tree_.Walk<true>(path, visit, step);
  } else {
    tree_.Walk<false>(path, visit, step);
  }
  return cost;
}

std::shared_ptr<const PathIndex> PathIndexCache::Get(std::vector<PathIndex::Entry> entries,
                                                     bool fold_case) {
  const auto build = [&] {
    return std::make_shared<const PathIndex>(PathIndex::Build(std::move(entries), fold_case));
  };
  constexpr size_t kSharedMax = 16;
  if (entries.size() > kSharedMax) return build();
  std::string signature(1, fold_case ? '1' : '0');
  for (const PathIndex::Entry& entry : entries) {
    StrAppend(&signature, entry.position, ",", static_cast<int>(entry.kind), ",",
              entry.is_conditional ? 1 : 0, ",", entry.check, ",", entry.key.size(), ":",
              entry.key);
  }
  std::shared_ptr<const PathIndex>& index = indexes_[signature];
  if (index == nullptr) index = build();
  return index;
}

}  // namespace fairlead::route
