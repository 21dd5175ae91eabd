// Which route of a virtual host a path finds.

#include "dataplane/base/strings.h"
#include "dataplane/route/testing/table.h"
#include "gtest/gtest.h"

namespace fairlead::route {
namespace {

using testing::MakeHost;
using testing::Matched;

// One route for each match, named by its place.
std::shared_ptr<const RouteTable> Routes(const std::vector<std::string>& matches) {
  std::string text;
  for (size_t i = 0; i < matches.size(); ++i) {
    text +=
        StrCat("routes { name: \"", i, "\" match { ", matches[i], " } route { cluster: \"c\" } } ");
  }
  return MakeHost(text);
}

std::string Path(const RouteTable& table, const std::string& path) {
  return Matched(table, {.path = path});
}

TEST(PathMatchTest, FirstRouteOfTheListWins) {
  // Kong/kong#5371: where the list's order is the rule, a shorter prefix before a longer one wins.
  const auto table =
      Routes({R"(prefix: "/rest/p/api/v1")", R"(prefix: "/rest/p")", R"(prefix: "/rest/p/aux")",
              R"(path: "/rest/q")", R"(prefix: "/rest/")"});
  EXPECT_EQ(Path(*table, "/rest/p/api/v1/x"), "0");
  EXPECT_EQ(Path(*table, "/rest/p/aux"), "1");
  EXPECT_EQ(Path(*table, "/rest/q"), "3");
  EXPECT_EQ(Path(*table, "/rest/q/"), "4");
  EXPECT_EQ(Path(*table, "/res"), "none");
}

TEST(PathMatchTest, LongerPrefixFirstWinsWhateverTheNumberOfPrefixes) {
  const auto table = Routes({R"(prefix: "/rest/p/aux")", R"(prefix: "/rest/p/api/v1")",
                             R"(prefix: "/rest/p")", R"(prefix: "/")"});
  EXPECT_EQ(Path(*table, "/rest/p/aux"), "0");
  EXPECT_EQ(Path(*table, "/rest/p/api"), "2");
  EXPECT_EQ(Path(*table, "/rest"), "3");
}

TEST(PathMatchTest, QueryAndFragmentAreNotMatched) {
  const auto table = Routes({R"(path: "/a")", R"(safe_regex { regex: "/b/[0-9]+" })"});
  EXPECT_EQ(Path(*table, "/a?x=1"), "0");
  EXPECT_EQ(Path(*table, "/a?"), "0");
  EXPECT_EQ(Path(*table, "/a#x?y"), "0");
  EXPECT_EQ(Path(*table, "/b/12?c"), "1");
  EXPECT_EQ(Path(*table, "/b/12c"), "none");
  EXPECT_EQ(Path(*table, "/x?/a"), "none");
}

TEST(PathMatchTest, SeparatedPrefixEndsAtASegment) {
  const auto table = Routes({R"(path_separated_prefix: "/api/dev")"});
  for (const char* path : {"/api/dev", "/api/dev/", "/api/dev/v1", "/api/dev?p=1"}) {
    EXPECT_EQ(Path(*table, path), "0") << path;
  }
  for (const char* path : {"/api/developer", "/api/de", "/api/dev.", "/api"}) {
    EXPECT_EQ(Path(*table, path), "none") << path;
  }
}

TEST(PathMatchTest, CaseCanBeIgnored) {
  const auto table = Routes({R"(prefix: "/ADMIN/x" case_sensitive { value: false })",
                             R"(path: "/Exact" case_sensitive { value: false })",
                             R"(path_separated_prefix: "/Sep" case_sensitive {})",
                             R"(safe_regex { regex: "/Re" } case_sensitive { value: false })",
                             R"(prefix: "/exact")"});
  EXPECT_EQ(Path(*table, "/admin/X/y"), "0");
  EXPECT_EQ(Path(*table, "/eXACT"), "1");
  EXPECT_EQ(Path(*table, "/exact1"), "4");
  EXPECT_EQ(Path(*table, "/SEP/a"), "2");
  EXPECT_EQ(Path(*table, "/SEPa"), "none");
  // case_sensitive is without effect on a regex.
  EXPECT_EQ(Path(*table, "/re"), "none");
  EXPECT_EQ(Path(*table, "/Re"), "3");
}

TEST(PathMatchTest, RegexMatchesAllOfThePath) {
  const auto table = Routes({R"(safe_regex { regex: "/a|/ab" })", R"(safe_regex { regex: ".*z" })",
                             R"(prefix: "/y")", R"(safe_regex { regex: "/y/.*" })"});
  EXPECT_EQ(Path(*table, "/ab"), "0");
  EXPECT_EQ(Path(*table, "/abc"), "none");
  EXPECT_EQ(Path(*table, "/y/z"), "1");
  EXPECT_EQ(Path(*table, "/y/x"), "2");
}

TEST(PathMatchTest, ManyRegexesAreFoundInOrder) {
  std::vector<std::string> matches;
  for (int i = 0; i < 300; ++i) {
    matches.push_back(StrCat("safe_regex { regex: \".*/item-", i, "(/.*)?\" }"));
  }
  matches.push_back(R"(safe_regex { regex: ".*" })");
  const auto table = Routes(matches);
  EXPECT_EQ(Path(*table, "/shop/item-0"), "0");
  EXPECT_EQ(Path(*table, "/shop/item-123/x"), "123");
  EXPECT_EQ(Path(*table, "/item-299/item-7"), "7");
  EXPECT_EQ(Path(*table, "/item-3000"), "300");
}

TEST(PathMatchTest, PathParametersCanBeIgnored) {
  // istio/istio#27409: what an application may ignore is seen by rules, unless it is asked for.
  const std::string routes = R"(virtual_hosts { name: "h" domains: "*"
      routes { name: "exact" match { path: "/internal/path1" } route { cluster: "c" } }
      routes { name: "sep" match { path_separated_prefix: "/internal" }
               route { cluster: "c" } } })";
  const auto seen = testing::MakeTable(routes);
  EXPECT_EQ(Path(*seen, "/internal/path1;a=b"), "sep");
  EXPECT_EQ(Path(*seen, "/internal;a"), "none");
  const auto ignored =
      testing::MakeTable(routes + " ignore_path_parameters_in_path_matching: true");
  EXPECT_EQ(Path(*ignored, "/internal/path1;a=b?q"), "exact");
  EXPECT_EQ(Path(*ignored, "/internal;a"), "sep");
  EXPECT_EQ(Path(*ignored, "/internal;a/path1;b=/c"), "sep");
  EXPECT_EQ(Path(*ignored, "/internal;a;x/path1;b?;"), "exact");
}

