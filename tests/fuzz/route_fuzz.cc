// Route tables, three ways, by the first byte:
//   'c' the bytes choose a configuration and requests: every match is the linear scan's;
//   'r' the bytes are lines of a request (host, path, header value) to a table that uses every kind
//       of match and rewrite: nothing breaks, and what is forwarded is a path within its bound;
//   'p' a regular expression and texts: a text that matches starts with the literal prefix.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/base/check.h"
#include "dataplane/base/strings.h"
#include "dataplane/route/hash_policy.h"
#include "dataplane/route/header_edits.h"
#include "dataplane/route/regex.h"
#include "dataplane/route/rewrite.h"
#include "dataplane/route/testing/compare.h"
#include "google/protobuf/text_format.h"

namespace fairlead::route {
namespace {

void FuzzChoices(std::string_view bytes) {
  const auto choose = [&](uint32_t n) -> uint32_t {
    uint32_t number = 0;
    for (uint32_t left = n - 1; left > 0 && !bytes.empty(); left >>= 8) {
      number = number << 8 | static_cast<unsigned char>(bytes.front());
      bytes.remove_prefix(1);
    }
    return number % n;
  };
  const std::string fault = testing::CompareWithLinear(choose, 8);
  if (!fault.empty()) std::fprintf(stderr, "%s\n", fault.c_str());
  FL_CHECK(fault.empty());
}

constexpr char kConfig[] = R"text(
  virtual_hosts { name: "a" domains: "a.com" domains: "*.a.com" domains: "a.*"
    routes { match { path_separated_prefix: "/p" } route { cluster: "c" prefix_rewrite: "/" } }
    routes { match { safe_regex { regex: "/re/(.*)" } headers { name: "x" string_match {
             safe_regex { regex: "a*b" } } } } route { cluster: "c" regex_rewrite {
             pattern { regex: "a|(b*)" } substitution: "\\0-\\1" } } }
    routes { match { prefix: "/Q" case_sensitive {} query_parameters { name: "q" string_match {
             contains: "aB" ignore_case: true } } } redirect { prefix_rewrite: "/n"
             https_redirect: true port_redirect: 8443 } }
    routes { match { prefix: "/" headers { name: ":authority" string_match { suffix: "m" } }
             headers { name: "x" range_match { start: 1 end: 5 } invert_match: true } }
             redirect { path_redirect: "/x" strip_query: true } } }
  virtual_hosts { name: "any" domains: "*"
    request_headers_to_add { header { key: "user-agent" value: "p" } }
    request_headers_to_add { header { key: "x" value: "p" } append_action: OVERWRITE_IF_EXISTS }
    routes { match { prefix: "/" } route { cluster: "c" prefix_rewrite: "/b/"
             hash_policy { header { header_name: "x" } } hash_policy { cookie { name: "c" } }
             hash_policy { query_parameter { name: "q" } } } } })text";

const RouteTable& Table() {
  static const std::shared_ptr<const RouteTable> table = [] {
    static cluster::ClusterSlots slots;
    envoy::config::route::v3::RouteConfiguration config;
    FL_CHECK(google::protobuf::TextFormat::ParseFromString(kConfig, &config));
    return *RouteTable::Compile(config, {slots, nullptr}, nullptr);
  }();
  return *table;
}

std::string TakeLine(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  std::string line(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

void FuzzRequest(std::string_view text) {
  const std::string host = TakeLine(text), path = TakeLine(text), value = TakeLine(text);
  codec::RequestHead head;
  head.authority = host;
  head.path = path;
  head.method_text = "GET";
  head.scheme = "http";
  head.headers.Add("x", value);
  head.headers.Add("cookie", value);
  head.headers.Add("user-agent", "u");
  const Route* route = Table().Match(head, path.size());
  if (route == nullptr) return;
  if (const auto* forward = std::get_if<Forward>(&route->action)) {
    RequestHash(forward->hash_policies, head, net::Address());
    const std::string_view out = RewrittenPath(*forward, *route, head.path, head.headers);
    FL_CHECK(out.data() == nullptr || (out.starts_with('/') && out.size() <= kRewrittenPathMax));
    FL_CHECK(out.find("//") != 0 || path.find("//") != std::string::npos);
  } else {
    const std::string location = RedirectLocation(std::get<Redirect>(route->action), *route, head);
    FL_CHECK(location.empty() || location.starts_with("http"));
  }
  const codec::ResponseHead response;
  const observe::StreamInfo info;
  ApplyEdits(route->request_edits, {head, response, info}, head.headers);
}

void FuzzPattern(std::string_view text) {
  RegexCache cache;
  const auto regex = cache.Get(TakeLine(text));
  if (!regex.ok()) return;
  const std::string prefix = LiteralPrefix(**regex);
  while (!text.empty()) {
    const std::string line = TakeLine(text);
    if (re2::RE2::FullMatch(line, **regex)) FL_CHECK(line.starts_with(prefix));
  }
}

}  // namespace
}  // namespace fairlead::route

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'r':
      fairlead::route::FuzzRequest(rest);
      break;
    case 'p':
      fairlead::route::FuzzPattern(rest);
      break;
    default:
      fairlead::route::FuzzChoices(rest);
      break;
  }
  return 0;
}
