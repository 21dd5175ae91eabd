#include "dataplane/route/uri_template.h"

#include "dataplane/base/strings.h"
#include "gtest/gtest.h"
#include "re2/re2.h"

namespace fairlead::route {
namespace {

bool Matches(std::string_view uri_template, const std::string& path) {
  const auto regex = UriTemplateRegex(uri_template);
  if (!regex.ok()) ADD_FAILURE() << regex.status().message();
  return regex.ok() && re2::RE2::FullMatch(path, re2::RE2(*regex));
}

std::string ErrorOf(std::string_view uri_template) {
  return std::string(ToStd(UriTemplateRegex(uri_template).status().message()));
}

std::string Rewritten(std::string_view uri_template, std::string_view rewrite,
                      const std::string& path) {
  const auto regex = UriTemplateRegex(uri_template);
  const auto substitution = UriTemplateSubstitution(rewrite, uri_template);
  if (!substitution.ok()) return std::string(ToStd(substitution.status().message()));
  std::string out;
  EXPECT_TRUE(re2::RE2::Extract(path, re2::RE2("^" + *regex + "$"), *substitution, &out));
  return out;
}

TEST(UriTemplateTest, LiteralsStandForThemselves) {
  EXPECT_TRUE(Matches("/", "/"));
  EXPECT_FALSE(Matches("/", "/a"));
  EXPECT_TRUE(Matches("/a.b/(c)+", "/a.b/(c)+"));
  EXPECT_FALSE(Matches("/a.b", "/axb"));
  EXPECT_TRUE(Matches("/a/", "/a/"));
  EXPECT_FALSE(Matches("/a/", "/a"));
}

TEST(UriTemplateTest, WildcardsTakeSegments) {
  EXPECT_TRUE(Matches("/a/*", "/a/b"));
  EXPECT_FALSE(Matches("/a/*", "/a/"));
  EXPECT_FALSE(Matches("/a/*", "/a/b/c"));
  EXPECT_TRUE(Matches("/*/b", "/x%20y/b"));
  EXPECT_TRUE(Matches("/a/**", "/a/"));
  EXPECT_TRUE(Matches("/a/**", "/a/b/c"));
  EXPECT_FALSE(Matches("/a/**", "/a"));
  EXPECT_TRUE(Matches("/**.m3u8", "/x/y.m3u8"));
  EXPECT_TRUE(Matches("/a/**/z", "/a/b/c/z"));
  // What no URI has.
  EXPECT_FALSE(Matches("/a/*", "/a/b|c"));
  EXPECT_TRUE(Matches("/a/*", "/a/b=*"));
}

TEST(UriTemplateTest, Variables) {
  EXPECT_TRUE(Matches("/{a}/{b}", "/x/y"));
  EXPECT_FALSE(Matches("/{a}", "/x/y"));
  EXPECT_TRUE(Matches("/{a=lang/*}/c", "/lang/en/c"));
  EXPECT_FALSE(Matches("/{a=lang/*}/c", "/other/en/c"));
  EXPECT_TRUE(Matches("/{a=**}", "/x/y/z"));
  EXPECT_TRUE(Matches("/{file}.vtt", "/en.vtt"));
  EXPECT_FALSE(Matches("/{file}.vtt", "/.vtt"));
  EXPECT_TRUE(Matches("/v{n}.x/z", "/v2.x/z"));
  EXPECT_FALSE(Matches("/v{n}.x/z", "/2.x/z"));
}

TEST(UriTemplateTest, Faults) {
  for (const char* bad : {"",
                          "a",
                          "//",
                          "/a//b",
                          "/{",
                          "/{a",
                          "/{}",
                          "/{1a}",
                          "/{a=}",
                          "/{a=/b}",
                          "/{a=b/}",
                          "/a b",
                          "/{a}/{a}",
                          "/**/*",
                          "/**/{a}",
                          "/{a=**}/*",
                          "/**/**",
                          "/*x/y",
                          "/{a}{b}",
                          "/{a}x{b}",
                          "/a*",
                          "/*{b}",
                          "/{b}*",
                          "/***",
                          "/{a=*b}",
                          "/{a=x{b}}",
                          "/{abcdefghijklmnopq}",
                          "/{a}/{b}/{c}/{d}/{e}/{f}",
                          "/a?b",
                          "/a\xc3\xa9"}) {
    EXPECT_NE(ErrorOf(bad), "") << bad;
  }
  EXPECT_EQ(ErrorOf("/a//b"), "'/a//b': has an empty segment");
  EXPECT_EQ(ErrorOf("/{a}/{a}"), "'/{a}/{a}': has variable 'a' twice");
  EXPECT_EQ(ErrorOf("/a*"), "'/a*': 'a*' has a '*', which is not allowed there");
}

TEST(UriTemplateTest, Substitution) {
  EXPECT_EQ(Rewritten("/{one}/{two}", "/{two}/{one}", "/cat/dog"), "/dog/cat");
  EXPECT_EQ(Rewritten("/videos/{language=lang/*}/*", "/{language}", "/videos/lang/en/v.m4s"),
            "/lang/en");
  EXPECT_EQ(Rewritten("/content/{format}/{lang}/{id}/{file}.vtt", "/{lang}/{format}/{file}.vtt",
                      "/content/hls/en-us/12345/en_193913.vtt"),
            "/en-us/hls/en_193913.vtt");
  EXPECT_EQ(Rewritten("/{a=**}", "/x/{a}", "/"), "/x/");
  EXPECT_EQ(Rewritten("/{a}", "/{b}", "/x"),
            "'/{b}': 'b' is no variable of the match's path_template '/{a}'");
  EXPECT_EQ(Rewritten("/{a}", "{a}", "/x"), "'{a}': does not start with '/'");
  EXPECT_EQ(Rewritten("/{a}", "/b//{a}", "/x"), "'/b//{a}': has '//'");
  EXPECT_EQ(Rewritten("/{a}", "/{a", "/x"), "'/{a': has a '{', which is not allowed there");
  EXPECT_EQ(Rewritten("/{a}", "/=*/{a}", "/x"), "/=*/x");
  EXPECT_EQ(Rewritten("/{a}", "/|", "/x"), "'/|': has a '|', which is not allowed there");
}

}  // namespace
}  // namespace fairlead::route
