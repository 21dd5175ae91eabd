#include "dataplane/route/compile_matchers.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "dataplane/base/status.h"
#include "dataplane/route/request_field.h"
#include "dataplane/runtime/runtime.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "xds/type/matcher/v3/string.pb.h"

// Deprecated forms are supported, as Envoy supports them.
#pragma clang diagnostic ignored "-Wdeprecated-declarations"

namespace fairlead::route {
namespace {

using envoy::config::route::v3::HeaderMatcher;
using envoy::config::route::v3::QueryParameterMatcher;
using envoy::config::route::v3::RouteMatch;
using envoy::type::v3::FractionalPercent;

StringMatch PlainText(StringMatch::Kind kind, std::string text) {
  StringMatch match;
  match.kind = kind;
  match.text = std::move(text);
  return match;
}

// For both RegexMatcher messages.
template <typename RegexProto>
absl::StatusOr<StringMatch> RegexText(const RegexProto& proto, RegexCache& regexes) {
  StringMatch match;
  match.kind = StringMatch::Kind::kRegex;
  auto regex = regexes.Get(proto.regex());
  if (!regex.ok()) return Annotate(regex.status(), "regex");
  match.regex = *std::move(regex);
  return match;
}

// For both StringMatcher messages.
template <typename StringProto>
absl::StatusOr<StringMatch> CompileText(const StringProto& proto, RegexCache& regexes) {
  StringMatch match;
  switch (proto.match_pattern_case()) {
    case StringProto::kExact:
      match = PlainText(StringMatch::Kind::kExact, proto.exact());
      break;
    case StringProto::kPrefix:
      match = PlainText(StringMatch::Kind::kPrefix, proto.prefix());
      break;
    case StringProto::kSuffix:
      match = PlainText(StringMatch::Kind::kSuffix, proto.suffix());
      break;
    case StringProto::kContains:
      match = PlainText(StringMatch::Kind::kContains, proto.contains());
      break;
    case StringProto::kSafeRegex: {
      auto regex = RegexText(proto.safe_regex(), regexes);
      if (!regex.ok()) return Annotate(regex.status(), "safe_regex");
      if (proto.ignore_case()) {
        return InvalidArgument(
            "ignore_case: has no effect on safe_regex; write (?i) in the pattern");
      }
      return regex;
    }
    default:
      return InvalidArgument(
          "no pattern that is supported is set; one of exact, prefix, suffix, contains, "
          "safe_regex is needed");
  }
  if (proto.ignore_case()) {
    match.ignores_case = true;
    absl::AsciiStrToLower(&match.text);
  }
  return match;
}

// The kind of test and its values; the name and the flags are the caller's.
absl::Status CompileHeaderTest(const HeaderMatcher& proto, RegexCache& regexes,
                               HeaderMatch& match) {
  match.kind = HeaderMatch::Kind::kText;
  switch (proto.header_match_specifier_case()) {
    case HeaderMatcher::HEADER_MATCH_SPECIFIER_NOT_SET:
      match.kind = HeaderMatch::Kind::kPresent;
      return absl::OkStatus();
    case HeaderMatcher::kPresentMatch:
      match.kind = HeaderMatch::Kind::kPresent;
      match.is_present = proto.present_match();
      return absl::OkStatus();
    case HeaderMatcher::kRangeMatch:
      match.kind = HeaderMatch::Kind::kRange;
      match.range_begin = proto.range_match().start();
      match.range_end = proto.range_match().end();
      return absl::OkStatus();
    case HeaderMatcher::kExactMatch:
      // In this deprecated form, an empty text stands for any value.
      match.text = PlainText(
          proto.exact_match().empty() ? StringMatch::Kind::kPrefix : StringMatch::Kind::kExact,
          proto.exact_match());
      return absl::OkStatus();
    case HeaderMatcher::kPrefixMatch:
      match.text = PlainText(StringMatch::Kind::kPrefix, proto.prefix_match());
      return absl::OkStatus();
    case HeaderMatcher::kSuffixMatch:
      match.text = PlainText(StringMatch::Kind::kSuffix, proto.suffix_match());
      return absl::OkStatus();
    case HeaderMatcher::kContainsMatch:
      match.text = PlainText(StringMatch::Kind::kContains, proto.contains_match());
      return absl::OkStatus();
    case HeaderMatcher::kSafeRegexMatch: {
      auto text = RegexText(proto.safe_regex_match(), regexes);
      if (!text.ok()) return Annotate(text.status(), "safe_regex_match");
      match.text = *std::move(text);
      return absl::OkStatus();
    }
    case HeaderMatcher::kStringMatch: {
      auto text = CompileText(proto.string_match(), regexes);
      if (!text.ok()) return Annotate(text.status(), "string_match");
      match.text = *std::move(text);
      return absl::OkStatus();
    }
  }
  return InvalidArgument("this kind of header match is not supported");
}

absl::StatusOr<HeaderMatch> CompileHeader(const HeaderMatcher& proto, RegexCache& regexes) {
  HeaderMatch match;
  match.name = absl::AsciiStrToLower(proto.name());
  if (match.name.empty() || !RequestField(match.name).is_known()) {
    return InvalidArgument("name: '", proto.name(),
                           "' is no header of a request; a field's name, :path, :method, "
                           ":authority or :scheme is needed");
  }
  match.is_inverted = proto.invert_match();
  match.treats_missing_as_empty = proto.treat_missing_header_as_empty();
  FL_RETURN_IF_ERROR(CompileHeaderTest(proto, regexes, match));
  return match;
}

absl::StatusOr<QueryMatch> CompileQuery(const QueryParameterMatcher& proto, RegexCache& regexes) {
  QueryMatch match;
  match.name = proto.name();
  if (match.name.empty()) return InvalidArgument("name: is empty");
  if (proto.has_string_match()) {
    auto text = CompileText(proto.string_match(), regexes);
    if (!text.ok()) return Annotate(text.status(), "string_match");
    match.text = *std::move(text);
  } else if (proto.query_parameter_match_specifier_case() == QueryParameterMatcher::kPresentMatch) {
    match.is_present = proto.present_match();
  }
  return match;
}

absl::Status CompileShare(const FractionalPercent& proto, RouteCondition& condition) {
  uint32_t& share_of = condition.share.denominator;
  switch (proto.denominator()) {
    case FractionalPercent::HUNDRED:
      share_of = 100;
      break;
    case FractionalPercent::TEN_THOUSAND:
      share_of = 10'000;
      break;
    case FractionalPercent::MILLION:
      share_of = 1'000'000;
      break;
    default:
      return InvalidArgument(
          "runtime_fraction.default_value.denominator: ", static_cast<int>(proto.denominator()),
          " is not HUNDRED, TEN_THOUSAND or MILLION");
  }
  condition.share.numerator = proto.numerator();
  // All requests: no condition.
  condition.has_share = condition.share_key.has_name() || proto.numerator() < share_of;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<HeaderMatch> CompileHeaderMatch(const HeaderMatcher& proto, RegexCache& regexes) {
  return CompileHeader(proto, regexes);
}

absl::StatusOr<StringMatch> CompileStringMatch(const ::xds::type::matcher::v3::StringMatcher& proto,
                                               RegexCache& regexes) {
  return CompileText(proto, regexes);
}

absl::StatusOr<RouteCondition> CompileCondition(const RouteMatch& proto, RegexCache& regexes,
                                                runtime::Runtime* runtime) {
  RouteCondition condition;
  condition.wants_grpc = proto.has_grpc();
  condition.headers.reserve(static_cast<size_t>(proto.headers_size()));
  for (int i = 0; i < proto.headers_size(); ++i) {
    auto header = CompileHeader(proto.headers(i), regexes);
    if (!header.ok()) return Annotate(header.status(), StrCat("headers[", i, "]"));
    condition.headers.push_back(*std::move(header));
  }
  condition.query.reserve(static_cast<size_t>(proto.query_parameters_size()));
  for (int i = 0; i < proto.query_parameters_size(); ++i) {
    auto query = CompileQuery(proto.query_parameters(i), regexes);
    if (!query.ok()) return Annotate(query.status(), StrCat("query_parameters[", i, "]"));
    condition.query.push_back(*std::move(query));
  }
  if (proto.has_runtime_fraction()) {
    if (runtime != nullptr) {
      condition.share_key = runtime->Key(proto.runtime_fraction().runtime_key());
    }
    FL_RETURN_IF_ERROR(CompileShare(proto.runtime_fraction().default_value(), condition));
  }
  return condition;
}

}  // namespace fairlead::route
