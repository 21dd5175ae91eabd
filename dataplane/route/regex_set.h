#ifndef FAIRLEAD_DATAPLANE_ROUTE_REGEX_SET_H_
#define FAIRLEAD_DATAPLANE_ROUTE_REGEX_SET_H_

// The regex routes of a list that share a literal prefix, found by the path index like a prefix.
//
// A few regexes are tried one after the other in the list's order, and only those before the best
// route known so far. When there are more, RE2::Sets of up to kChunk of them find all that match in
// one pass over the path; if a set's automaton outgrows its memory, its regexes are tried one by
// one again. (One set of all would need automaton states in proportion to their number, each in
// proportion to their number.) So memory is bounded, by kSetMemoryMax for each set and
// kRegexMemoryMax for each regex, and so is the cost of a match, by a pass for each set.
//
// Thread: built on one, searched on any. Source: config.route.v3.RouteMatch.safe_regex.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "dataplane/route/path_index.h"
#include "re2/re2.h"
#include "re2/set.h"

namespace fairlead::route {

class RegexSet {
 public:
  static constexpr size_t kChunk = 64;
  // Fewer than these are tried one by one.
  static constexpr size_t kSetFrom = 8;
  static constexpr int64_t kSetMemoryMax = 2 << 20;
  static constexpr uint32_t kNoCheck = 0xffffffff;

  struct Entry {
    uint32_t position = 0;
    std::shared_ptr<const re2::RE2> regex;
    // A further check (headers, ...); kNoCheck: none.
    uint32_t check = kNoCheck;
  };

  // `entries` are sorted by position.
  explicit RegexSet(std::vector<Entry> entries);

  // The smallest position below `limit` whose regex matches all of `path` and whose check `holds`;
  // kNoPosition if there is none.
  uint32_t FirstMatch(std::string_view path, uint32_t limit,
                      absl::FunctionRef<bool(uint32_t check)> holds) const;

 private:
  using Holds = absl::FunctionRef<bool(uint32_t check)>;

  // Some consecutive entries.
  struct Chunk {
    std::vector<Entry> entries;
    // Null when there are few.
    std::unique_ptr<const re2::RE2::Set> set;

    uint32_t FirstMatch(std::string_view path, uint32_t limit, Holds holds) const;
    uint32_t TryEach(std::string_view path, uint32_t limit, Holds holds) const;
  };

  std::vector<Chunk> chunks_;
};

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_REGEX_SET_H_
