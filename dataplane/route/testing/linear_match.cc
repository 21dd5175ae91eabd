#include "dataplane/route/testing/linear_match.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "envoy/extensions/path/match/uri_template/v3/uri_template_match.pb.h"
#include "envoy/type/matcher/v3/http_inputs.pb.h"
#include "re2/re2.h"
#include "xds/type/matcher/v3/matcher.pb.h"

namespace fairlead::route::testing {
namespace {

using namespace envoy::config::route::v3;  // NOLINT: the test's whole vocabulary
using ::xds::type::matcher::v3::Matcher;
using Predicate = Matcher::MatcherList::Predicate;

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool FullMatch(const std::string& text, const std::string& pattern) {
  return re2::RE2::FullMatch(text, re2::RE2(pattern, re2::RE2::Quiet));
}

// Of envoy.type.matcher.v3 or xds.type.matcher.v3.
template <typename StringMatcher>
bool MatchesText(const StringMatcher& matcher, std::string value) {
  if (matcher.has_safe_regex()) return FullMatch(value, matcher.safe_regex().regex());
  if (matcher.ignore_case()) value = Lower(value);
  const auto text = [&](const std::string& s) { return matcher.ignore_case() ? Lower(s) : s; };
  switch (matcher.match_pattern_case()) {
    case StringMatcher::kExact:
      return value == text(matcher.exact());
    case StringMatcher::kPrefix:
      return value.starts_with(text(matcher.prefix()));
    case StringMatcher::kSuffix:
      return value.ends_with(text(matcher.suffix()));
    case StringMatcher::kContains:
      return value.find(text(matcher.contains())) != std::string::npos;
    default:
      return false;
  }
}

std::vector<std::string> HeaderValues(const PlainRequest& request, const std::string& name) {
  const auto member = [](const std::string& value) {
    return value.empty() ? std::vector<std::string>() : std::vector<std::string>{value};
  };
  if (name == ":path") return member(request.path);
  if (name == ":authority" || name == "host") return member(request.authority);
  if (name == ":method") return member(request.method);
  if (name == ":scheme") return member(request.scheme);
  std::vector<std::string> values;
  for (const auto& [key, value] : request.headers) {
    if (key == name) values.push_back(value);
  }
  return values;
}

bool MatchesHeaderValue(const HeaderMatcher& matcher, const std::string& value) {
  if (!matcher.has_range_match()) return MatchesText(matcher.string_match(), value);
  int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  return error == std::errc() && end == value.data() + value.size() &&
         number >= matcher.range_match().start() && number < matcher.range_match().end();
}

bool MatchesHeader(const HeaderMatcher& matcher, const PlainRequest& request) {
  std::vector<std::string> values = HeaderValues(request, Lower(matcher.name()));
  if (values.empty() && matcher.treat_missing_header_as_empty()) values.push_back("");
  const auto kind = matcher.header_match_specifier_case();
  if (kind == HeaderMatcher::kPresentMatch ||
      kind == HeaderMatcher::HEADER_MATCH_SPECIFIER_NOT_SET) {
    const bool wanted = kind != HeaderMatcher::kPresentMatch || matcher.present_match();
    return (!values.empty() == wanted) != matcher.invert_match();
  }
  if (values.empty()) return false;
  for (const std::string& value : values) {
    if (MatchesHeaderValue(matcher, value)) return !matcher.invert_match();
  }
  return matcher.invert_match();
}

std::optional<std::string> QueryValue(const std::string& path, const std::string& name) {
  const size_t mark = path.find('?');
  if (mark == std::string::npos) return std::nullopt;
  std::string query = path.substr(mark + 1) + "&";
  while (!query.empty()) {
    const std::string pair = query.substr(0, query.find('&'));
    query.erase(0, pair.size() + 1);
    // What is between two "&", or after the last, is no parameter if nothing is there at the end.
    if (pair.empty() && query.empty()) break;
    const size_t equals = pair.find('=');
    if (pair.substr(0, equals) != name) continue;
    return equals == std::string::npos ? "" : pair.substr(equals + 1);
  }
  return std::nullopt;
}

bool MatchesQuery(const QueryParameterMatcher& matcher, const PlainRequest& request) {
  const std::optional<std::string> value = QueryValue(request.path, matcher.name());
  if (matcher.has_string_match()) {
    return value.has_value() && MatchesText(matcher.string_match(), *value);
  }
  const bool wanted =
      matcher.query_parameter_match_specifier_case() != QueryParameterMatcher::kPresentMatch ||
      matcher.present_match();
  return value.has_value() == wanted;
}

// The path against a URI template, piece by piece.
bool MatchesTemplate(std::string_view uri_template, std::string_view path) {
  if (uri_template.empty()) return path.empty();
  if (uri_template[0] == '}') return MatchesTemplate(uri_template.substr(1), path);
  if (uri_template[0] == '{') {
    const std::string_view inside = uri_template.substr(1, uri_template.find('}') - 1);
    const size_t equals = inside.find('=');
    if (equals != std::string_view::npos) {
      return MatchesTemplate(uri_template.substr(1 + equals + 1), path);
    }
    return MatchesTemplate("*" + std::string(uri_template.substr(1 + inside.size())), path);
  }
  if (uri_template[0] != '*') {
    return !path.empty() && path[0] == uri_template[0] &&
           MatchesTemplate(uri_template.substr(1), path.substr(1));
  }
  const bool is_many = uri_template.starts_with("**");
  const std::string_view rest = uri_template.substr(is_many ? 2 : 1);
  for (size_t taken = 0;; ++taken) {
    if ((is_many || taken > 0) && MatchesTemplate(rest, path.substr(taken))) return true;
    if (taken == path.size()) return false;
    const unsigned char c = static_cast<unsigned char>(path[taken]);
    const bool is_plain =
        std::isalnum(c) != 0 ||
        std::string_view("-._~%!$&'()*+,;=:@").find(path[taken]) != std::string_view::npos;
    if (!is_plain && !(is_many && c == '/')) return false;
  }
}

bool MatchesPath(const RouteMatch& match, std::string path) {
  if (match.has_safe_regex()) return FullMatch(path, match.safe_regex().regex());
  if (match.has_path_match_policy()) {
    envoy::extensions::path::match::uri_template::v3::UriTemplateMatchConfig config;
    return match.path_match_policy().typed_config().UnpackTo(&config) &&
           MatchesTemplate(config.path_template(), path);
  }
  const bool ignores_case = match.has_case_sensitive() && !match.case_sensitive().value();
  if (ignores_case) path = Lower(path);
  const auto text = [&](const std::string& s) { return ignores_case ? Lower(s) : s; };
  switch (match.path_specifier_case()) {
    case RouteMatch::kPrefix:
      return path.starts_with(text(match.prefix()));
    case RouteMatch::kPath:
      return path == text(match.path());
    case RouteMatch::kPathSeparatedPrefix: {
      const std::string prefix = text(match.path_separated_prefix());
      return path == prefix || path.starts_with(prefix + "/");
    }
    default:
      return false;
  }
}

bool MatchesFraction(const RouteMatch& match, uint64_t random) {
  if (!match.has_runtime_fraction()) return true;
  const auto& fraction = match.runtime_fraction().default_value();
  const uint64_t of = fraction.denominator() == 0   ? 100
                      : fraction.denominator() == 1 ? 10'000
                                                    : 1'000'000;
  return random % of < fraction.numerator();
}

bool IsGrpc(const PlainRequest& request) {
  const std::vector<std::string> types = HeaderValues(request, "content-type");
  return !types.empty() &&
         (types[0] == "application/grpc" || types[0].starts_with("application/grpc+"));
}

bool MatchesRoute(const RouteMatch& match, const std::string& path, const PlainRequest& request) {
  if (!MatchesPath(match, path) || !MatchesFraction(match, request.random)) return false;
  if (match.has_grpc() && !IsGrpc(request)) return false;
  for (const HeaderMatcher& header : match.headers()) {
    if (!MatchesHeader(header, request)) return false;
  }
  for (const QueryParameterMatcher& parameter : match.query_parameters()) {
    if (!MatchesQuery(parameter, request)) return false;
  }
  return true;
}

// How well a domain fits: more is better, 0 is not at all.
size_t DomainRank(const std::string& domain, const std::string& host) {
  constexpr size_t kExact = 3'000'000, kSuffix = 2'000'000, kPrefix = 1'000'000;
  if (domain == "*") return 1;
  if (domain.starts_with('*')) {
    const std::string rest = domain.substr(1);
    return host.size() > rest.size() && host.ends_with(rest) ? kSuffix + rest.size() : 0;
  }
  if (domain.ends_with('*')) {
    const std::string rest = domain.substr(0, domain.size() - 1);
    return host.size() > rest.size() && host.starts_with(rest) ? kPrefix + rest.size() : 0;
  }
  return domain == host ? kExact : 0;
}

int FindHost(const RouteConfiguration& config, std::string host) {
  if (config.ignore_port_in_host_matching()) {
    const size_t colon = host.rfind(':');
    const size_t bracket = host.rfind(']');
    if (colon != std::string::npos && (bracket == std::string::npos || bracket < colon)) {
      host.resize(colon);
    }
  }
  host = Lower(host);
  int found = -1;
  size_t best = 0;
  for (int i = 0; i < config.virtual_hosts_size(); ++i) {
    for (const std::string& domain : config.virtual_hosts(i).domains()) {
      const size_t rank = DomainRank(Lower(domain), host);
      if (rank > best) {
        best = rank;
        found = i;
      }
    }
  }
  return found;
}

// What a matcher tree looks at: all values of a field; nothing when there is none.
std::optional<std::string> Input(const ::xds::core::v3::TypedExtensionConfig& input,
                                 const PlainRequest& request) {
  envoy::type::matcher::v3::HttpRequestHeaderMatchInput header;
  if (!input.typed_config().UnpackTo(&header)) return std::nullopt;
  std::optional<std::string> joined;
  for (const std::string& value : HeaderValues(request, Lower(header.header_name()))) {
    joined = joined.has_value() ? *joined + "," + value : value;
  }
  return joined;
}

bool Holds(const Predicate& predicate, const PlainRequest& request) {
  const auto holds = [&](const Predicate& part) { return Holds(part, request); };
  switch (predicate.match_type_case()) {
    case Predicate::kAndMatcher: {
      const auto& parts = predicate.and_matcher().predicate();
      return std::all_of(parts.begin(), parts.end(), holds);
    }
    case Predicate::kOrMatcher: {
      const auto& parts = predicate.or_matcher().predicate();
      return std::any_of(parts.begin(), parts.end(), holds);
    }
    case Predicate::kNotMatcher:
      return !holds(predicate.not_matcher());
    default: {
      const auto& single = predicate.single_predicate();
      const auto value = Input(single.input(), request);
      return value.has_value() && MatchesText(single.value_match(), *value);
    }
  }
}

// What of a matcher applies to the request, the first that decides coming first.
std::vector<const Matcher::OnMatch*> Applicable(const Matcher& matcher,
                                                const PlainRequest& request) {
  std::vector<const Matcher::OnMatch*> found;
  for (const auto& one : matcher.matcher_list().matchers()) {
    if (Holds(one.predicate(), request)) found.push_back(&one.on_match());
  }
  if (const auto& tree = matcher.matcher_tree(); matcher.has_matcher_tree()) {
    const std::string value = Input(tree.input(), request).value_or("");
    const bool is_there = Input(tree.input(), request).has_value();
    const bool is_exact = tree.has_exact_match_map();
    const auto& map = is_exact ? tree.exact_match_map().map() : tree.prefix_match_map().map();
    // Every part of the value, from all of it to none.
    for (size_t left_out = 0; is_there && left_out <= value.size(); ++left_out) {
      if (is_exact && left_out > 0) break;
      const auto entry = map.find(value.substr(0, value.size() - left_out));
      if (entry != map.end()) found.push_back(&entry->second);
    }
  }
  if (matcher.has_on_no_match()) found.push_back(&matcher.on_no_match());
  return found;
}

std::optional<RouteList> ChooseList(const Matcher& matcher, const PlainRequest& request) {
  for (const Matcher::OnMatch* on_match : Applicable(matcher, request)) {
    std::optional<RouteList> list;
    if (on_match->has_matcher()) {
      list = ChooseList(on_match->matcher(), request);
    } else {
      list.emplace();
      const auto& action = on_match->action().typed_config();
      if (action.Is<Route>()) {
        action.UnpackTo(list->add_routes());
      } else {
        action.UnpackTo(&*list);
      }
    }
    if (list.has_value()) return list;
  }
  return std::nullopt;
}

std::string WithoutParameters(const std::string& path) {
  std::string out;
  bool is_parameter = false;
  for (const char c : path) {
    if (c == ';') is_parameter = true;
    if (c == '/') is_parameter = false;
    if (!is_parameter) out += c;
  }
  return out;
}

}  // namespace

std::optional<std::string> LinearMatch(const RouteConfiguration& config,
                                       const PlainRequest& request) {
  if (request.path.empty()) return std::nullopt;
  const int found = FindHost(config, request.authority);
  if (found < 0) return std::nullopt;
  const VirtualHost& host = config.virtual_hosts(found);
  std::string path = request.path.substr(0, request.path.find_first_of("?#"));
  if (config.ignore_path_parameters_in_path_matching()) path = WithoutParameters(path);
  RouteList list;
  *list.mutable_routes() = host.routes();
  if (host.has_matcher()) list = ChooseList(host.matcher(), request).value_or(RouteList());
  for (const Route& route : list.routes()) {
    if (MatchesRoute(route.match(), path, request)) return route.name();
  }
  return std::nullopt;
}

}  // namespace fairlead::route::testing
