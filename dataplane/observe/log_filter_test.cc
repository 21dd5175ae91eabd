#include "dataplane/observe/log_filter.h"

#include <gtest/gtest.h>

#include <string>

#include "dataplane/event/random.h"
#include "dataplane/observe/log_test_support.h"
#include "envoy/config/accesslog/v3/accesslog.pb.h"
#include "google/protobuf/text_format.h"

namespace fairlead::observe {
namespace {

using envoy::config::accesslog::v3::AccessLogFilter;

class LogFilterTest : public testing::Test {
 protected:
  // A header filter that asks for the field's presence only.
  static absl::StatusOr<HeaderTest> CompileHeader(
      const envoy::config::route::v3::HeaderMatcher& proto) {
    if (proto.name().empty()) return absl::InvalidArgumentError("name: is empty");
    return [name = proto.name()](const codec::RequestHead& request) {
      return request.headers.Get(name).data() != nullptr;
    };
  }
  static absl::StatusOr<std::unique_ptr<const LogFilter>> Compile(const std::string& text) {
    AccessLogFilter proto;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &proto)) << text;
    return CompileLogFilter(proto, {.compile_header = &CompileHeader});
  }
  bool Holds(const std::string& text) {
    auto filter = Compile(text);
    EXPECT_TRUE(filter.ok()) << filter.status();
    LogEntry entry = exchange_.entry();
    return filter.ok() && (*filter)->Holds({entry.request, entry.response, entry.info, &random_});
  }
  // How many of 10,000 exchanges pass.
  int CountOf(const std::string& text) {
    auto filter = Compile(text);
    if (!filter.ok()) return -1;
    int count = 0;
    for (int i = 0; i < 10'000; ++i) {
      const LogEntry entry{exchange_.request, exchange_.response, exchange_.info, &random_};
      count += (*filter)->Holds(entry) ? 1 : 0;
    }
    return count;
  }
  static std::string Error(const std::string& text) {
    const auto filter = Compile(text);
    return filter.ok() ? "accepted" : std::string(filter.status().message());
  }

  TestExchange exchange_;
  event::Random random_{1};
};

std::string Status(const std::string& op, int value) {
  return "status_code_filter { comparison { op: " + op +
         " value { default_value: " + std::to_string(value) + " runtime_key: 'k' } } }";
}

TEST_F(LogFilterTest, StatusCode) {
  exchange_.info.response_code = 404;
  EXPECT_TRUE(Holds(Status("EQ", 404)));
  EXPECT_FALSE(Holds(Status("EQ", 400)));
  EXPECT_TRUE(Holds(Status("GE", 404)));
  EXPECT_FALSE(Holds(Status("GE", 405)));
  EXPECT_TRUE(Holds(Status("LE", 404)));
  EXPECT_FALSE(Holds(Status("LE", 403)));
  exchange_.info.response_code = 0;
  EXPECT_TRUE(Holds(Status("EQ", 0)));
}

TEST_F(LogFilterTest, DurationIsInMilliseconds) {
  const std::string at_least = "duration_filter { comparison { op: GE value { runtime_key: 'k' ";
  EXPECT_TRUE(Holds(at_least + "default_value: 25 } } }"));
  EXPECT_FALSE(Holds(at_least + "default_value: 26 } } }"));
  exchange_.info.response_complete = {};
  EXPECT_FALSE(Holds(at_least + "default_value: 0 } } }"));
}

TEST_F(LogFilterTest, HealthChecksAndTypes) {
  EXPECT_TRUE(Holds("not_health_check_filter {}"));
  exchange_.info.is_health_check = true;
  EXPECT_FALSE(Holds("not_health_check_filter {}"));
  EXPECT_TRUE(Holds("log_type_filter { types: DownstreamEnd }"));
  EXPECT_FALSE(Holds("log_type_filter { types: DownstreamStart types: TcpPeriodic }"));
  EXPECT_FALSE(Holds("log_type_filter { types: DownstreamEnd exclude: true }"));
  EXPECT_FALSE(Holds("log_type_filter { }"));
  EXPECT_TRUE(Holds("log_type_filter { exclude: true }"));
}

