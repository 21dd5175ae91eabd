#include "dataplane/filters/api_key_auth/api_key_auth.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "dataplane/filters/testing/test_stream.h"
#include "envoy/extensions/filters/http/api_key_auth/v3/api_key_auth.pb.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/text_format.h"

namespace fairlead::filters::api_key_auth {
namespace {

namespace v3 = envoy::extensions::filters::http::api_key_auth::v3;
using testing::TestStream;

template <typename Proto>
google::protobuf::Any Pack(const std::string& text) {
  Proto proto;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &proto)) << text;
  google::protobuf::Any any;
  any.PackFrom(proto);
  return any;
}

observe::CounterSets& Counters() {
  static observe::CounterSets counters(/*workers=*/1);
  return counters;
}

absl::StatusOr<std::unique_ptr<const Filter>> Make(const std::string& text) {
  return Factory().Create(Pack<v3::ApiKeyAuth>(text), {Counters(), "in"});
}

std::shared_ptr<const route::FilterOverride> MakeOverride(const std::string& text) {
  auto made = Factory().CreateOverride(Pack<v3::ApiKeyAuthPerRoute>(text), {Counters(), {}});
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

constexpr char kFilter[] =
    "credentials { key: 'red' client: 'alice' } credentials { key: 'blue' client: 'bob' } "
    "key_sources { header: 'x-api-key' } key_sources { query: 'key' }";

class ApiKeyAuthTest : public ::testing::Test {
 protected:
  // "200" or "<status> <body> <details>".
  std::string Try(const Filter& filter, const route::FilterOverride* settings,
                  std::string_view path, const TestStream::Fields& fields = {}) {
    test_.Request("GET", path, fields);
    if (test_.Run(filter, settings) == Verdict::kContinue) return "200";
    return std::to_string(test_.stream.response.status) + " " + test_.body() + " " +
           std::string(test_.stream.info.response_code_details);
  }

  TestStream test_;
};

TEST_F(ApiKeyAuthTest, OnlyKnownKeysPass) {
  const auto filter = Make(kFilter);
  ASSERT_TRUE(filter.ok()) << filter.status();
  EXPECT_EQ(Try(**filter, nullptr, "/", {{"x-api-key", "red"}}), "200");
  EXPECT_EQ(Try(**filter, nullptr, "/?key=blue"), "200");
  EXPECT_EQ(Try(**filter, nullptr, "/"), "401 Client authentication failed. missing_api_key");
  EXPECT_EQ(Try(**filter, nullptr, "/", {{"x-api-key", "green"}}),
            "401 Client authentication failed. unkonwn_api_key");
  EXPECT_EQ(test_.stream.response.headers.Get("content-type"), "text/plain");
}

TEST_F(ApiKeyAuthTest, FirstSourceWithAKeyCounts) {
  const auto filter = Make(kFilter);
  ASSERT_TRUE(filter.ok());
  EXPECT_EQ(Try(**filter, nullptr, "/?key=red", {{"x-api-key", "green"}}),
            "401 Client authentication failed. unkonwn_api_key");
  EXPECT_EQ(Try(**filter, nullptr, "/?key=red", {{"x-api-key", ""}}), "200");
}

TEST_F(ApiKeyAuthTest, WithoutKeysOrSourcesNobodyPasses) {
  const auto empty = Make("");
  ASSERT_TRUE(empty.ok());
  EXPECT_EQ(Try(**empty, nullptr, "/"), "401 Client authentication failed. missing_key_sources");
  const auto no_keys = Make("key_sources { header: 'x-api-key' }");
  ASSERT_TRUE(no_keys.ok());
  EXPECT_EQ(Try(**no_keys, nullptr, "/", {{"x-api-key", "red"}}),
            "401 Client authentication failed. missing_credentials");
}

TEST_F(ApiKeyAuthTest, RouteNamesAllowedClients) {
  const auto filter = Make(kFilter);
  ASSERT_TRUE(filter.ok());
  const auto route = MakeOverride("allowed_clients: 'bob'");
  EXPECT_EQ(Try(**filter, route.get(), "/", {{"x-api-key", "blue"}}), "200");
  EXPECT_EQ(Try(**filter, route.get(), "/", {{"x-api-key", "red"}}),
            "403 Client is forbidden. client_not_allowed");
  EXPECT_EQ(Try(**filter, route.get(), "/", {{"x-api-key", "green"}}),
            "401 Client authentication failed. unkonwn_api_key");
}

TEST_F(ApiKeyAuthTest, RouteReplacesKeysAndSources) {
  const auto filter = Make(kFilter);
  ASSERT_TRUE(filter.ok());
  const auto keys = MakeOverride("credentials { key: 'gold' client: 'carol' }");
  EXPECT_EQ(Try(**filter, keys.get(), "/", {{"x-api-key", "gold"}}), "200");
  EXPECT_EQ(Try(**filter, keys.get(), "/", {{"x-api-key", "red"}}),
            "401 Client authentication failed. unkonwn_api_key");
  const auto sources = MakeOverride("key_sources { cookie: 'k' }");
  EXPECT_EQ(Try(**filter, sources.get(), "/", {{"cookie", "k=red"}}), "200");
  EXPECT_EQ(Try(**filter, sources.get(), "/", {{"x-api-key", "red"}}),
            "401 Client authentication failed. missing_api_key");
}

TEST_F(ApiKeyAuthTest, SettingsOfAnotherFilterArePassedOver) {
  class Foreign final : public route::FilterOverride {};
  const Foreign foreign;
  const auto filter = Make(kFilter);
  ASSERT_TRUE(filter.ok());
  EXPECT_EQ(Try(**filter, &foreign, "/", {{"x-api-key", "red"}}), "200");
  EXPECT_EQ(Try(**filter, &foreign, "/"), "401 Client authentication failed. missing_api_key");
}

TEST_F(ApiKeyAuthTest, ErrorsNameTheFieldAndNeverTheKey) {
  const auto twice =
      Make("credentials { key: 'secret1' client: 'a' } credentials { key: 'secret1' client: 'b' }");
  ASSERT_FALSE(twice.ok());
  EXPECT_EQ(
      twice.status().message(),
      "credentials[1].key: is the key of an earlier credential too ('b'); keys must be unique");
  EXPECT_EQ(Make("credentials { key: 'k' }").status().message(), "credentials[0].client: is empty");
  EXPECT_EQ(Make("credentials { client: 'c' }").status().message(), "credentials[0].key: is empty");
  EXPECT_EQ(Make("key_sources { header: 'a' } key_sources {}").status().message(),
            "key_sources[1]: one of header, query and cookie must be set");
}

// One client may have several keys.
TEST_F(ApiKeyAuthTest, ClientsMayRepeat) {
  EXPECT_TRUE(
      Make("credentials { key: 'a' client: 'x' } credentials { key: 'b' client: 'x' }").ok());
}

}  // namespace
}  // namespace fairlead::filters::api_key_auth
