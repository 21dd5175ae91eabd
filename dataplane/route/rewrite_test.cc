// The paths requests are forwarded with, and the URLs of redirects.

#include "dataplane/route/rewrite.h"

#include "dataplane/base/strings.h"
#include "dataplane/route/testing/table.h"
#include "gtest/gtest.h"

namespace fairlead::route {
namespace {

using testing::Find;
using testing::MakeHost;
using testing::Request;

std::string Rewritten(const std::string& match, const std::string& action,
                      const std::string& path) {
  const auto table =
      MakeHost(StrCat("routes { match { ", match, " } route { cluster: \"c\" ", action, " } }"));
  const Route* route = Find(*table, {.path = path});
  if (route == nullptr) return "no route";
  codec::HeaderMap keep;
  const std::string_view out = RewrittenPath(std::get<Forward>(route->action), *route, path, keep);
  return out.data() == nullptr ? "too long" : std::string(out);
}

std::string Location(const std::string& match, const std::string& action, const Request& request) {
  const auto table = MakeHost(StrCat("routes { match { ", match, " } redirect { ", action, " } }"));
  const Route* route = Find(*table, request);
  if (route == nullptr) return "no route";
  codec::RequestHead head;
  testing::FillHead(request, head);
  return RedirectLocation(std::get<Redirect>(route->action), *route, head);
}

TEST(RewriteTest, WithoutARewriteThePathGoesOnAsItCame) {
  const std::string path = "/a?b#c";
  const auto table = MakeHost("routes { match { prefix: '/' } route { cluster: 'c' } }");
  codec::HeaderMap keep;
  const Route* route = Find(*table, {.path = path});
  EXPECT_EQ(RewrittenPath(std::get<Forward>(route->action), *route, path, keep).data(),
            path.data());
  EXPECT_EQ(Rewritten("prefix: '/'", "prefix_rewrite: ''", "/a"), "/a");
}

TEST(RewriteTest, PrefixOfAPrefixMatch) {
  EXPECT_EQ(Rewritten("prefix: '/old/'", "prefix_rewrite: '/new/v1/'", "/old/x?y=/old/"),
            "/new/v1/x?y=/old/");
  EXPECT_EQ(Rewritten("prefix: '/old'", "prefix_rewrite: '/new'", "/older"), "/newer");
  EXPECT_EQ(Rewritten("prefix: '/OLD' case_sensitive {}", "prefix_rewrite: '/new'", "/old/x"),
            "/new/x");
}

TEST(RewriteTest, PrefixToRootNeverDoublesTheSlash) {
  // envoyproxy/envoy#4901; Gateway API ReplacePrefixMatch.
  const std::string match = "path_separated_prefix: '/p1'";
  const std::string root = "prefix_rewrite: '/'";
  EXPECT_EQ(Rewritten(match, root, "/p1/hello"), "/hello");
  EXPECT_EQ(Rewritten(match, root, "/p1"), "/");
  EXPECT_EQ(Rewritten(match, root, "/p1/"), "/");
  EXPECT_EQ(Rewritten(match, root, "/p1?x=1"), "/?x=1");
  EXPECT_EQ(Rewritten(match, root, "/p1q"), "no route");
  EXPECT_EQ(Rewritten(match, "prefix_rewrite: '/xyz/'", "/p1/hello"), "/xyz/hello");
  EXPECT_EQ(Rewritten(match, "prefix_rewrite: '/xyz'", "/p1/hello"), "/xyz/hello");
  EXPECT_EQ(Rewritten("prefix: '/p'", root, "/p/hello"), "/hello");
}

TEST(RewriteTest, PrefixOfAnExactOrRegexMatchIsTheWholePath) {
  EXPECT_EQ(Rewritten("path: '/a/b'", "prefix_rewrite: '/c'", "/a/b?q=1"), "/c?q=1");
  EXPECT_EQ(Rewritten("safe_regex { regex: '/a.*' }", "prefix_rewrite: '/c'", "/abc/d?q"), "/c?q");
}

TEST(RewriteTest, RegexReplacesEveryMatchInThePathAlone) {
  const auto regex = [](const std::string& pattern, const std::string& substitution) {
    return "regex_rewrite { pattern { regex: '" + pattern + "' } substitution: '" + substitution +
           "' }";
  };
  EXPECT_EQ(Rewritten("prefix: '/'", regex("^/service/([^/]+)(/.*)$", "\\\\2/instance/\\\\1"),
                      "/service/foo/v1/api?x=/service/"),
            "/v1/api/instance/foo?x=/service/");
  EXPECT_EQ(Rewritten("prefix: '/'", regex("one", "two"), "/xxx/one/yyy/one/zzz"),
            "/xxx/two/yyy/two/zzz");
  EXPECT_EQ(
      Rewritten("prefix: '/'", regex("^(.*?)one(.*)$", "\\\\1two\\\\2"), "/xxx/one/yyy/one/zzz"),
      "/xxx/two/yyy/one/zzz");
  EXPECT_EQ(Rewritten("prefix: '/'", regex("(?i)/xxx/", "/yyy/"), "/aaa/XxX/bbb"), "/aaa/yyy/bbb");
  EXPECT_EQ(Rewritten("prefix: '/'", regex("nothing", "x"), "/a"), "/a");
}

TEST(RewriteTest, ResultStartsWithASlash) {
  EXPECT_EQ(Rewritten("prefix: '/a/'", "prefix_rewrite: 'b'", "/a/c"), "/bc");
  EXPECT_EQ(Rewritten("prefix: '/'", "regex_rewrite { pattern { regex: '^/' } }", "/a"), "/a");
  EXPECT_EQ(Rewritten("prefix: '/'", "regex_rewrite { pattern { regex: '.*' } }", "/a?b"), "/?b");
}

TEST(RewriteTest, UriTemplate) {
  const auto policy = [](std::string_view field, std::string_view type, std::string_view text) {
    return StrCat(field, " { name: 'x' typed_config { [type.googleapis.com/envoy.extensions.path.",
                  type, "] { ", text, " } } } ");
  };
  const auto table = MakeHost(
      StrCat("routes { match { ",
             policy("path_match_policy", "match.uri_template.v3.UriTemplateMatchConfig",
                    "path_template: '/users/{id}/posts/{rest=**}'"),
             "} route { cluster: 'c' ",
             policy("path_rewrite_policy", "rewrite.uri_template.v3.UriTemplateRewriteConfig",
                    "path_template_rewrite: '/p/{rest}/{id}'"),
             "} }"));
  codec::HeaderMap keep;
  const Route* route = testing::Find(*table, {.path = "/users/7/posts/a/b?q"});
  ASSERT_NE(route, nullptr);
  const auto& forward = std::get<Forward>(route->action);
  EXPECT_EQ(RewrittenPath(forward, *route, "/users/7/posts/a/b?q", keep), "/p/a/b/7?q");
  // A filter has changed the path since.
  EXPECT_EQ(RewrittenPath(forward, *route, "/other?q", keep), "/other?q");
  EXPECT_EQ(testing::Find(*table, {.path = "/users/7/posts"}), nullptr);
}

TEST(RewriteTest, HostOfAFieldOrThePath) {
  const auto host = [](const std::string& fields, testing::Request request) {
    const auto table = testing::MakeHost(
        StrCat("routes { match { prefix: '/' } route { cluster: 'c' ", fields, " } }"));
    codec::RequestHead head;
    testing::FillHead(request, head);
    const Route* route = testing::Find(*table, request);
    return std::string(
        RewrittenHost(*std::get<Forward>(route->action).host_rewrite, head, head.headers));
  };
  const std::string by_header = "host_rewrite_header: 'X-Host'";
  EXPECT_EQ(host(by_header, {.headers = {{"x-host", "b.com"}, {"x-host", "c.com"}}}), "b.com");
  EXPECT_EQ(host(by_header, {.headers = {{"x-host", ""}}}), "");
  EXPECT_EQ(host(by_header, {}), "");
  const std::string by_path =
      "host_rewrite_path_regex { pattern { regex: '^/([a-z]+)/.*$' } substitution: '\\\\1.com' }";
  EXPECT_EQ(host(by_path, {.path = "/shop/x?y=/a/b"}), "shop.com");
  EXPECT_EQ(host(by_path, {.path = "/" + std::string(2000, 'a') + "/x"}), "");
}

TEST(RewriteTest, GrowthIsBounded) {
  const std::string grow =
      "regex_rewrite { pattern { regex: 'a' } substitution: '" + std::string(100, 'b') + "' }";
  EXPECT_EQ(Rewritten("prefix: '/'", grow, "/" + std::string(1000, 'a')), "too long");
  EXPECT_EQ(Rewritten("prefix: '/'", grow, "/" + std::string(60'000, 'a')), "too long");
  EXPECT_EQ(Rewritten("prefix: '/'", grow, "/" + std::string(100, 'a')).size(), 10'001u);
  EXPECT_EQ(Rewritten("prefix: '/a'", "prefix_rewrite: '/" + std::string(10'000, 'b') + "'",
                      "/a" + std::string(60'000, 'c')),
            "too long");
  EXPECT_EQ(Location("prefix: '/'", grow, {.path = "/" + std::string(1000, 'a')}), "");
}

TEST(RedirectTest, EachPartCanBeReplaced) {
  const Request request{.host = "a.com", .path = "/p/x?q=1"};
  EXPECT_EQ(Location("prefix: '/p'", "https_redirect: true", request), "https://a.com/p/x?q=1");
  EXPECT_EQ(Location("prefix: '/p'", "scheme_redirect: 'ftp'", request), "ftp://a.com/p/x?q=1");
  EXPECT_EQ(Location("prefix: '/p'", "host_redirect: 'b.com'", request), "http://b.com/p/x?q=1");
  EXPECT_EQ(Location("prefix: '/p'", "port_redirect: 8080", request), "http://a.com:8080/p/x?q=1");
  EXPECT_EQ(Location("prefix: '/p'", "prefix_rewrite: '/n'", request), "http://a.com/n/x?q=1");
  EXPECT_EQ(
      Location("prefix: '/p'",
               "regex_rewrite { pattern { regex: '/p/(.*)' } substitution: '/\\\\1/p' }", request),
      "http://a.com/x/p?q=1");
  EXPECT_EQ(Location("prefix: '/p'", "strip_query: true", request), "http://a.com/p/x");
}

TEST(RedirectTest, PathAndItsQuery) {
  // The examples of RedirectAction.path_redirect.
  const Request request{.path = "/old?bar=1"};
  const std::string match = "path: '/old'";
  EXPECT_EQ(Location(match, "path_redirect: '/new-path-1'", request),
            "http://a.com/new-path-1?bar=1");
  EXPECT_EQ(Location(match, "path_redirect: '/new-path-2' strip_query: true", request),
            "http://a.com/new-path-2");
  EXPECT_EQ(Location(match, "path_redirect: '/new-path-3?foo=1' strip_query: true", request),
            "http://a.com/new-path-3?foo=1");
  EXPECT_EQ(Location(match, "path_redirect: 'new'", request), "http://a.com/new?bar=1");
}

TEST(RedirectTest, PortOfTheRequest) {
  const auto location = [](const std::string& host, const std::string& scheme,
                           const std::string& action) {
    return Location("prefix: '/'", action, {.host = host, .scheme = scheme});
  };
  const std::string https = "https_redirect: true";
  // The usual port of a scheme that is left goes.
  EXPECT_EQ(location("a.com:80", "http", https), "https://a.com/");
  EXPECT_EQ(location("a.com:443", "https", "scheme_redirect: 'http'"), "http://a.com/");
  EXPECT_EQ(location("a.com:8080", "http", https), "https://a.com:8080/");
  EXPECT_EQ(location("a.com:443", "http", https), "https://a.com:443/");
  EXPECT_EQ(location("a.com:80", "http", "strip_query: true"), "http://a.com:80/");
  // A port that is named takes its place.
  EXPECT_EQ(location("a.com:8080", "http", "port_redirect: 9"), "http://a.com:9/");
  EXPECT_EQ(location("[::1]:80", "http", https), "https://[::1]/");
  EXPECT_EQ(location("[::1]", "http", https), "https://[::1]/");
  EXPECT_EQ(location("[::1]", "http", "port_redirect: 9"), "http://[::1]:9/");
  // Behind another proxy, what it says the client used.
  EXPECT_EQ(Location("prefix: '/'", https,
                     {.host = "a.com:443", .headers = {{"x-forwarded-proto", "https"}}}),
            "https://a.com:443/");
}

TEST(RedirectTest, EncodedLineBreaksStayEncoded) {
  EXPECT_EQ(Location("prefix: '/'",
                     "regex_rewrite { pattern { regex: '/(.*)' } substitution: '/x/\\\\1' }",
                     {.path = "/%0d%0aset-cookie:a=b"}),
            "http://a.com/x/%0d%0aset-cookie:a=b");
}

}  // namespace
}  // namespace fairlead::route
