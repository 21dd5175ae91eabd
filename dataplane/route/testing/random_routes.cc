#include "dataplane/route/testing/random_routes.h"

#include <set>
#include <type_traits>

#include "envoy/extensions/path/match/uri_template/v3/uri_template_match.pb.h"
#include "envoy/type/matcher/v3/http_inputs.pb.h"

namespace fairlead::route::testing {
namespace {

using namespace envoy::config::route::v3;  // NOLINT: the test's whole vocabulary
using ::xds::type::matcher::v3::Matcher;
using Predicate = Matcher::MatcherList::Predicate;

constexpr const char* kDomains[] = {"*",      "a.com",     "A.com:80", "*.com",   "*.a.com",
                                    "*a.com", "*-b.a.com", "www.*",    "www.a.*", "b.a.com",
                                    "*:80",   "[::1]",     "[::1]:*",  "w*",      "*m",
                                    "a.*",    "",          "*.b.a.com"};
constexpr const char* kHosts[] = {
    "a.com", "A.COM",    "a.com:80",  "b.a.com", "x-b.a.com", "www.a.com", "www.", "www.a",
    "[::1]", "[::1]:80", "q.b.a.com", "nobody",  "",          "ba.com:80", "w",    "m"};
constexpr const char* kSegments[] = {"/", "/a", "/b", "/ab", "/A", "a", "b", "/a;x", "//", "/abc"};
constexpr const char* kNames[] = {"x-a", "X-B", ":method", ":path", "host", "accept"};
constexpr const char* kTexts[] = {"a", "b", "A", "ab", "/a", "GET", "1", "12", "a.com"};
constexpr const char* kInputs[] = {"x-a", "X-B", ":method", ":path", "host", "accept", ":scheme"};
constexpr const char* kKeys[] = {"a", "b", "ab", "/", "/a", "/a/b", "/ab", "GET", "a,b", ""};
constexpr int kTreeDepth = 2;
constexpr const char* kQueries[] = {"", "?", "?a", "?a=b", "?b=a&a", "?a=1&a=b", "?&&a=ab&", "#a"};

}  // namespace

std::string RandomRoutes::Path() {
  std::string path;
  for (uint32_t i = choose_(4); i > 0; --i) path += OneOf(kSegments);
  return path;
}

std::string RandomRoutes::RegexText() {
  static constexpr const char* kParts[] = {"/",     "/a",      "/b",     ".*",   "[^/]+", "(a|b)",
                                           "b?",    "/a{1,2}", "(/ab)*", "a+",   ".",     "\\.",
                                           "(?i)a", "(/a|/b)", "/ab",    "\\pL", "é",     "$"};
  std::string pattern = OneIn(8) ? "^" : OneIn(2) ? "/" : "";
  for (uint32_t i = choose_(4); i > 0; --i) pattern += OneOf(kParts);
  if (OneIn(6)) pattern += std::string("|") + OneOf(kParts);
  return pattern.empty() ? "/" : pattern;
}

std::string RandomRoutes::UriTemplate() {
  static constexpr const char* kParts[] = {"/a",   "/b",       "/ab",    "/*",
                                           "/{x}", "/{y=a/*}", "/{z=b}", "/a{v}b"};
  // Variables have one name each.
  std::string text;
  std::set<std::string> seen;
  for (uint32_t i = choose_(4); i > 0; --i) {
    const std::string part = OneOf(kParts);
    if (part.size() > 3 && !seen.insert(part).second) continue;
    text += part;
  }
  if (OneIn(3)) text += OneIn(2) ? "/**" : "/{w=**}";
  if (text.ends_with('*') && OneIn(4)) return text + "b";
  return text.empty() || OneIn(8) ? text + "/" : text;
}

template <typename StringMatcher>
void RandomRoutes::FillText(StringMatcher& matcher) {
  const std::string text = OneOf(kTexts);
  switch (choose_(5)) {
    case 0:
      matcher.set_exact(text);
      break;
    case 1:
      matcher.set_prefix(text);
      break;
    case 2:
      matcher.set_suffix(text);
      break;
    case 3:
      matcher.set_contains(text);
      break;
    default:
      matcher.mutable_safe_regex()->set_regex(text + "*");
      if constexpr (std::is_same_v<StringMatcher, ::xds::type::matcher::v3::StringMatcher>) {
        matcher.mutable_safe_regex()->mutable_google_re2();
      }
      break;
  }
  if (!matcher.has_safe_regex()) matcher.set_ignore_case(OneIn(3));
}

void RandomRoutes::FillHeader(HeaderMatcher& matcher) {
  matcher.set_name(OneOf(kNames));
  switch (choose_(4)) {
    case 0:
      break;
    case 1:
      matcher.set_present_match(OneIn(2));
      break;
    case 2:
      matcher.mutable_range_match()->set_start(choose_(3));
      matcher.mutable_range_match()->set_end(10 + choose_(5));
      break;
    default:
      FillText(*matcher.mutable_string_match());
      break;
  }
  matcher.set_invert_match(OneIn(4));
  matcher.set_treat_missing_header_as_empty(OneIn(4));
}

void RandomRoutes::FillMatch(RouteMatch& match) {
  switch (choose_(6)) {
    case 0:
      match.set_path(Path());
      break;
    case 3: {
      envoy::extensions::path::match::uri_template::v3::UriTemplateMatchConfig config;
      config.set_path_template(UriTemplate());
      match.mutable_path_match_policy()->set_name("template");
      match.mutable_path_match_policy()->mutable_typed_config()->PackFrom(config);
      break;
    }
    case 1: {
      std::string prefix = "/a" + Path();
      while (prefix.ends_with('/')) prefix.pop_back();
      match.set_path_separated_prefix(prefix);
      break;
    }
    case 2:
      match.mutable_safe_regex()->set_regex(RegexText());
      break;
    default:
      match.set_prefix(Path());
      break;
  }
  if (OneIn(4)) match.mutable_case_sensitive()->set_value(OneIn(4));
  if (OneIn(4)) FillHeader(*match.add_headers());
  if (OneIn(12)) FillHeader(*match.add_headers());
  if (OneIn(6)) {
    QueryParameterMatcher& query = *match.add_query_parameters();
    query.set_name(OneIn(2) ? "a" : "b");
    if (OneIn(2)) FillText(*query.mutable_string_match());
    if (OneIn(4)) query.set_present_match(OneIn(2));
  }
  if (OneIn(10)) match.mutable_grpc();
  if (OneIn(8)) {
    auto& fraction = *match.mutable_runtime_fraction()->mutable_default_value();
    fraction.set_numerator(choose_(4) * 40);
    if (OneIn(3)) fraction.set_denominator(envoy::type::v3::FractionalPercent::TEN_THOUSAND);
  }
}

void RandomRoutes::FillRoute(Route& route) {
  route.set_name("route " + std::to_string(routes_++));
  FillMatch(*route.mutable_match());
  route.mutable_direct_response()->set_status(200);
}

void RandomRoutes::FillInput(::xds::core::v3::TypedExtensionConfig& input) {
  envoy::type::matcher::v3::HttpRequestHeaderMatchInput header;
  header.set_header_name(OneOf(kInputs));
  input.set_name("input");
  input.mutable_typed_config()->PackFrom(header);
}

void RandomRoutes::FillPredicate(Predicate& predicate, int depth) {
  const uint32_t kind = depth > 0 ? choose_(5) : 0;
  if (kind == 1) return FillPredicate(*predicate.mutable_not_matcher(), depth - 1);
  if (kind == 2 || kind == 3) {
    auto& parts = kind == 2 ? *predicate.mutable_and_matcher() : *predicate.mutable_or_matcher();
    for (uint32_t i = 2 + choose_(2); i > 0; --i) FillPredicate(*parts.add_predicate(), depth - 1);
    return;
  }
  FillInput(*predicate.mutable_single_predicate()->mutable_input());
  FillText(*predicate.mutable_single_predicate()->mutable_value_match());
}

void RandomRoutes::FillOnMatch(Matcher::OnMatch& on_match, int depth) {
  if (depth > 0 && OneIn(3)) return FillTree(*on_match.mutable_matcher(), depth - 1);
  on_match.mutable_action()->set_name("action");
  auto& action = *on_match.mutable_action()->mutable_typed_config();
  if (OneIn(3)) {
    Route route;
    FillRoute(route);
    action.PackFrom(route);
    return;
  }
  RouteList list;
  for (uint32_t i = choose_(4); i > 0; --i) FillRoute(*list.add_routes());
  action.PackFrom(list);
}

void RandomRoutes::FillTree(Matcher& matcher, int depth) {
  const uint32_t kind = choose_(5);
  if (kind < 2) {
    for (uint32_t i = 1 + choose_(3); i > 0; --i) {
      auto& one = *matcher.mutable_matcher_list()->add_matchers();
      FillPredicate(*one.mutable_predicate(), depth);
      FillOnMatch(*one.mutable_on_match(), depth);
    }
  } else if (kind < 4) {
    auto& tree = *matcher.mutable_matcher_tree();
    FillInput(*tree.mutable_input());
    auto& map = kind == 2 ? *tree.mutable_exact_match_map() : *tree.mutable_prefix_match_map();
    for (uint32_t i = 1 + choose_(4); i > 0; --i) {
      Matcher::OnMatch& on_match = (*map.mutable_map())[OneOf(kKeys)];
      on_match.Clear();
      FillOnMatch(on_match, depth);
    }
  }
  if (OneIn(2)) FillOnMatch(*matcher.mutable_on_no_match(), depth);
}

RouteConfiguration RandomRoutes::Config() {
  RouteConfiguration config;
  config.set_name("random");
  config.set_ignore_port_in_host_matching(OneIn(4));
  config.set_ignore_path_parameters_in_path_matching(OneIn(6));
  std::set<std::string> domains;
  for (uint32_t i = 1 + choose_(4); i > 0; --i) {
    VirtualHost& host = *config.add_virtual_hosts();
    host.set_name("host" + std::to_string(i));
    for (uint32_t k = 1 + choose_(3); k > 0; --k) {
      const std::string domain = OneOf(kDomains);
      if (domains.insert(domain).second) host.add_domains(domain);
    }
    if (OneIn(4)) {
      FillTree(*host.mutable_matcher(), kTreeDepth);
      continue;
    }
    // Now and then enough for the larger structures (an RE2 set).
    for (uint32_t k = OneIn(4) ? choose_(40) : choose_(6); k > 0; --k) {
      FillRoute(*host.add_routes());
    }
  }
  return config;
}

PlainRequest RandomRoutes::Request() {
  PlainRequest request;
  request.authority = OneOf(kHosts);
  request.path = OneIn(16) ? Path() : "/a" + Path();
  request.path += OneOf(kQueries);
  if (OneIn(20)) request.path = "/\xc3\xa9\xff" + request.path;
  if (OneIn(3)) request.method = OneOf(kTexts);
  for (uint32_t i = choose_(4); i > 0; --i) {
    static constexpr const char* kLowerNames[] = {"x-a", "x-b", "accept", "x-c"};
    request.headers.emplace_back(OneOf(kLowerNames), OneOf(kTexts));
  }
  if (OneIn(3)) {
    request.headers.emplace_back("content-type",
                                 OneIn(3) ? "application/grpcx" : "application/grpc+proto");
  }
  request.random = choose_(20'000);
  return request;
}

}  // namespace fairlead::route::testing
