#include "dataplane/http/path_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fairlead::http {
namespace {

using EscapedSlashes = HcmConfig::EscapedSlashes;

struct Case {
  std::string in;
  PathVerdict verdict;
  std::string out;
};

void Check(const PathRules& rules, const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    std::string path = c.in;
    EXPECT_EQ(NormalizePath(rules, path), c.verdict) << c.in;
    if (c.verdict != PathVerdict::kRejected) EXPECT_EQ(path, c.out) << c.in;
  }
}

TEST(PathRulesTest, NormalFormDecodesUnreservedAndRemovesDotSegments) {
  Check({.normalize = true}, {{"/", PathVerdict::kAsIs, "/"},
                              {"/a/b?x=/../y", PathVerdict::kAsIs, "/a/b?x=/../y"},
                              {"/a/../b", PathVerdict::kChanged, "/b"},
                              {"/a/%2e%2E/b", PathVerdict::kChanged, "/b"},
                              {"/a/./b/", PathVerdict::kChanged, "/a/b/"},
                              {"/a/..", PathVerdict::kChanged, "/"},
                              {"/a/.", PathVerdict::kChanged, "/a/"},
                              {"/%61dmin", PathVerdict::kChanged, "/admin"},
                              {"/a%2fb", PathVerdict::kAsIs, "/a%2fb"},
                              {"/a\\b", PathVerdict::kChanged, "/a/b"},
                              {"/.well-known/x", PathVerdict::kAsIs, "/.well-known/x"},
                              {"/a//b", PathVerdict::kAsIs, "/a//b"},
                              {"*", PathVerdict::kAsIs, "*"}});
}

TEST(PathRulesTest, WhatHasNoNormalFormIsRejected) {
  Check({.normalize = true}, {{"/a%00b", PathVerdict::kRejected, ""},
                              {std::string("/a\0b", 4), PathVerdict::kRejected, ""}});
}

TEST(PathRulesTest, NothingClimbsAboveTheRoot) {
  Check({.normalize = true}, {{"/..", PathVerdict::kChanged, "/"},
                              {"/../a", PathVerdict::kChanged, "/a"},
                              {"/a/../../b", PathVerdict::kChanged, "/b"}});
}

TEST(PathRulesTest, BrokenPercentEncodingsStay) {
  Check({.normalize = true}, {{"/a%zz", PathVerdict::kAsIs, "/a%zz"},
                              {"/a%2", PathVerdict::kAsIs, "/a%2"},
                              {"/%", PathVerdict::kAsIs, "/%"},
                              {"/%c0%ae", PathVerdict::kAsIs, "/%c0%ae"}});
}

// As Envoy. Without it dots and slashes could be smuggled past the normal form, in two parts.
TEST(PathRulesTest, DecodingMakesNoNewPercentEncodings) {
  Check({.normalize = true, .escaped_slashes = EscapedSlashes::kReject},
        {{"/%2%65%2%65/a", PathVerdict::kChanged, "/%252e%252e/a"},
         {"/a%2%46b", PathVerdict::kChanged, "/a%252Fb"},
         {"/a%%32f", PathVerdict::kChanged, "/a%252f"},
         {"/a%%30%30b", PathVerdict::kChanged, "/a%2500b"},
         {"/%%32%65", PathVerdict::kChanged, "/%252e"},
         {"/%252e%252e/a", PathVerdict::kAsIs, "/%252e%252e/a"},
         {"/a%%3", PathVerdict::kAsIs, "/a%%3"}});
}

TEST(PathRulesTest, WhatShouldBeEncodedIs) {
  Check({.normalize = true}, {{"/a\"<>{}|^`", PathVerdict::kChanged, "/a%22%3C%3E%7B%7D%7C%5E%60"},
                              {"/a[b]'", PathVerdict::kAsIs, "/a[b]'"},
                              {"/a;b=c,d", PathVerdict::kAsIs, "/a;b=c,d"}});
}

// FIELD-CASES: a server that drops parameters first would see another path than the one judged.
TEST(PathRulesTest, DotsWithParametersAreDots) {
  Check({.normalize = true}, {{"/a;x/..;/b", PathVerdict::kChanged, "/b"},
                              {"/a/..;y=1/b", PathVerdict::kChanged, "/b"},
                              {"/v1/%2e%2e;/internal", PathVerdict::kChanged, "/internal"},
                              {"/a/.;/b", PathVerdict::kChanged, "/a/b"},
                              {"/a/..;", PathVerdict::kChanged, "/"},
                              {"/a/...;/b", PathVerdict::kAsIs, "/a/...;/b"},
                              {"/a/;../b", PathVerdict::kAsIs, "/a/;../b"},
                              {"/a/..%3b/b", PathVerdict::kAsIs, "/a/..%3b/b"}});
}

TEST(PathRulesTest, SlashesAreMergedAfterTheRest) {
  Check({.normalize = true, .merge_slashes = true},
        {{"//a///b?c=//d", PathVerdict::kChanged, "/a/b?c=//d"},
         {"/a/.//b", PathVerdict::kChanged, "/a/b"}});
}

TEST(PathRulesTest, EscapedSlashesByTheirRule) {
  Check({.escaped_slashes = EscapedSlashes::kReject},
        {{"/a%2Fb", PathVerdict::kRejected, ""},
         {"/a%5cb", PathVerdict::kRejected, ""},
         {"/a?b=%2F", PathVerdict::kAsIs, "/a?b=%2F"}});
  Check({.escaped_slashes = EscapedSlashes::kUnescapeAndForward},
        {{"/a%2Fb", PathVerdict::kChanged, "/a/b"}});
  Check({.normalize = true, .escaped_slashes = EscapedSlashes::kUnescapeAndRedirect},
        {{"/a%2F..%2fb", PathVerdict::kRedirect, "/b"}, {"/a/../b", PathVerdict::kChanged, "/b"}});
}

TEST(PathRulesTest, TheNormalFormIsItsOwn) {
  const PathRules rules{.normalize = true,
                        .merge_slashes = true,
                        .escaped_slashes = EscapedSlashes::kUnescapeAndForward};
  for (std::string path : {"/a/%2e%2e/b//c", "/%2f%2e%2e%2fa", "/a\\..\\b", "/x/%2E/%61"}) {
    if (NormalizePath(rules, path) == PathVerdict::kRejected) continue;
    std::string again = path;
    EXPECT_EQ(NormalizePath(rules, again), PathVerdict::kAsIs) << path << " became " << again;
  }
}

}  // namespace
}  // namespace fairlead::http
