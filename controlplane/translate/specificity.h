#ifndef FAIRLEAD_CONTROLPLANE_TRANSLATE_SPECIFICITY_H_
#define FAIRLEAD_CONTROLPLANE_TRANSLATE_SPECIFICITY_H_

// The order in which the rules of one host are tried, whoever wrote them first:
//
// 1. an exact path before all others;
//
// 2. the longer literal start of the path: all of a prefix, and of an expression what comes before
// its first special character ("/api/v[0-9]+" has "/api/v"). So a longer prefix is before a shorter
// one, and "/" or no path at all is last;
//
// 3. at the same length an expression before a prefix, a longer expression before a shorter one;
//
// 4. a match that names methods;
//
// 5. more headers, then more query parameters;
//
// 6. the name of the route, then the order written in it.
//
//     std::sort(matches.begin(), matches.end(), [](auto& a, auto& b) { return a.rank < b.rank; });
//
// Thread: any.

#include <compare>
#include <cstddef>

#include "absl/strings/string_view.h"

namespace fairlead::v1 {
class Match;
}

namespace fairlead::control::translate {

// Smaller is tried first. Members are compared from top to bottom; each is the negated measure
// where more comes first.
struct Specificity {
  int path_kind = 0;
  long literal_start = 0;
  int is_prefix = 0;
  long regex_length = 0;
  int any_method = 0;
  long headers = 0;
  long query = 0;

  auto operator<=>(const Specificity&) const = default;
};

Specificity SpecificityOf(const fairlead::v1::Match& match);

// How many bytes each match of `regex` (RE2) must start with, as far as that is plain to see.
size_t LiteralStart(absl::string_view regex);

// "/a/" and "/a" are the same prefix.
absl::string_view TrimPrefix(absl::string_view prefix);

}  // namespace fairlead::control::translate

#endif  // FAIRLEAD_CONTROLPLANE_TRANSLATE_SPECIFICITY_H_
