#ifndef FAIRLEAD_DATAPLANE_ROUTE_STRING_MATCH_H_
#define FAIRLEAD_DATAPLANE_ROUTE_STRING_MATCH_H_

// A test of one text: equal, prefix, suffix, contained, or a regex for all of it. Every kind takes
// time in proportion to the text. Thread: any. Source: type.matcher.v3.StringMatcher.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "re2/re2.h"

namespace fairlead::route {

struct StringMatch {
  enum class Kind : uint8_t { kExact, kPrefix, kSuffix, kContains, kRegex };

  bool Matches(std::string_view text) const;

  Kind kind = Kind::kExact;
  // ASCII letters match in either case; `text` is lower-case then. Without effect for a regex.
  bool ignores_case = false;
  std::string text;
  std::shared_ptr<const re2::RE2> regex;
};

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_STRING_MATCH_H_
