// Responses: status lines, and how their bodies end.

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>

#include "dataplane/codec/http1/parser.h"

namespace fairlead::codec::http1 {
namespace {

struct Parsed {
  explicit Parsed(std::string_view text, Method method = Method::kGet) : bytes(text) {
    HeadScanner scan;
    result = ParseResponseHead(scan, bytes.data(), bytes.size(), {}, method, head);
  }

  bool ok() const { return result.state == ParseState::kDone; }

  std::string bytes;
  ResponseHead head;
  ParseResult result;
};

std::string With(std::string_view fields, std::string_view first_line = "HTTP/1.1 200 OK") {
  return std::string(first_line) + "\r\n" + std::string(fields) + "\r\n";
}

TEST(ParserResponseTest, ReadsAWholeHead) {
  const Parsed parsed(
      "HTTP/1.1 404 Not  Found\r\nServer: x\r\nContent-Length: 5\r\nSet-Cookie: a=b\r\n"
      "Set-Cookie: c=d\r\n\r\nhello");
  ASSERT_TRUE(parsed.ok()) << ErrorName(parsed.result.error);
  EXPECT_EQ(parsed.result.consumed, parsed.bytes.size() - 5);
  EXPECT_EQ(parsed.head.status, 404);
  EXPECT_EQ(parsed.head.reason, "Not  Found");
  EXPECT_EQ(parsed.head.framing.kind, Framing::Kind::kLength);
  EXPECT_EQ(parsed.head.framing.length, 5u);
  EXPECT_TRUE(parsed.head.keep_alive);
  ASSERT_EQ(parsed.head.headers.size(), 3u);
  EXPECT_EQ(parsed.head.headers[2].value, "c=d");
}

TEST(ParserResponseTest, ReasonMayBeEmptyMissingOrObsText) {
  EXPECT_EQ(Parsed(With("", "HTTP/1.1 200 ")).head.reason, "");
  const Parsed missing(With("", "HTTP/1.1 200"));
  EXPECT_TRUE(missing.ok());
  EXPECT_EQ(missing.head.status, 200);
  EXPECT_EQ(Parsed(With("", "HTTP/1.1 200 \xc3\xa9t\xc3\xa9\t!")).head.reason,
            "\xc3\xa9t\xc3\xa9\t!");
  EXPECT_EQ(Parsed(With("", "HTTP/1.0 999 x")).head.status, 999);
}

TEST(ParserResponseTest, TakesOutHopByHopFields) {
  const Parsed parsed(
      With("Connection: close, X-Drop\r\nKeep-Alive: x\r\nProxy-Connection: y\r\nUpgrade: h2c\r\n"
           "X-Drop: 1\r\nX-Keep: 2\r\nContent-Length: 0\r\n"));
  ASSERT_TRUE(parsed.ok());
  ASSERT_EQ(parsed.head.headers.size(), 1u);
  EXPECT_EQ(parsed.head.headers[0].name, "x-keep");
  EXPECT_FALSE(parsed.head.keep_alive);
}

TEST(ParserResponseTest, FramesBodies) {
  struct Row {
    std::string_view first_line, fields;
    Method method;
    Framing::Kind kind;
    bool keep_alive;
  };
  constexpr auto kGet = Method::kGet;
  const Row rows[] = {
      {"HTTP/1.1 200 OK", "Content-Length: 0\r\n", kGet, Framing::Kind::kLength, true},
      {"HTTP/1.1 200 OK", "Transfer-Encoding: chunked\r\n", kGet, Framing::Kind::kChunked, true},
      {"HTTP/1.1 200 OK", "", kGet, Framing::Kind::kUntilClose, false},
      {"HTTP/1.0 200 OK", "Connection: keep-alive\r\n", kGet, Framing::Kind::kUntilClose, false},
      {"HTTP/1.0 200 OK", "Connection: keep-alive\r\nContent-Length: 1\r\n", kGet,
       Framing::Kind::kLength, true},
      {"HTTP/1.0 200 OK", "Content-Length: 1\r\n", kGet, Framing::Kind::kLength, false},
      {"HTTP/1.1 200 OK", "Content-Length: 9\r\n", Method::kHead, Framing::Kind::kNone, true},
      {"HTTP/1.1 200 OK", "Transfer-Encoding: chunked\r\n", Method::kHead, Framing::Kind::kNone,
       true},
      {"HTTP/1.1 200 OK", "", Method::kHead, Framing::Kind::kNone, true},
      {"HTTP/1.1 304 Not Modified", "Content-Length: 500\r\n", kGet, Framing::Kind::kNone, true},
      {"HTTP/1.1 304 Not Modified", "", kGet, Framing::Kind::kNone, true},
      {"HTTP/1.1 204 No Content", "Content-Length: 5\r\n", kGet, Framing::Kind::kNone, true},
      {"HTTP/1.1 100 Continue", "Content-Length: 168\r\n", kGet, Framing::Kind::kNone, true},
      {"HTTP/1.1 103 Early Hints", "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n", kGet,
       Framing::Kind::kNone, true},
      {"HTTP/1.1 205 Reset Content", "", kGet, Framing::Kind::kUntilClose, false},
  };
  for (const Row& row : rows) {
    const Parsed parsed(With(row.fields, row.first_line), row.method);
    ASSERT_TRUE(parsed.ok()) << row.first_line << " " << row.fields;
    EXPECT_EQ(parsed.head.framing.kind, row.kind) << row.first_line << " " << row.fields;
    EXPECT_EQ(parsed.head.keep_alive, row.keep_alive) << row.first_line << " " << row.fields;
    EXPECT_EQ(parsed.head.headers.Get(HeaderId::kContentLength).data(), nullptr);
  }
}

TEST(ParserResponseTest, ShowsTheLengthOfWhatIsNotSent) {
  const Parsed head(With("Content-Length: 9\r\n"), Method::kHead);
  EXPECT_TRUE(head.head.has_unframed_length);
  EXPECT_EQ(head.head.unframed_length, 9u);
  const Parsed not_modified(With("Content-Length: 500\r\n", "HTTP/1.1 304 x"));
  EXPECT_TRUE(not_modified.head.has_unframed_length);
  EXPECT_EQ(not_modified.head.unframed_length, 500u);
  EXPECT_FALSE(Parsed(With(""), Method::kHead).head.has_unframed_length);
  EXPECT_FALSE(Parsed(With("Content-Length: 5\r\n", "HTTP/1.1 204 x")).head.has_unframed_length);
}

struct Refused {
  std::string name;
  std::string text;
  ParseError error;
};

void PrintTo(const Refused& row, std::ostream* out) { *out << row.name; }

class ParserRefusedResponseTest : public testing::TestWithParam<Refused> {};

TEST_P(ParserRefusedResponseTest, IsRefused) {
  const Parsed parsed(GetParam().text);
  ASSERT_EQ(parsed.result.state, ParseState::kError);
  EXPECT_EQ(ErrorName(parsed.result.error), ErrorName(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    All, ParserRefusedResponseTest,
    testing::Values(
        Refused{"Junk", "<html>", ParseError::kBadStatusLine},
        Refused{"EmptyLineFirst", "\r\nHTTP/1.1 200 OK\r\n\r\n", ParseError::kBadStatusLine},
        Refused{"Short", "HTTP/1.1 20\r\n", ParseError::kBadStatusLine},
        Refused{"VersionAlone", "HTTP/1.1\r\n", ParseError::kBadStatusLine},
        Refused{"TwoBlanks", "HTTP/1.1  200 OK\r\n", ParseError::kBadStatusLine},
        Refused{"Status099", "HTTP/1.1 099 OK\r\n", ParseError::kBadStatusLine},
        Refused{"FourDigits", "HTTP/1.1 2000 OK\r\n", ParseError::kBadStatusLine},
        Refused{"Letters", "HTTP/1.1 2x0 OK\r\n", ParseError::kBadStatusLine},
        Refused{"Sign", "HTTP/1.1 +20 OK\r\n", ParseError::kBadStatusLine},
        Refused{"ControlInReason", "HTTP/1.1 200 O\x01K\r\n", ParseError::kBadStatusLine},
        Refused{"CrInReason", "HTTP/1.1 200 O\rK\r\n", ParseError::kBadLineEnd},
        Refused{"Version2", "HTTP/2.0 200 OK\r\n", ParseError::kVersionNotSupported},
        Refused{"BadVersion", "HTTX/1.1 200 OK\r\n", ParseError::kBadVersion},
        Refused{"LengthAndCoding", With("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"),
                ParseError::kLengthAndCoding},
        Refused{"TwoLengths", With("Content-Length: 4\r\nContent-Length: 4\r\n"),
                ParseError::kBadContentLength},
        Refused{"BadLength304", With("Content-Length: x\r\n", "HTTP/1.1 304 x"),
                ParseError::kBadContentLength},
        Refused{"Coding10", With("Transfer-Encoding: chunked\r\n", "HTTP/1.0 200 OK"),
                ParseError::kCodingInHttp10},
        Refused{"OtherCoding", With("Transfer-Encoding: gzip\r\n"), ParseError::kBadTransferCoding},
        Refused{"BareLf", "HTTP/1.1 200 OK\nA: b\n\n", ParseError::kBadLineEnd},
        Refused{"ObsFold", With("A: b\r\n c\r\n"), ParseError::kObsFold},
        Refused{"BlankBeforeColon", With("A : b\r\n"), ParseError::kBadFieldName}),
    testing::PrintToStringParamName());

}  // namespace
}  // namespace fairlead::codec::http1
