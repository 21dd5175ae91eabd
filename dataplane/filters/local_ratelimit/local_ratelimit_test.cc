#include "dataplane/filters/local_ratelimit/local_ratelimit.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "dataplane/base/strings.h"
#include "dataplane/filters/testing/test_stream.h"
#include "dataplane/xds/proto_check.h"
#include "envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit.pb.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/text_format.h"

namespace fairlead::filters::local_ratelimit {
namespace {

using envoy::extensions::filters::http::local_ratelimit::v3::LocalRateLimit;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::TestStream;

constexpr char kBucket[] =
    "stat_prefix: 'x' token_bucket { max_tokens: 3 fill_interval { seconds: 60 } } ";
constexpr char kOn[] =
    "filter_enabled { default_value { numerator: 100 } } "
    "filter_enforced { default_value { numerator: 100 } } ";

LocalRateLimit Parse(const std::string& text) {
  LocalRateLimit proto;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &proto)) << text;
  return proto;
}

google::protobuf::Any Pack(const std::string& text) {
  google::protobuf::Any any;
  any.PackFrom(Parse(text));
  return any;
}

observe::CounterSets& Counters() {
  static observe::CounterSets counters(/*workers=*/1);
  return counters;
}

// The counters of a scope; ForEach sees those of filters that are alive.
std::map<std::string, uint64_t> Counted(std::string_view stat_prefix) {
  std::map<std::string, uint64_t> all;
  Counters().ForEach([&](const observe::CounterScope& scope) -> observe::CounterSets::Visit {
    if (scope.owner != stat_prefix) return [](std::string_view, uint64_t) {};
    EXPECT_EQ(scope.before, "");
    EXPECT_EQ(scope.after, ".http_local_rate_limit.");
    return [&all](std::string_view name, uint64_t sum) { all[std::string(name)] = sum; };
  });
  return all;
}

