#include "dataplane/filters/api_key_auth/key_source.h"

#include <gtest/gtest.h>

#include "dataplane/filters/testing/test_stream.h"
#include "envoy/extensions/filters/http/api_key_auth/v3/api_key_auth.pb.h"
#include "google/protobuf/text_format.h"

namespace fairlead::filters {
namespace {

using testing::TestStream;

absl::StatusOr<KeySource> Compile(const std::string& text) {
  envoy::extensions::filters::http::api_key_auth::v3::KeySource proto;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &proto)) << text;
  return KeySource::Compile(proto);
}

std::string Find(const std::string& text, std::string_view path,
                 const TestStream::Fields& fields = {}) {
  const auto source = Compile(text);
  EXPECT_TRUE(source.ok()) << source.status();
  TestStream test;
  test.Request("GET", path, fields);
  std::string buffer;
  return std::string(source->Find(test.stream.request, buffer));
}

TEST(KeySourceTest, Header) {
  EXPECT_EQ(Find("header: 'X-Api-Key'", "/", {{"x-api-key", "one"}, {"x-api-key", "two"}}), "one");
  EXPECT_EQ(Find("header: 'Authorization'", "/", {{"authorization", "Bearer abc"}}), "abc");
  EXPECT_EQ(Find("header: 'Authorization'", "/", {{"authorization", "bearer abc"}}), "bearer abc");
  EXPECT_EQ(Find("header: 'x-api-key'", "/", {{"x-other", "one"}}), "");
}

TEST(KeySourceTest, Query) {
  EXPECT_EQ(Find("query: 'key'", "/a?x=1&key=one&key=two"), "one");
  EXPECT_EQ(Find("query: 'key'", "/a?key=a%2Fb%20c+d%zz%4"), "a/b c+d%zz%4");
  EXPECT_EQ(Find("query: 'api key'", "/a?api%20key=one"), "one");
  EXPECT_EQ(Find("query: 'key'", "/a?key"), "");
  EXPECT_EQ(Find("query: 'key'", "/a?key=&key=two"), "");
  EXPECT_EQ(Find("query: 'key'", "/a?&&=&key=a=b&"), "a=b");
  EXPECT_EQ(Find("query: 'key'", "/key=one"), "");
  EXPECT_EQ(Find("query: 'key'", "/a?"), "");
}

TEST(KeySourceTest, Cookie) {
  EXPECT_EQ(Find("cookie: 'k'", "/", {{"cookie", "a=1; k=one; k=two"}}), "one");
  EXPECT_EQ(Find("cookie: 'k'", "/", {{"cookie", "a=1"}, {"cookie", "k=\"q\""}}), "q");
  EXPECT_EQ(Find("cookie: 'k'", "/", {{"cookie", "k; =; ;;kk=1; K=2"}}), "");
  EXPECT_EQ(Find("cookie: 'k'", "/", {{"cookie", "k=\""}}), "\"");
}

TEST(KeySourceTest, HeaderBeforeQueryBeforeCookie) {
  EXPECT_EQ(Find("header: 'h' query: 'q' cookie: 'c'", "/?q=2", {{"h", "1"}, {"cookie", "c=3"}}),
            "1");
  EXPECT_EQ(Find("query: 'q' cookie: 'c'", "/?q=2", {{"cookie", "c=3"}}), "2");
  // Only the one that takes precedence is looked at.
  EXPECT_EQ(Find("header: 'h' query: 'q'", "/?q=2"), "");
}

TEST(KeySourceTest, RefusesWhatCannotHoldAKey) {
  EXPECT_EQ(Compile("").status().message(), "one of header, query and cookie must be set");
  EXPECT_FALSE(Compile("header: ':path'").ok());
  EXPECT_FALSE(Compile("header: 'Host'").ok());
}

}  // namespace
}  // namespace fairlead::filters
