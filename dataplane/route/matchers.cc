#include "dataplane/route/matchers.h"

#include "absl/strings/numbers.h"
#include "dataplane/base/strings.h"
#include "dataplane/route/request_field.h"
#include "dataplane/route/request_path.h"

namespace fairlead::route {

bool HeaderMatch::Matches(const codec::RequestHead& head) const {
  std::string joined;
  const std::optional<std::string_view> value = RequestField(name).Find(head, joined);
  if (kind == Kind::kPresent) {
    const bool is_there = value.has_value() || treats_missing_as_empty;
    return (is_there == is_present) != is_inverted;
  }
  if (!value.has_value() && !treats_missing_as_empty) return false;
  const std::string_view found = value.value_or("");
  if (kind == Kind::kText) return text.Matches(found) != is_inverted;
  int64_t number = 0;
  const bool in_range =
      absl::SimpleAtoi(ToAbsl(found), &number) && number >= range_begin && number < range_end;
  return in_range != is_inverted;
}

bool QueryMatch::Matches(std::string_view path) const {
  const std::optional<std::string_view> value = QueryParameter(path, name);
  if (!text.has_value()) return value.has_value() == is_present;
  return value.has_value() && text->Matches(*value);
}

bool RouteCondition::Holds(const codec::RequestHead& head, uint64_t random) const {
  if (share_of != 0 && random % share_of >= share) return false;
  for (const HeaderMatch& header : headers) {
    if (!header.Matches(head)) return false;
  }
  for (const QueryMatch& parameter : query) {
    if (!parameter.Matches(head.path)) return false;
  }
  return true;
}

}  // namespace fairlead::route