TEST_F(LogFilterTest, ResponseFlags) {
  const std::string uh_or_ut = "response_flag_filter { flags: 'UH' flags: 'UT' }";
  EXPECT_FALSE(Holds("response_flag_filter {}"));
  EXPECT_FALSE(Holds(uh_or_ut));
  exchange_.info.SetFlag(kUpstreamRequestTimeout);
  EXPECT_TRUE(Holds("response_flag_filter {}"));
  EXPECT_TRUE(Holds(uh_or_ut));
  EXPECT_FALSE(Holds("response_flag_filter { flags: 'NR' }"));
  // One that only Envoy sets.
  EXPECT_FALSE(Holds("response_flag_filter { flags: 'UMSDR' }"));
}

TEST_F(LogFilterTest, Headers) {
  EXPECT_TRUE(Holds("header_filter { header { name: 'user-agent' } }"));
  EXPECT_FALSE(Holds("header_filter { header { name: 'x-none' } }"));
}

TEST_F(LogFilterTest, AndOrAreCombined) {
  const std::string yes = "filters { " + Status("EQ", 200) + " } ";
  const std::string no = "filters { " + Status("EQ", 500) + " } ";
  EXPECT_TRUE(Holds("and_filter { " + yes + yes + "}"));
  EXPECT_FALSE(Holds("and_filter { " + yes + no + "}"));
  EXPECT_TRUE(Holds("or_filter { " + no + yes + "}"));
  EXPECT_FALSE(Holds("or_filter { " + no + no + "}"));
  EXPECT_TRUE(Holds("or_filter { " + no + "filters { and_filter { " + yes + yes + "} } }"));
}

TEST_F(LogFilterTest, AShareIsByTheRequestId) {
  const std::string half =
      "runtime_filter { runtime_key: 'k' percent_sampled { numerator: 50 denominator: HUNDRED } ";
  exchange_.request.headers.Set("x-request-id", "00000031-0000-4000-8000-000000000000");
  EXPECT_EQ(CountOf(half + "}"), 10'000);  // 0x31 is 49
  exchange_.request.headers.Set("x-request-id", "00000032-0000-4000-8000-000000000000");
  EXPECT_EQ(CountOf(half + "}"), 0);
  EXPECT_NEAR(CountOf(half + "use_independent_randomness: true }"), 5000, 300);
  exchange_.request.headers.Set("x-request-id", "no number");
  EXPECT_NEAR(CountOf(half + "}"), 5000, 300);
}

TEST_F(LogFilterTest, AShareOfNothingAndOfAll) {
  // percent_sampled that is unset is 0%, as in Envoy.
  EXPECT_EQ(CountOf("runtime_filter { runtime_key: 'k' }"), 0);
  exchange_.request.headers.Remove("x-request-id");
  EXPECT_EQ(CountOf("runtime_filter { runtime_key: 'k' percent_sampled { numerator: 1000000 "
                    "denominator: MILLION } }"),
            10'000);
}

TEST_F(LogFilterTest, ErrorsNameTheField) {
  EXPECT_EQ(Error(""), "no kind of filter is set");
  EXPECT_EQ(Error("traceable_filter {}"), "traceable_filter: is not supported");
  EXPECT_EQ(Error("header_filter { header {} }"), "header_filter: header: name: is empty");
  EXPECT_EQ(Error("and_filter { filters { not_health_check_filter {} } }"),
            "and_filter: filters: at least two are needed");
  EXPECT_EQ(Error("or_filter { filters { not_health_check_filter {} } filters { metadata_filter {} "
                  "} }"),
            "or_filter: filters[1]: metadata_filter: is not supported");
  AccessLogFilter header;
  header.mutable_header_filter();
  EXPECT_EQ(CompileLogFilter(header, {}).status().message(),
            "header_filter: is not supported here");
}

TEST_F(LogFilterTest, NestingIsBounded) {
  std::string text = "not_health_check_filter {}";
  for (int i = 0; i <= kLogFilterDepthMax; ++i) {
    text = "or_filter { filters { not_health_check_filter {} } filters { " + text + " } }";
  }
  EXPECT_NE(Error(text).find("is nested more than 16 deep"), std::string::npos) << Error(text);
}

}  // namespace
}  // namespace fairlead::observe
