#include "controlplane/translate/route_match.h"

#include "absl/strings/match.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "fairlead/v1/resources.pb.h"
#include "gtest/gtest.h"
#include "re2/re2.h"

namespace fairlead::control::translate {
namespace {

using envoy::config::route::v3::RouteAction;
using envoy::config::route::v3::RouteMatch;
using fairlead::v1::Match;

// What a proxy makes of `path`, which the match has taken, by the rules of RouteAction.
std::string Rewritten(const Match& match, const std::string& rewrite, std::string path) {
  RouteAction action;
  SetPathRewrite(match, rewrite, action);
  if (action.has_regex_rewrite()) {
    RE2::GlobalReplace(&path, action.regex_rewrite().pattern().regex(),
                       action.regex_rewrite().substitution());
    return path;
  }
  RouteMatch matched;
  ToRouteMatch(match, matched);
  std::string from = matched.path() + matched.prefix() + matched.path_separated_prefix();
  EXPECT_TRUE(absl::StartsWith(path, from));
  return action.prefix_rewrite() + path.substr(from.size());
}

TEST(RouteMatchTest, PrefixRewriteNeverMakesTwoSlashes) {
  const struct {
    const char *prefix, *rewrite, *path, *result;
  } kCases[] = {
      {"/p", "/", "/p/hello", "/hello"},
      {"/p", "/", "/p", "/"},
      {"/p", "/", "/p/", "/"},
      {"/p/", "/", "/p/hello", "/hello"},
      {"/p", "/q", "/p/hello", "/q/hello"},
      {"/p", "/q", "/p", "/q"},
      {"/p", "/q", "/p/", "/q/"},
      {"/p", "/q/", "/p/hello", "/q/hello"},
      {"/p", "/q/", "/p", "/q"},
      {"/", "/q", "/hello", "/q/hello"},
      {"/", "/q/", "/hello", "/q/hello"},
      {"/", "/q", "/", "/q/"},
      {"/", "/", "/hello", "/hello"},
      {"/a.b", "/", "/a.b/c", "/c"},
  };
  for (const auto& c : kCases) {
    Match match;
    match.set_path_prefix(c.prefix);
    EXPECT_EQ(Rewritten(match, c.rewrite, c.path), c.result)
        << c.prefix << " -> " << c.rewrite << " on " << c.path;
  }
}

TEST(RouteMatchTest, ExactPathIsReplacedWhole) {
  Match match;
  match.set_path_exact("/a/b");
  EXPECT_EQ(Rewritten(match, "/c/", "/a/b"), "/c/");
}

TEST(RouteMatchTest, PathKinds) {
  auto translated = [](auto set) {
    Match match;
    set(match);
    RouteMatch out;
    ToRouteMatch(match, out);
    return out;
  };
  EXPECT_EQ(translated([](Match&) {}).prefix(), "/");
  EXPECT_EQ(translated([](Match& m) { m.set_path_prefix("/"); }).prefix(), "/");
  EXPECT_EQ(translated([](Match& m) { m.set_path_prefix("/a/"); }).path_separated_prefix(), "/a");
  EXPECT_EQ(translated([](Match& m) { m.set_path_exact("/a/"); }).path(), "/a/");
  EXPECT_EQ(translated([](Match& m) { m.set_path_regex("/a+"); }).safe_regex().regex(), "/a+");
}

TEST(RouteMatchTest, MethodsHeadersAndQuery) {
  Match match;
  match.add_methods("GET");
  RouteMatch one;
  ToRouteMatch(match, one);
  EXPECT_EQ(one.headers(0).name(), ":method");
  EXPECT_EQ(one.headers(0).string_match().exact(), "GET");
  match.add_methods("M-SEARCH");
  auto& header = *match.add_headers();
  header.set_name("X-A");
  header.set_present(false);
  auto& query = *match.add_query();
  query.set_name("Q");
  query.set_prefix("v");
  RouteMatch two;
  ToRouteMatch(match, two);
  const std::string& methods = two.headers(0).string_match().safe_regex().regex();
  EXPECT_TRUE(RE2::FullMatch("GET", methods));
  EXPECT_TRUE(RE2::FullMatch("M-SEARCH", methods));
  EXPECT_FALSE(RE2::FullMatch("POST", methods));
  EXPECT_EQ(two.headers(1).name(), "x-a");
  EXPECT_TRUE(two.headers(1).present_match());
  EXPECT_TRUE(two.headers(1).invert_match());
  EXPECT_EQ(two.query_parameters(0).name(), "Q");
  EXPECT_EQ(two.query_parameters(0).string_match().prefix(), "v");
}

}  // namespace
}  // namespace fairlead::control::translate
