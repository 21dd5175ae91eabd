#include "dataplane/observe/log_format.h"

#include <gtest/gtest.h>

#include <string>

#include "dataplane/event/random.h"
#include "dataplane/observe/log_test_support.h"
#include "dataplane/observe/response_flags.h"

namespace fairlead::observe {
namespace {

std::string Format(std::string_view text, const TestExchange& exchange,
                   LogFormat::Empty empty = LogFormat::Empty::kDash) {
  auto format = LogFormat::Compile(text, empty);
  if (!format.ok()) return "error: " + std::string(format.status().message());
  std::string out;
  format->AppendText(exchange.entry(), out);
  return out;
}

std::string Error(std::string_view text) {
  const auto format = LogFormat::Compile(text);
  return format.ok() ? "none" : std::string(format.status().message());
}

TEST(LogFormatTest, DefaultFormatIsEnvoys) {
  const TestExchange exchange;
  EXPECT_EQ(Format(kDefaultLogFormat, exchange),
            "[2023-11-14T22:13:20.123Z] \"GET /a?b=1 HTTP/1.1\" 200 - 3 11 25 21 \"10.0.0.9\" "
            "\"curl/8\" \"id-1\" \"shop.example\" \"10.1.0.1:8080\"\n");
}

TEST(LogFormatTest, MissingValuesAreDashes) {
  TestExchange exchange;
  exchange.info.upstream_host = nullptr;
  exchange.info.response_complete = {};
  exchange.request.Clear();
  exchange.response.Clear();
  EXPECT_EQ(Format("%REQ(:METHOD)% %REQ(X-A)% %PROTOCOL% %DURATION% %UPSTREAM_HOST% "
                   "%RESP(:STATUS)%",
                   exchange),
            "- - - - - -");
  EXPECT_EQ(Format("<%REQ(X-A)%>", exchange, LogFormat::Empty::kOmit), "<>");
}

TEST(LogFormatTest, EveryOperator) {
  TestExchange exchange;
  exchange.info.SetFlag(kNoHealthyUpstream);
  exchange.info.SetFlag(kRateLimited);
  EXPECT_EQ(Format("%PROTOCOL% %RESPONSE_CODE% %RESPONSE_CODE_DETAILS% %RESPONSE_FLAGS% "
                   "%RESPONSE_FLAGS_LONG% %BYTES_RECEIVED% %BYTES_SENT%",
                   exchange),
            "HTTP/1.1 200 via_upstream UH,RL NoHealthyUpstream,RateLimited 3 11");
  EXPECT_EQ(Format("%DURATION% %REQUEST_DURATION% %RESPONSE_DURATION%", exchange), "25 2 23");
  EXPECT_EQ(Format("%UPSTREAM_HOST% %UPSTREAM_CLUSTER% %UPSTREAM_REQUEST_ATTEMPT_COUNT% "
                   "%ROUTE_NAME%",
                   exchange),
            "10.1.0.1:8080 backend 1 shop");
  EXPECT_EQ(Format("%DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT% "
                   "%DOWNSTREAM_LOCAL_PORT%",
                   exchange),
            "10.0.0.1:80 10.0.0.1 80");
  const std::string host = Format("%HOSTNAME%", exchange);
  EXPECT_FALSE(host.empty());
  EXPECT_NE(host, "-");
}

TEST(LogFormatTest, ClientMayBeAnotherThanThePeer) {
  TestExchange exchange;
  constexpr std::string_view kFormat =
      "%DOWNSTREAM_REMOTE_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% "
      "%DOWNSTREAM_REMOTE_PORT% %DOWNSTREAM_DIRECT_REMOTE_ADDRESS% "
      "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT% %DOWNSTREAM_DIRECT_REMOTE_PORT%";
  EXPECT_EQ(Format(kFormat, exchange), "10.0.0.9:5000 10.0.0.9 5000 10.0.0.9:5000 10.0.0.9 5000");
  exchange.info.downstream_client = *net::Address::Parse("2001:db8::7", 0);
  EXPECT_EQ(Format(kFormat, exchange), "[2001:db8::7]:0 2001:db8::7 0 10.0.0.9:5000 10.0.0.9 5000");
}

TEST(LogFormatTest, HeadersWithAlternativesAndLengths) {
  TestExchange exchange;
  EXPECT_EQ(
      Format("%REQ(X-ENVOY-ORIGINAL-PATH?:PATH):3% %REQ(User-Agent):0% %REQ(HOST):4%", exchange),
      "/a?  shop");
  exchange.request.headers.Add("x-envoy-original-path", "/before");
  exchange.request.headers.Add("x-empty", "");
  EXPECT_EQ(Format("%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% <%REQ(X-EMPTY?:PATH)%>", exchange),
            "/before <>");
  exchange.request.framing = {codec::Framing::Kind::kLength, 3};
  exchange.response.framing = {codec::Framing::Kind::kChunked, 0};
  EXPECT_EQ(Format("%REQ(CONTENT-LENGTH)% %RESP(CONTENT-LENGTH)% %RESP(TRANSFER-ENCODING)% "
                   "%RESP(:STATUS)% %REQ(:SCHEME)%",
                   exchange),
            "3 - chunked 200 http");
}

TEST(LogFormatTest, DetailsHaveNoSpacesUnlessAllowed) {
  TestExchange exchange;
  exchange.info.response_code_details = "too many fields";
  EXPECT_EQ(Format("%RESPONSE_CODE_DETAILS%|%RESPONSE_CODE_DETAILS(ALLOW_WHITESPACES)%", exchange),
            "too_many_fields|too many fields");
}

TEST(LogFormatTest, ValuesCannotForgeLines) {
  TestExchange exchange;
  exchange.request.headers.Add("x-evil", "a\r\n[2023] \"GET /admin\x1b[2J\x7f");
  EXPECT_EQ(Format("%REQ(X-EVIL)%\n", exchange), "a\\x0d\\x0a[2023] \"GET /admin\\x1b[2J\\x7f\n");
}

TEST(LogFormatTest, PercentSignsAndParentheses) {
  const TestExchange exchange;
  EXPECT_EQ(Format("100%% %START_TIME(%Y (%H%%))%", exchange), "100% 2023 (22%)");
}

TEST(LogFormatTest, ErrorsNameTheOperatorAndItsPlace) {
  EXPECT_EQ(Error("a %FOO% b"), "at position 2: unknown operator %FOO%");
  EXPECT_EQ(Error("%DURATION"), "at position 0: operator %DURATION has no % to end it");
  EXPECT_EQ(Error("50% off"),
            "at position 2: a lone %; an operator is written %NAME%, a percent sign %%");
  EXPECT_EQ(Error("%REQ(A?B?C)%"),
            "at position 0: operator %REQ%: 'A?B?C' names more than one alternative");
  EXPECT_EQ(Error("%REQ%"), "at position 0: operator %REQ%: needs a header's name in parentheses");
  EXPECT_EQ(Error("%REQ(A B)%"), "at position 0: operator %REQ%: 'A B' is not a header name");
  EXPECT_EQ(Error("%PROTOCOL(X)%"), "at position 0: operator %PROTOCOL%: takes no parameters");
  EXPECT_EQ(Error("%DURATION:3%"), "at position 0: operator %DURATION% takes no length");
  EXPECT_EQ(Error("%REQ(A):x%"),
            "at position 0: operator %REQ( has no )% to end it, or a length that is no number");
  EXPECT_EQ(Error("%REQ(A):99999999999999999999999%"),
            "at position 0: operator %REQ( has no )% to end it, or a length that is no number");
  EXPECT_NE(Error("%START_TIME(%n)%"), "none");
}

// Goal: no format string crashes, and one that is accepted can be written. Method: random strings
// of the pieces that formats are made of.
TEST(LogFormatTest, AnyFormatIsReadOrRefused) {
  constexpr uint64_t kSeed = 20240601;
  SCOPED_TRACE(kSeed);
  event::Random random(kSeed);
  constexpr std::string_view kPieces[] = {
      "%",  "%%",  "(",  ")",   ":",    "?",      "REQ",        "RESP(", "START_TIME",   "DURATION",
      "%f", "%3f", "%s", "%Y%", ")%",   ":12%",   "%REQ(A)%",   "\n",    "\r",           "\xff",
      "A",  "_",   "9",  " ",   "%-_n", "%2000d", "%HOSTNAME%", "%E*S",  "%START_TIME(", "\x01"};
  const TestExchange exchange;
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (uint64_t n = random.Below(9); n > 0; --n) {
      text += kPieces[random.Below(std::size(kPieces))];
    }
    const auto format = LogFormat::Compile(text);
    if (!format.ok()) {
      EXPECT_FALSE(format.status().message().empty());
      continue;
    }
    ++accepted;
    std::string out;
    format->AppendText(exchange.entry(), out);
    std::string json;
    format->AppendJson(exchange.entry(), json);
    EXPECT_LT(out.size(), 4000u);
  }
  EXPECT_GT(accepted, 1000);
}

TEST(ResponseFlagsTest, AllFitAndNoneIsADash) {
  char buffer[512];
  EXPECT_EQ(WriteResponseFlags(0, FlagNames::kShort, buffer), "-");
  EXPECT_EQ(WriteResponseFlags(kDownstreamRequestTimeout, FlagNames::kShort, buffer), "-");
  const std::string_view all = WriteResponseFlags(~0u, FlagNames::kLong, buffer);
  EXPECT_TRUE(all.ends_with(",OverloadManagerTerminated")) << all;
  EXPECT_EQ(WriteResponseFlags(~0u, FlagNames::kShort, std::span<char>(buffer, 4)), "UH");
}

}  // namespace
}  // namespace fairlead::observe
