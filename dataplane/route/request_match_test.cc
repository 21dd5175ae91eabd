// What a route may ask of a request besides its path.

#include "dataplane/base/strings.h"
#include "dataplane/route/testing/table.h"
#include "gtest/gtest.h"

namespace fairlead::route {
namespace {

using testing::MakeHost;
using testing::Matched;
using testing::Request;

// Whether a route with this condition takes the request.
bool Takes(const std::string& condition, const Request& request) {
  const auto table = MakeHost(
      StrCat("routes { name: \"it\" match { prefix: \"/\" ", condition,
             " } route { cluster: \"c\" } } routes { name: \"other\" match { prefix: \"/\" } "
             "route { cluster: \"c\" } }"));
  return Matched(*table, request) == "it";
}

Request With(const std::string& name, const std::string& value) {
  return {.headers = {{name, value}}};
}

TEST(RequestMatchTest, HeaderStrings) {
  const auto header = [](const std::string& match) {
    return "headers { name: \"X-Team\" string_match { " + match + " } }";
  };
  EXPECT_TRUE(Takes(header("exact: 'blue'"), With("x-team", "blue")));
  EXPECT_FALSE(Takes(header("exact: 'blue'"), With("x-team", "Blue")));
  EXPECT_TRUE(Takes(header("exact: 'bLue' ignore_case: true"), With("x-team", "BluE")));
  EXPECT_FALSE(Takes(header("exact: 'blue'"), With("x-team", "blue2")));
  EXPECT_TRUE(Takes(header("prefix: 'bl'"), With("x-team", "blue")));
  EXPECT_FALSE(Takes(header("prefix: 'blue'"), With("x-team", "bl")));
  EXPECT_TRUE(Takes(header("suffix: 'UE' ignore_case: true"), With("x-team", "blue")));
  EXPECT_TRUE(Takes(header("contains: 'lu'"), With("x-team", "blue")));
  EXPECT_TRUE(Takes(header("contains: 'LU' ignore_case: true"), With("x-team", "bLue")));
  EXPECT_FALSE(Takes(header("contains: 'x'"), With("x-team", "blue")));
  EXPECT_TRUE(Takes(header("safe_regex { regex: 'b[a-z]+e' }"), With("x-team", "blue")));
  EXPECT_FALSE(Takes(header("safe_regex { regex: 'b' }"), With("x-team", "blue")));
  EXPECT_FALSE(Takes(header("exact: ''"), With("x-team", "blue")));
}

TEST(RequestMatchTest, DeprecatedHeaderForms) {
  EXPECT_TRUE(Takes("headers { name: 'x' exact_match: 'a' }", With("x", "a")));
  EXPECT_FALSE(Takes("headers { name: 'x' exact_match: 'a' }", With("x", "b")));
  // Empty: any value.
  EXPECT_TRUE(Takes("headers { name: 'x' exact_match: '' }", With("x", "b")));
  EXPECT_FALSE(Takes("headers { name: 'x' exact_match: '' }", {}));
  EXPECT_TRUE(Takes("headers { name: 'x' prefix_match: 'a' }", With("x", "ab")));
  EXPECT_TRUE(Takes("headers { name: 'x' suffix_match: 'b' }", With("x", "ab")));
  EXPECT_TRUE(Takes("headers { name: 'x' contains_match: 'b' }", With("x", "abc")));
  EXPECT_TRUE(Takes("headers { name: 'x' safe_regex_match { regex: 'a+' } }", With("x", "aa")));
}

TEST(RequestMatchTest, HeaderPresence) {
  for (const char* match : {"", "present_match: true", "present_match: false invert_match: true"}) {
    const std::string header = StrCat("headers { name: 'x' ", match, " }");
    EXPECT_TRUE(Takes(header, With("x", ""))) << match;
    EXPECT_FALSE(Takes(header, With("y", ""))) << match;
  }
  for (const char* match : {"present_match: false", "present_match: true invert_match: true"}) {
    const std::string header = StrCat("headers { name: 'x' ", match, " }");
    EXPECT_FALSE(Takes(header, With("x", "a"))) << match;
    EXPECT_TRUE(Takes(header, With("y", "a"))) << match;
  }
}

TEST(RequestMatchTest, HeaderRange) {
  const std::string range = "headers { name: 'x' range_match { start: -10 end: 0 } }";
  EXPECT_TRUE(Takes(range, With("x", "-1")));
  EXPECT_TRUE(Takes(range, With("x", "-10")));
  for (const char* value :
       {"0", "-11", "somestring", "10.9", "-1somestring", "", "99999999999999999999"}) {
    EXPECT_FALSE(Takes(range, With("x", value))) << value;
  }
}

TEST(RequestMatchTest, MissingHeaderMatchesNothingUnlessTreatedAsEmpty) {
  // The examples of HeaderMatcher.treat_missing_header_as_empty.
  const std::string range = "name: 'x' range_match { start: 0 end: 10 } invert_match: true";
  EXPECT_TRUE(Takes("headers { " + range + " treat_missing_header_as_empty: true }", {}));
  EXPECT_FALSE(Takes("headers { " + range + " }", {}));
  const std::string empty = "name: 'x' string_match { safe_regex { regex: '^$' } }";
  EXPECT_TRUE(Takes("headers { " + empty + " treat_missing_header_as_empty: true }", {}));
  EXPECT_FALSE(Takes("headers { " + empty + " }", {}));
  EXPECT_FALSE(Takes("headers { " + empty + " invert_match: true }", {}));
  EXPECT_TRUE(Takes("headers { name: 'x' string_match { exact: 'a' } invert_match: true }",
                    With("x", "b")));
}

TEST(RequestMatchTest, PseudoHeaders) {
  Request request{.host = "A.com:80", .path = "/p?q=1", .method = "PUT", .scheme = "https"};
  const auto is = [&](const std::string& name, const std::string& value) {
    return Takes("headers { name: '" + name + "' string_match { exact: '" + value + "' } }",
                 request);
  };
  EXPECT_TRUE(is(":authority", "A.com:80"));
  EXPECT_TRUE(is("Host", "A.com:80"));
  EXPECT_TRUE(is(":path", "/p?q=1"));
  EXPECT_TRUE(is(":method", "PUT"));
  EXPECT_TRUE(is(":scheme", "https"));
  EXPECT_FALSE(is(":method", "GET"));
}

TEST(RequestMatchTest, FramingFieldsAreHeaders) {
  const auto table = MakeHost(R"(
      routes { name: "sized" match { prefix: "/" headers { name: "content-length"
          range_match { start: 1 end: 100 } } } route { cluster: "c" } }
      routes { name: "chunked" match { prefix: "/" headers { name: "transfer-encoding"
          string_match { exact: "chunked" } } } route { cluster: "c" } }
      routes { name: "waits" match { prefix: "/" headers { name: "expect" } }
               route { cluster: "c" } }
      routes { name: "rest" match { prefix: "/" } route { cluster: "c" } })");
  codec::RequestHead head;
  head.path = "/";
  head.framing = {codec::Framing::Kind::kLength, 42};
  EXPECT_EQ(table->Match(head, 0)->name, "sized");
  head.framing = {codec::Framing::Kind::kChunked, 0};
  EXPECT_EQ(table->Match(head, 0)->name, "chunked");
  head.framing = {};
  EXPECT_EQ(table->Match(head, 0)->name, "rest");
  head.expects_continue = true;
  EXPECT_EQ(table->Match(head, 0)->name, "waits");
}

TEST(RequestMatchTest, OneOfSeveralFieldsIsEnough) {
  const Request twice{.headers = {{"x", "a"}, {"y", "c"}, {"x", "b"}}};
  const auto takes = [&](const std::string& match) {
    return Takes("headers { name: 'x' " + match + " }", twice);
  };
  EXPECT_TRUE(takes("string_match { exact: 'a' }"));
  EXPECT_TRUE(takes("string_match { exact: 'b' }"));
  EXPECT_FALSE(takes("string_match { exact: 'a,b' }"));
  EXPECT_FALSE(takes("string_match { exact: 'c' }"));
  EXPECT_FALSE(takes("string_match { exact: 'b' } invert_match: true"));
  EXPECT_TRUE(takes("string_match { exact: 'c' } invert_match: true"));
}

TEST(RequestMatchTest, Grpc) {
  const auto takes = [](const std::string& type) {
    return Takes("grpc {}", With("content-type", type));
  };
  EXPECT_TRUE(takes("application/grpc"));
  EXPECT_TRUE(takes("application/grpc+proto"));
  EXPECT_FALSE(takes("application/grpc-web"));
  EXPECT_FALSE(takes("application/json"));
  EXPECT_FALSE(Takes("grpc {}", {}));
}

TEST(RequestMatchTest, AllConditionsMustHold) {
  const std::string both =
      "headers { name: 'x' } headers { name: 'y' } query_parameters { name: 'q' }";
  EXPECT_TRUE(Takes(both, {.path = "/?q", .headers = {{"x", ""}, {"y", ""}}}));
  EXPECT_FALSE(Takes(both, {.path = "/", .headers = {{"x", ""}, {"y", ""}}}));
  EXPECT_FALSE(Takes(both, {.path = "/?q", .headers = {{"x", ""}}}));
}

TEST(RequestMatchTest, QueryParameters) {
  const auto takes = [](const std::string& match, const std::string& path) {
    return Takes("query_parameters { name: 'k' " + match + " }", {.path = path});
  };
  EXPECT_TRUE(takes("string_match { exact: 'v' }", "/?k=v"));
  EXPECT_TRUE(takes("string_match { exact: 'v' }", "/?a=b&k=v&c"));
  EXPECT_FALSE(takes("string_match { exact: 'v' }", "/?kk=v"));
  EXPECT_FALSE(takes("string_match { exact: 'v' }", "/"));
  // Only the first counts; nothing is decoded.
  EXPECT_FALSE(takes("string_match { exact: 'v' }", "/?k=w&k=v"));
  EXPECT_FALSE(takes("string_match { exact: 'v' }", "/?k=%76"));
  EXPECT_TRUE(takes("string_match { exact: 'a=b' }", "/?k=a=b"));
  EXPECT_TRUE(takes("string_match { prefix: 'V' ignore_case: true }", "/?k=vw"));
  EXPECT_TRUE(takes("string_match { exact: '' }", "/?k"));
  EXPECT_TRUE(takes("", "/?k"));
  EXPECT_TRUE(takes("present_match: true", "/?k=1"));
  EXPECT_FALSE(takes("present_match: true", "/?j"));
  EXPECT_TRUE(takes("present_match: false", "/?j"));
  EXPECT_FALSE(takes("present_match: false", "/?k"));
}

TEST(RequestMatchTest, RuntimeFractionTakesItsShare) {
  const std::string fraction =
      "runtime_fraction { default_value { numerator: 25 } runtime_key: 'k' }";
  int taken = 0;
  for (uint64_t random = 0; random < 1000; ++random) taken += Takes(fraction, {.random = random});
  EXPECT_EQ(taken, 250);
  const std::string small =
      "runtime_fraction { default_value { numerator: 3 denominator: MILLION } }";
  EXPECT_TRUE(Takes(small, {.random = 2'000'002}));
  EXPECT_FALSE(Takes(small, {.random = 3}));
  EXPECT_TRUE(Takes("runtime_fraction { default_value { numerator: 100 } }", {.random = 99}));
  EXPECT_FALSE(Takes("runtime_fraction {}", {.random = 0}));
}

TEST(RequestMatchTest, FailedConditionFallsThroughToTheNextRoute) {
  const auto table = MakeHost(R"(
      routes { name: "0" match { prefix: "/a/b" headers { name: "x" } } route { cluster: "c" } }
      routes { name: "1" match { prefix: "/a" headers { name: "y" } } route { cluster: "c" } }
      routes { name: "2" match { safe_regex { regex: "/a/b.*" } headers { name: "z" } }
               route { cluster: "c" } }
      routes { name: "3" match { path: "/a/b" } route { cluster: "c" } }
      routes { name: "4" match { prefix: "/a/b" headers { name: "w" } } route { cluster: "c" } }
      routes { name: "5" match { prefix: "/" } route { cluster: "c" } })");
  const auto with = [&](std::vector<std::pair<std::string, std::string>> headers,
                        const char* path) {
    return Matched(*table, {.path = path, .headers = std::move(headers)});
  };
  EXPECT_EQ(with({{"x", ""}, {"y", ""}}, "/a/b"), "0");
  EXPECT_EQ(with({{"y", ""}, {"z", ""}}, "/a/b"), "1");
  EXPECT_EQ(with({{"z", ""}, {"w", ""}}, "/a/b"), "2");
  EXPECT_EQ(with({{"w", ""}}, "/a/b"), "3");
  EXPECT_EQ(with({{"w", ""}}, "/a/bc"), "4");
  EXPECT_EQ(with({}, "/a/bc"), "5");
}

}  // namespace
}  // namespace fairlead::route
