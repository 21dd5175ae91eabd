#include "dataplane/route/string_match.h"

#include <cstring>

#include "dataplane/route/radix_tree.h"

namespace fairlead::route {
namespace {

// `lower` is lower-case and as long as `text`.
bool SameIgnoringCase(std::string_view text, std::string_view lower) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (AsciiLower(text[i]) != lower[i]) return false;
  }
  return true;
}

// memmem() is linear; std::string_view::find() is not.
bool Contains(std::string_view text, std::string_view part) {
  return part.empty() || memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = AsciiLower(c);
  return lower;
}

}  // namespace

bool StringMatch::Matches(std::string_view value) const {
  switch (kind) {
    case Kind::kExact:
      if (value.size() != text.size()) return false;
      break;
    case Kind::kPrefix:
      if (value.size() < text.size()) return false;
      value = value.substr(0, text.size());
      break;
    case Kind::kSuffix:
      if (value.size() < text.size()) return false;
      value = value.substr(value.size() - text.size());
      break;
    case Kind::kContains:
      return Contains(ignores_case ? Lower(value) : value, text);
    case Kind::kRegex:
      return re2::RE2::FullMatch(re2::StringPiece(value.data(), value.size()), *regex);
  }
  return ignores_case ? SameIgnoringCase(value, text) : value == text;
}

}  // namespace fairlead::route
