#include "dataplane/route/regex.h"

#include <algorithm>

#include "dataplane/base/status.h"

namespace fairlead::route {

re2::RE2::Options RegexOptions() {
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(kRegexMemoryMax);
  return options;
}

absl::StatusOr<std::shared_ptr<const re2::RE2>> RegexCache::Get(std::string_view pattern) {
  const auto found = regexes_.find(pattern);
  if (found != regexes_.end()) return found->second;
  auto regex = std::make_shared<const re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()),
                                                RegexOptions());
  if (!regex->ok()) {
    return InvalidArgument("'", pattern, "' is not a regular expression RE2 takes: ",
                           std::string_view(regex->error()));
  }
  regexes_.emplace(std::string(pattern), regex);
  return regex;
}

std::string LiteralPrefix(const re2::RE2& regex) {
  constexpr int kPrefixMax = 64;
  std::string low, high;
  if (!regex.PossibleMatchRange(&low, &high, kPrefixMax)) return "";
  // Every text between two texts starts with what both start with.
  const size_t size = std::min(low.size(), high.size());
  const auto differs = std::mismatch(low.begin(), low.begin() + size, high.begin()).first;
  low.erase(differs, low.end());
  return low;
}

}  // namespace fairlead::route