TEST(PathMatchTest, OddPathsAreMatchedAsTheyAre) {
  const auto table = Routes({R"(path: "*")", R"(prefix: "//")", R"(prefix: "/%61")", R"(path: "")",
                             R"(prefix: "/\303\251")", R"(prefix: "")"});
  EXPECT_EQ(Path(*table, "*"), "0");
  EXPECT_EQ(Path(*table, "//a"), "1");
  EXPECT_EQ(Path(*table, "/%61b"), "2");
  EXPECT_EQ(Path(*table, "/ab"), "5");
  EXPECT_EQ(Path(*table, "?a"), "3");
  EXPECT_EQ(Path(*table, "/\xc3\xa9"), "4");
  EXPECT_EQ(Path(*table, std::string("/\0x", 3)), "5");
  // Authority form (CONNECT) has no path, and only a connect matcher would take it.
  EXPECT_EQ(Path(*table, ""), "none");
}

TEST(PathMatchTest, LongPathsAndDeepPrefixesAreHandled) {
  std::vector<std::string> matches;
  std::string prefix;
  for (int i = 0; i < 500; ++i)
    matches.insert(matches.begin(), "prefix: \"" + (prefix += "/a") + "\"");
  const auto table = Routes(matches);
  EXPECT_EQ(Path(*table, prefix), "0");
  EXPECT_EQ(Path(*table, prefix.substr(2)), "1");
  EXPECT_EQ(Path(*table, prefix + std::string(60'000, 'x')), "0");
  EXPECT_EQ(Path(*table, "/a/b"), "499");
}

}  // namespace
}  // namespace fairlead::route
