#ifndef FAIRLEAD_DATAPLANE_ROUTE_REGEX_H_
#define FAIRLEAD_DATAPLANE_ROUTE_REGEX_H_

// Regular expressions of route configurations: RE2, so that matching is linear in the text whatever
// the pattern, and bounded in memory.
//
//     RegexCache cache;                                      // one for a compilation
//     FL_ASSIGN_OR_RETURN(std::shared_ptr<const re2::RE2> regex, cache.Get("/users/[0-9]+"));
//     std::string prefix = LiteralPrefix(*regex);            // "/users/"
//
// Thread: a cache one at a time; a regex on any. Source: type.matcher.v3.RegexMatcher.

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "dataplane/base/strings.h"
#include "re2/re2.h"

namespace fairlead::route {

// What one regex may take, its automaton's cache included; a pattern that needs more is refused.
inline constexpr int64_t kRegexMemoryMax = 1 << 20;

// As Envoy compiles them: UTF-8, errors are returned and not logged.
re2::RE2::Options RegexOptions();

// Gives equal patterns one regex.
class RegexCache {
 public:
  // Fails with the parser's reason for a pattern that is wrong or too large.
  absl::StatusOr<std::shared_ptr<const re2::RE2>> Get(std::string_view pattern);

 private:
  StringMap<std::shared_ptr<const re2::RE2>> regexes_;
};

// A text that everything starts with that `regex` matches in full; may be shorter than possible.
std::string LiteralPrefix(const re2::RE2& regex);

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_REGEX_H_
