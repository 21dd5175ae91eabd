#include "controlplane/translate/route_match.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "controlplane/translate/specificity.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "fairlead/v1/resources.pb.h"
#include "re2/re2.h"

namespace fairlead::control::translate {
namespace {

using fairlead::v1::Match;
using fairlead::v1::ValueMatch;

std::string Quoted(absl::string_view literal) {
  return RE2::QuoteMeta(re2::StringPiece(literal.data(), literal.size()));
}

void ToStringMatcher(const ValueMatch& match, envoy::type::matcher::v3::StringMatcher& out) {
  switch (match.value_case()) {
    case ValueMatch::kExact:
      return out.set_exact(match.exact());
    case ValueMatch::kPrefix:
      return out.set_prefix(match.prefix());
    case ValueMatch::kRegex:
      return out.mutable_safe_regex()->set_regex(match.regex());
    case ValueMatch::kPresent:
    case ValueMatch::VALUE_NOT_SET:
      return;
  }
}

void AddMethods(const Match& match, envoy::config::route::v3::RouteMatch& out) {
  if (match.methods().empty()) return;
  envoy::config::route::v3::HeaderMatcher& header = *out.add_headers();
  header.set_name(":method");
  if (match.methods_size() == 1) {
    header.mutable_string_match()->set_exact(match.methods(0));
    return;
  }
  std::vector<std::string> quoted;
  for (const std::string& method : match.methods()) quoted.push_back(Quoted(method));
  header.mutable_string_match()->mutable_safe_regex()->set_regex(absl::StrJoin(quoted, "|"));
}

}  // namespace

void ToRouteMatch(const Match& match, envoy::config::route::v3::RouteMatch& out) {
  switch (match.path_case()) {
    case Match::kPathExact:
      out.set_path(match.path_exact());
      break;
    case Match::kPathRegex:
      out.mutable_safe_regex()->set_regex(match.path_regex());
      break;
    case Match::kPathPrefix: {
      absl::string_view prefix = TrimPrefix(match.path_prefix());
      if (prefix == "/") {
        out.set_prefix("/");
      } else {
        out.set_path_separated_prefix(std::string(prefix));
      }
      break;
    }
    case Match::PATH_NOT_SET:
      out.set_prefix("/");
      break;
  }
  AddMethods(match, out);
  for (const ValueMatch& header : match.headers()) {
    envoy::config::route::v3::HeaderMatcher& matcher = *out.add_headers();
    matcher.set_name(absl::AsciiStrToLower(header.name()));
    if (header.has_present()) {
      matcher.set_present_match(true);
      matcher.set_invert_match(!header.present());
    } else {
      ToStringMatcher(header, *matcher.mutable_string_match());
    }
  }
  for (const ValueMatch& query : match.query()) {
    envoy::config::route::v3::QueryParameterMatcher& matcher = *out.add_query_parameters();
    matcher.set_name(query.name());
    if (query.has_present()) {
      matcher.set_present_match(query.present());
    } else {
      ToStringMatcher(query, *matcher.mutable_string_match());
    }
  }
}

void SetPathRewrite(const Match& match, const std::string& rewrite,
                    envoy::config::route::v3::RouteAction& action) {
  if (match.has_path_exact()) return action.set_prefix_rewrite(rewrite);
  absl::string_view from = match.has_path_prefix() ? TrimPrefix(match.path_prefix()) : "/";
  absl::string_view to = TrimPrefix(rewrite);
  if (from == "/") {
    // The "/" that is taken away has to come back.
    return action.set_prefix_rewrite(to == "/" ? "/" : absl::StrCat(to, "/"));
  }
  if (to != "/") return action.set_prefix_rewrite(std::string(to));
  // A plain prefix rewrite would make "/p/x" to "//x".
  auto& regex = *action.mutable_regex_rewrite();
  regex.mutable_pattern()->set_regex(absl::StrCat("^", Quoted(from), "/*"));
  regex.set_substitution("/");
}

}  // namespace fairlead::control::translate