std::unique_ptr<const Filter> Make(const std::string& text) {
  auto made = Factory().Create(Pack(text), {Counters(), "in"});
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

std::shared_ptr<const route::FilterOverride> MakeOverride(const std::string& text) {
  auto made = Factory().CreateOverride(Pack(text), {Counters(), {}});
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

std::string Error(const std::string& text) {
  return std::string(Factory().Create(Pack(text), {Counters(), "in"}).status().message());
}

class LocalRateLimitTest : public ::testing::Test {
 protected:
  // How many of so many requests pass.
  int Passed(const Filter& filter, int requests, const route::FilterOverride* settings = nullptr) {
    int passed = 0;
    for (int i = 0; i < requests; ++i) {
      test_.Request("GET", "/");
      if (test_.Run(filter, settings) == Verdict::kContinue) ++passed;
    }
    return passed;
  }

  TestStream test_;
};

TEST_F(LocalRateLimitTest, RefusesWhenTheBucketIsEmpty) {
  const auto filter = Make(std::string(kBucket) + kOn);
  EXPECT_EQ(Passed(*filter, 5), 3);
  EXPECT_EQ(test_.stream.response.status, 429);
  EXPECT_EQ(test_.body(), "local_rate_limited");
  // As Envoy: only the global limit's service sets it.
  EXPECT_EQ(test_.stream.response.headers.Get("x-envoy-ratelimited").data(), nullptr);
  EXPECT_EQ(test_.stream.info.response_flags, static_cast<uint32_t>(observe::kRateLimited));
  EXPECT_EQ(test_.stream.info.response_code_details, "local_rate_limited");
  test_.Advance(seconds(59));
  EXPECT_EQ(Passed(*filter, 5), 0);
  test_.Advance(seconds(1));
  EXPECT_EQ(Passed(*filter, 5), 1);
}

TEST_F(LocalRateLimitTest, IsOffUntilEnabledAndEnforced) {
  EXPECT_EQ(Passed(*Make(kBucket), 10), 10);
  EXPECT_EQ(
      Passed(*Make(std::string(kBucket) + "filter_enabled { default_value { numerator: 100 } }"),
             10),
      10);
  EXPECT_EQ(
      Passed(*Make(std::string(kBucket) + "filter_enforced { default_value { numerator: 100 } }"),
             10),
      10);
}

TEST_F(LocalRateLimitTest, EnforcesAShare) {
  const auto filter = Make(std::string(kBucket) +
                           "filter_enabled { default_value { numerator: 100 } } "
                           "filter_enforced { runtime_key: 'k' default_value { numerator: 500000 "
                           "denominator: MILLION } }");
  const int passed = Passed(*filter, 2000);
  EXPECT_GT(passed, 900);
  EXPECT_LT(passed, 1100);
}

TEST_F(LocalRateLimitTest, RequestsOutsideTheEnabledShareTakeNoToken) {
  const auto filter = Make(
      "stat_prefix: 'x' token_bucket { max_tokens: 1000 fill_interval { seconds: 60 } } "
      "filter_enabled { default_value { numerator: 10 } } "
      "filter_enforced { default_value { numerator: 100 } }");
  EXPECT_EQ(Passed(*filter, 5000), 5000);
}

TEST_F(LocalRateLimitTest, MarksRequestsThatAreNotEnforced) {
  const auto filter = Make(std::string(kBucket) +
                           "filter_enabled { default_value { numerator: 100 } } "
                           "request_headers_to_add_when_not_enforced { header { key: 'X-Limited' "
                           "value: 'yes' } }");
  EXPECT_EQ(Passed(*filter, 3), 3);
  EXPECT_FALSE(test_.stream.request.headers.Get("x-limited") == "yes");
  EXPECT_EQ(Passed(*filter, 1), 1);
  EXPECT_EQ(test_.stream.request.headers.Get("x-limited"), "yes");
}

TEST_F(LocalRateLimitTest, StatusAndHeadersOfTheReply) {
  const auto filter = Make(std::string(kBucket) + kOn +
                           "status { code: ServiceUnavailable } "
                           "response_headers_to_add { header { key: 'X-Why' value: 'busy' } }");
  EXPECT_EQ(Passed(*filter, 4), 3);
  EXPECT_EQ(test_.stream.response.status, 503);
  EXPECT_EQ(test_.stream.response.headers.Get("x-why"), "busy");
  const auto ok = Make(std::string(kBucket) + kOn + "status { code: OK }");
  EXPECT_EQ(Passed(*ok, 4), 3);
  EXPECT_EQ(test_.stream.response.status, 429);
}

TEST_F(LocalRateLimitTest, WithoutABucketNothingIsLimited) {
  EXPECT_EQ(Passed(*Make(std::string("stat_prefix: 'x' ") + kOn), 100), 100);
}

// apache/apisix#7746.
TEST_F(LocalRateLimitTest, RoutesWithEqualSettingsHaveBucketsOfTheirOwn) {
  const auto filter = Make("stat_prefix: 'x'");
  const auto first = MakeOverride(std::string(kBucket) + kOn);
  const auto second = MakeOverride(std::string(kBucket) + kOn);
  EXPECT_EQ(Passed(*filter, 1, first.get()), 1);
  EXPECT_EQ(Passed(*filter, 5, second.get()), 3);
  EXPECT_EQ(Passed(*filter, 5, first.get()), 2);
}

TEST_F(LocalRateLimitTest, RouteReplacesTheFiltersSettings) {
  const auto filter = Make(std::string(kBucket) + kOn);
  const auto off = MakeOverride(kBucket);
  EXPECT_EQ(Passed(*filter, 10, off.get()), 10);
  EXPECT_EQ(Passed(*filter, 10), 3);
}

TEST_F(LocalRateLimitTest, ErrorsNameTheField) {
  EXPECT_EQ(Error(""), "stat_prefix: is empty");
  EXPECT_EQ(Error("stat_prefix: 'x' token_bucket { fill_interval { seconds: 1 } }"),
            "token_bucket: max_tokens: is 0, allowed is > 0");
  EXPECT_EQ(Error("stat_prefix: 'x' token_bucket { max_tokens: 1 tokens_per_fill { value: 0 } "
                  "fill_interval { seconds: 1 } }"),
            "token_bucket: tokens_per_fill: is 0, allowed is > 0");
  EXPECT_EQ(Error("stat_prefix: 'x' token_bucket { max_tokens: 1 fill_interval { nanos: 49999999 } "
                  "}"),
            "token_bucket: fill_interval: is 49999 us, allowed is >= 50 ms");
  EXPECT_EQ(Error("stat_prefix: 'x' token_bucket { max_tokens: 1 }"),
            "token_bucket: fill_interval: is 0 us, allowed is >= 50 ms");
  EXPECT_EQ(Error("stat_prefix: 'x' token_bucket { max_tokens: 1 "
                  "fill_interval { seconds: 315576000000 } }"),
            "token_bucket: fill_interval: is 315576000000 s, allowed is up to 5 years");
  const auto bad_header =
      Error("stat_prefix: 'x' response_headers_to_add { header { key: ':status' value: '1' } }");
  EXPECT_TRUE(bad_header.starts_with("response_headers_to_add[0]")) << bad_header;
  EXPECT_EQ(Factory().CreateOverride(Pack("stat_prefix: 'x'"), {Counters(), {}}).status().message(),
            "token_bucket: is missing; a route's settings must have one");
}

TEST_F(LocalRateLimitTest, OtherFieldsAreRefused) {
  xds::SupportTable table;
  DeclareSupport(table);
  xds::ProtoCheck check(table);
  EXPECT_TRUE(check.Check(Parse(std::string(kBucket) + kOn), "filter").ok());
  for (const char* field :
       {"stage: 1", "rate_limited_as_resource_exhausted: true",
        "local_rate_limit_per_downstream_connection: true", "vh_rate_limits: IGNORE",
        "enable_x_ratelimit_headers: DRAFT_VERSION_03",
        "always_consume_default_token_bucket { value: false }",
        "descriptors { entries { key: 'a' value: 'b' } token_bucket { max_tokens: 1 "
        "fill_interval { seconds: 60 } } }",
        "max_dynamic_descriptors { value: 5 }", "local_cluster_rate_limit {}"}) {
    EXPECT_FALSE(check.Check(Parse(std::string(kBucket) + field), "filter").ok()) << field;
  }
}

TEST_F(LocalRateLimitTest, CountsAsEnvoyDoes) {
  const std::string prefix = "stat_prefix: 'counted' ";
  const std::string bucket = "token_bucket { max_tokens: 3 fill_interval { seconds: 60 } } ";
  const auto filter = Make(prefix + bucket + kOn);
  EXPECT_EQ(Passed(*filter, 5), 3);
  using Counts = std::map<std::string, uint64_t>;
  EXPECT_EQ(Counted("counted"),
            (Counts{{"enabled", 5}, {"ok", 3}, {"rate_limited", 2}, {"enforced", 2}}));
  // A filter of a new configuration goes on where the old one stopped.
  const auto next = Make(prefix + bucket + "filter_enabled { default_value { numerator: 100 } }");
  EXPECT_EQ(Passed(*next, 4), 4);
  EXPECT_EQ(Counted("counted"),
            (Counts{{"enabled", 9}, {"ok", 6}, {"rate_limited", 3}, {"enforced", 2}}));
  // One that is off counts nothing, and a route's settings have a scope of their own.
  const auto route = MakeOverride("stat_prefix: 'route' " + bucket + kOn);
  EXPECT_EQ(Passed(*Make(prefix + bucket), 2), 2);
  EXPECT_EQ(Passed(*filter, 1, route.get()), 1);
  EXPECT_EQ(Counted("counted").at("enabled"), 9u);
  EXPECT_EQ(Counted("route").at("ok"), 1u);
}

}  // namespace
}  // namespace fairlead::filters::local_ratelimit
