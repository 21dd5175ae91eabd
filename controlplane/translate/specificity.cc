#include "controlplane/translate/specificity.h"

#include "absl/strings/match.h"
#include "fairlead/v1/resources.pb.h"

namespace fairlead::control::translate {
namespace {

bool HasTopLevelAlternative(absl::string_view regex) {
  int depth = 0;
  for (size_t i = 0; i < regex.size(); ++i) {
    switch (regex[i]) {
      case '\\':
        ++i;
        break;
      case '(':
        ++depth;
        break;
      case ')':
        --depth;
        break;
      case '|':
        if (depth <= 0) return true;
        break;
      default:
        break;
    }
  }
  return false;
}

}  // namespace

size_t LiteralStart(absl::string_view regex) {
  if (HasTopLevelAlternative(regex)) return 0;
  if (absl::StartsWith(regex, "^")) regex.remove_prefix(1);
  size_t end = regex.find_first_of("\\.+*?()|[]{}^$");
  if (end == absl::string_view::npos) return regex.size();
  // "ab*" starts with "a" only.
  bool may_be_absent = regex[end] == '*' || regex[end] == '?' || regex[end] == '{';
  return may_be_absent && end > 0 ? end - 1 : end;
}

absl::string_view TrimPrefix(absl::string_view prefix) {
  while (prefix.size() > 1 && prefix.back() == '/') prefix.remove_suffix(1);
  return prefix;
}

Specificity SpecificityOf(const fairlead::v1::Match& match) {
  Specificity rank;
  rank.path_kind = 1;
  switch (match.path_case()) {
    case fairlead::v1::Match::kPathExact:
      rank.path_kind = 0;
      break;
    case fairlead::v1::Match::kPathPrefix:
      rank.literal_start = -static_cast<long>(TrimPrefix(match.path_prefix()).size());
      rank.is_prefix = 1;
      break;
    case fairlead::v1::Match::kPathRegex:
      rank.literal_start = -static_cast<long>(LiteralStart(match.path_regex()));
      rank.regex_length = -static_cast<long>(match.path_regex().size());
      break;
    case fairlead::v1::Match::PATH_NOT_SET:
      rank.is_prefix = 1;
      break;
  }
  // Every path starts with "/": that says nothing.
  if (rank.literal_start == -1) rank.literal_start = 0;
  rank.any_method = match.methods().empty() ? 1 : 0;
  rank.headers = -match.headers_size();
  rank.query = -match.query_size();
  return rank;
}

}  // namespace fairlead::control::translate
