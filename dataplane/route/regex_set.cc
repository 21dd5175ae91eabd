#include "dataplane/route/regex_set.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "dataplane/route/regex.h"

namespace fairlead::route {
namespace {

re2::StringPiece ToPiece(std::string_view text) { return {text.data(), text.size()}; }

// Null when RE2 cannot make one: the regexes are then tried one by one.
std::unique_ptr<const re2::RE2::Set> MakeSet(const std::vector<RegexSet::Entry>& entries) {
  re2::RE2::Options options = RegexOptions();
  options.set_max_mem(RegexSet::kSetMemoryMax);
  auto set = std::make_unique<re2::RE2::Set>(options, re2::RE2::ANCHOR_BOTH);
  for (const RegexSet::Entry& entry : entries) {
    if (set->Add(entry.regex->pattern(), nullptr) < 0) return nullptr;
  }
  if (!set->Compile()) return nullptr;
  return set;
}

}  // namespace

RegexSet::RegexSet(std::vector<Entry> entries) {
  for (size_t begin = 0; begin < entries.size(); begin += kChunk) {
    const size_t size = std::min(kChunk, entries.size() - begin);
    const auto first = std::make_move_iterator(entries.begin() + static_cast<ptrdiff_t>(begin));
    Chunk& chunk = chunks_.emplace_back();
    chunk.entries.assign(first, first + static_cast<ptrdiff_t>(size));
    if (size >= kSetFrom) chunk.set = MakeSet(chunk.entries);
  }
}

uint32_t RegexSet::FirstMatch(std::string_view path, uint32_t limit, Holds holds) const {
  for (const Chunk& chunk : chunks_) {
    if (chunk.entries.front().position >= limit) break;
    const uint32_t position = chunk.FirstMatch(path, limit, holds);
    if (position != kNoPosition) return position;
  }
  return kNoPosition;
}

uint32_t RegexSet::Chunk::FirstMatch(std::string_view path, uint32_t limit, Holds holds) const {
  if (set == nullptr || entries[kSetFrom - 1].position >= limit) {
    return TryEach(path, limit, holds);
  }
  std::vector<int> matched;
  re2::RE2::Set::ErrorInfo error;
  if (!set->Match(ToPiece(path), &matched, &error)) {
    return error.kind == re2::RE2::Set::kNoError ? kNoPosition : TryEach(path, limit, holds);
  }
  std::sort(matched.begin(), matched.end());
  for (const int i : matched) {
    const Entry& entry = entries[static_cast<size_t>(i)];
    if (entry.position >= limit) break;
    if (entry.check == kNoCheck || holds(entry.check)) return entry.position;
  }
  return kNoPosition;
}

uint32_t RegexSet::Chunk::TryEach(std::string_view path, uint32_t limit, Holds holds) const {
  for (const Entry& entry : entries) {
    if (entry.position >= limit) break;
    if (re2::RE2::FullMatch(ToPiece(path), *entry.regex) &&
        (entry.check == kNoCheck || holds(entry.check))) {
      return entry.position;
    }
  }
  return kNoPosition;
}

}  // namespace fairlead::route
