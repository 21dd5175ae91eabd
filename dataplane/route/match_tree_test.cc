// Virtual hosts whose routes are chosen by a matcher tree.

#include "dataplane/route/match_tree.h"

#include "dataplane/base/strings.h"
#include "dataplane/route/testing/table.h"
#include "gtest/gtest.h"

namespace fairlead::route {
namespace {

using testing::ErrorOfHost;
using testing::MakeHost;
using testing::Matched;

std::string Input(std::string_view header) {
  return StrCat(
      "input { name: 'i' typed_config { "
      "[type.googleapis.com/envoy.type.matcher.v3.HttpRequestHeaderMatchInput] { "
      "header_name: '",
      header, "' } } }");
}

std::string RouteFields(std::string_view name, std::string_view prefix = "/") {
  return StrCat("name: '", name, "' match { prefix: '", prefix,
                "' } direct_response { status: 200 }");
}

std::string Action(std::string_view name, std::string_view prefix = "/") {
  return StrCat(
      "action { name: 'a' typed_config { "
      "[type.googleapis.com/envoy.config.route.v3.Route] { ",
      RouteFields(name, prefix), " } } }");
}

std::string Single(std::string_view header, std::string_view value_match) {
  return StrCat("single_predicate { ", Input(header), " value_match { ", value_match, " } }");
}

std::string Case(std::string_view predicate, std::string_view next) {
  return StrCat("matchers { predicate { ", predicate, " } on_match { ", next, " } } ");
}

std::string Find(const std::string& matcher, testing::Request request) {
  const auto table = MakeHost("matcher { " + matcher + " }");
  return Matched(*table, request);
}

TEST(MatchTreeTest, FirstPredicateOfAListDecides) {
  const std::string list =
      "matcher_list { " + Case(Single("x", "exact: 'a'"), Action("first")) +
      Case(Single("x", "prefix: 'A' ignore_case: true"), Action("second")) +
      Case(Single("x", "safe_regex { google_re2 {} regex: 'b+' }"), Action("third")) +
      "} on_no_match { " + Action("none-of-them") + " }";
  EXPECT_EQ(Find(list, {.headers = {{"x", "a"}}}), "first");
  EXPECT_EQ(Find(list, {.headers = {{"x", "ab"}}}), "second");
  EXPECT_EQ(Find(list, {.headers = {{"x", "bbb"}}}), "third");
  EXPECT_EQ(Find(list, {.headers = {{"x", "c"}}}), "none-of-them");
  EXPECT_EQ(Find(list, {}), "none-of-them");
  // Several fields are one value.
  EXPECT_EQ(Find(list, {.headers = {{"x", "a"}, {"x", "b"}}}), "second");
}

TEST(MatchTreeTest, Predicates) {
  const std::string a = Single("a", "exact: '1'"), b = Single("b", "exact: '1'");
  const auto holds = [&](const std::string& predicate, testing::Request request) {
    return Find("matcher_list { " + Case(predicate, Action("it")) + " }", request) == "it";
  };
  const std::string both = "and_matcher { predicate { " + a + " } predicate { " + b + " } }";
  const std::string either = "or_matcher { predicate { " + a + " } predicate { " + b + " } }";
  const testing::Request with_a{.headers = {{"a", "1"}}};
  const testing::Request with_both{.headers = {{"a", "1"}, {"b", "1"}}};
  EXPECT_FALSE(holds(both, with_a));
  EXPECT_TRUE(holds(both, with_both));
  EXPECT_TRUE(holds(either, with_a));
  EXPECT_FALSE(holds(either, {}));
  EXPECT_FALSE(holds("not_matcher { " + a + " }", with_a));
  EXPECT_TRUE(holds("not_matcher { " + a + " }", {}));
}

TEST(MatchTreeTest, ExactMap) {
  const std::string map = "matcher_tree { " + Input("X-Team") +
                          " exact_match_map { map { key: 'blue' value { " + Action("blue") +
                          " } } map { key: 'red' value { " + Action("red") + " } } } }";
  EXPECT_EQ(Find(map, {.headers = {{"x-team", "blue"}}}), "blue");
  EXPECT_EQ(Find(map, {.headers = {{"x-team", "red"}}}), "red");
  EXPECT_EQ(Find(map, {.headers = {{"x-team", "green"}}}), "none");
  EXPECT_EQ(Find(map, {}), "none");
}

TEST(MatchTreeTest, PrefixMapTakesTheLongest) {
  const std::string map = "matcher_tree { " + Input(":path") +
                          " prefix_match_map { map { key: '/a' value { " + Action("short") +
                          " } } map { key: '/a/b' value { " + Action("long") +
                          " } } map { key: '/a/b/c' value { matcher { matcher_list { " +
                          Case(Single("x", "exact: '1'"), Action("nested")) + " } } } } } }";
  EXPECT_EQ(Find(map, {.path = "/a"}), "short");
  EXPECT_EQ(Find(map, {.path = "/a/b"}), "long");
  EXPECT_EQ(Find(map, {.path = "/a/b/c", .headers = {{"x", "1"}}}), "nested");
  // Where nothing is found below the longest, the next shorter one counts.
  EXPECT_EQ(Find(map, {.path = "/a/b/c"}), "long");
  EXPECT_EQ(Find(map, {.path = "/b"}), "none");
}

TEST(MatchTreeTest, ListsOfRoutesAreMatchedAsRoutesAre) {
  const std::string matcher =
      "on_no_match { action { name: 'a' typed_config { "
      "[type.googleapis.com/envoy.config.route.v3.RouteList] { routes { " +
      RouteFields("a", "/a") + " } routes { " + RouteFields("b", "/b") + " } } } } }";
  EXPECT_EQ(Find(matcher, {.path = "/a"}), "a");
  EXPECT_EQ(Find(matcher, {.path = "/b/x"}), "b");
  EXPECT_EQ(Find(matcher, {.path = "/c"}), "none");
  EXPECT_EQ(Find("on_no_match { " + Action("a", "/a") + " }", {.path = "/c"}), "none");
}

TEST(MatchTreeTest, RoutesHaveWhatTheirHostGives) {
  const auto table =
      MakeHost("request_headers_to_remove: 'x' matcher { on_no_match { " + Action("a") + " } }");
  const Route* route = testing::Find(*table, {});
  ASSERT_NE(route, nullptr);
  EXPECT_EQ(route->host->name, "h");
  EXPECT_EQ(route->request_edits.size(), 1u);
}

TEST(MatchTreeTest, FaultsAreNamedByTheirPath) {
  EXPECT_NE(ErrorOfHost("matcher {} routes { " + RouteFields("a") + " }")
                .find("matcher: is set together with routes"),
            std::string::npos);
  EXPECT_NE(
      ErrorOfHost("matcher { matcher_list { matchers { predicate { single_predicate { input { "
                  "} } } on_match {} } } }")
          .find("matcher: matcher_list: matchers[0].predicate: single_predicate: input: is ''"),
      std::string::npos);
  EXPECT_NE(ErrorOfHost("matcher { on_no_match { action { name: 'a' } } }")
                .find("matcher: on_no_match: action: is ''; a config.route.v3 Route or RouteList"),
            std::string::npos);
  EXPECT_NE(ErrorOfHost("matcher { matcher_tree { " + Input("x") +
                        " exact_match_map { map { key: 'k' value { " + Action("r", "/") +
                        " } } map { key: 'l' value {} } } } }")
                .find("matcher: matcher_tree: exact_match_map.map['l']: action: is ''"),
            std::string::npos);
}

}  // namespace
}  // namespace fairlead::route
