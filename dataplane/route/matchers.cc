#include "dataplane/route/matchers.h"

#include "absl/strings/numbers.h"
#include "dataplane/base/strings.h"
#include "dataplane/route/request_field.h"
#include "dataplane/route/request_path.h"

namespace fairlead::route {

bool HeaderMatch::Matches(const codec::RequestHead& head) const {
  std::string number;
  RequestField::Values values = RequestField(name).FindAll(head, number);
  if (kind == Kind::kPresent) {
    const bool is_there = !values.empty() || treats_missing_as_empty;
    return (is_there == is_present) != is_inverted;
  }
  if (values.empty()) {
    if (!treats_missing_as_empty) return false;
    values.push_back("");
  }
  // A field that stands there several times matches when one of its values does, as with Envoy
  // since 1.39.
  bool any = false;
  for (std::string_view value : values) any = any || MatchesValue(value);
  return any != is_inverted;
}

bool HeaderMatch::MatchesValue(std::string_view value) const {
  if (kind == Kind::kText) return text.Matches(value);
  int64_t number = 0;
  return absl::SimpleAtoi(ToAbsl(value), &number) && number >= range_begin && number < range_end;
}

bool QueryMatch::Matches(std::string_view path) const {
  const std::optional<std::string_view> value = QueryParameter(path, name);
  if (!text.has_value()) return value.has_value() == is_present;
  return value.has_value() && text->Matches(*value);
}

namespace {

bool IsGrpc(const codec::RequestHead& head) {
  constexpr std::string_view kGrpc = "application/grpc";
  const std::string_view type = head.headers.Get(codec::HeaderId::kContentType);
  return type.starts_with(kGrpc) && (type.size() == kGrpc.size() || type[kGrpc.size()] == '+');
}

}  // namespace

bool RouteCondition::Holds(const codec::RequestHead& head, uint64_t random) const {
  if (has_share && !share_key.IsEnabled(share, random)) return false;
  if (wants_grpc && !IsGrpc(head)) return false;
  for (const HeaderMatch& header : headers) {
    if (!header.Matches(head)) return false;
  }
  for (const QueryMatch& parameter : query) {
    if (!parameter.Matches(head.path)) return false;
  }
  return true;
}

}  // namespace fairlead::route
