// Requests: what is taken, how it is read, and each class of what is refused.

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>

#include "dataplane/codec/http1/parser.h"

namespace fairlead::codec::http1 {
namespace {

// One message and its result; the head's views point into `bytes`.
struct Parsed {
  explicit Parsed(std::string_view text, const HeadLimits& limits = {}) : bytes(text) {
    HeadScanner scan;
    result = ParseRequestHead(scan, bytes.data(), bytes.size(), limits, head);
  }

  std::string Fields() const {
    std::string out;
    for (const Header& field : head.headers) {
      out.append(field.name).append("=").append(field.value).append(";");
    }
    return out;
  }
  bool ok() const { return result.state == ParseState::kDone; }

  std::string bytes;
  RequestHead head;
  ParseResult result;
};

// A request with the given field lines.
std::string With(std::string_view fields, std::string_view first_line = "POST / HTTP/1.1") {
  return std::string(first_line) + "\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

TEST(ParserRequestTest, ReadsAWholeHead) {
  const std::string_view text =
      "GET /a/b?c=d HTTP/1.1\r\nHost: example.com:8080\r\nUser-Agent:curl/8\r\n"
      "X-Team: \t blue team\t \r\nACCEPT: */*\r\naccept: text/html\r\nX-Empty:\r\n\r\nrest";
  const Parsed parsed(text);
  ASSERT_TRUE(parsed.ok()) << ErrorName(parsed.result.error);
  EXPECT_EQ(parsed.result.consumed, text.size() - 4);
  EXPECT_EQ(parsed.head.method, Method::kGet);
  EXPECT_EQ(parsed.head.method_text, "GET");
  EXPECT_EQ(parsed.head.path, "/a/b?c=d");
  EXPECT_EQ(parsed.head.path_only(), "/a/b");
  EXPECT_EQ(parsed.head.authority, "example.com:8080");
  EXPECT_EQ(parsed.head.scheme, "");
  EXPECT_EQ(parsed.head.version, Version::kHttp11);
  EXPECT_TRUE(parsed.head.keep_alive);
  EXPECT_EQ(parsed.head.framing.kind, Framing::Kind::kNone);
  EXPECT_EQ(parsed.Fields(),
            "user-agent=curl/8;x-team=blue team;accept=*/*;accept=text/html;x-empty=;");
  EXPECT_EQ(parsed.head.headers.Get(HeaderId::kUserAgent), "curl/8");
}

TEST(ParserRequestTest, KnowsMethodsAndKeepsOthers) {
  EXPECT_EQ(Parsed(With("", "PATCH / HTTP/1.1")).head.method, Method::kPatch);
  EXPECT_EQ(Parsed(With("", "DELETE / HTTP/1.1")).head.method, Method::kDelete);
  const Parsed lower(With("", "get / HTTP/1.1"));
  EXPECT_EQ(lower.head.method, Method::kOther);
  EXPECT_EQ(lower.head.method_text, "get");
  const Parsed purge(With("", "PURGE!#$%&'*+-.^_`|~1 / HTTP/1.1"));
  EXPECT_TRUE(purge.ok());
  EXPECT_EQ(purge.head.method, Method::kOther);
}

TEST(ParserRequestTest, SkipsOneEmptyLineInFront) {
  const Parsed one("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(one.result.consumed, one.bytes.size());
  EXPECT_EQ(one.head.method_text, "GET");
  const Parsed two("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(two.result.error, ParseError::kBadMethod);
}

TEST(ParserRequestTest, ReadsVersions) {
  EXPECT_EQ(Parsed(With("", "GET / HTTP/1.0")).head.version, Version::kHttp10);
  EXPECT_EQ(Parsed(With("", "GET / HTTP/1.7")).head.version, Version::kHttp11);
}

TEST(ParserRequestTest, ReadsAbsoluteFormTargets) {
  const Parsed full(With("", "GET HTTP://example.com:81/x?y HTTP/1.1"));
  ASSERT_TRUE(full.ok());
  EXPECT_EQ(full.head.authority, "example.com:81");  // and not Host's "a"
  EXPECT_EQ(full.head.scheme, "http");
  EXPECT_EQ(full.head.path, "/x?y");
  const Parsed bare(With("", "GET https://[::1] HTTP/1.1"));
  EXPECT_EQ(bare.head.authority, "[::1]");
  EXPECT_EQ(bare.head.scheme, "https");
  EXPECT_EQ(bare.head.path, "/");
  EXPECT_EQ(Parsed(With("", "GET http://b?q=/ HTTP/1.1")).head.path, "/?q=/");
  EXPECT_EQ(Parsed(With("", "OPTIONS http://b HTTP/1.1")).head.path, "*");
  EXPECT_EQ(Parsed(With("", "OPTIONS * HTTP/1.1")).head.path, "*");
}

TEST(ParserRequestTest, KeepsAliveByVersionAndConnection) {
  struct Row {
    std::string_view first_line, fields;
    bool keep_alive;
  };
  const Row rows[] = {
      {"GET / HTTP/1.1", "", true},
      {"GET / HTTP/1.1", "Connection: close\r\n", false},
      {"GET / HTTP/1.1", "Connection: x,\t CLOSE ,\r\n", false},
      {"GET / HTTP/1.1", "Connection: keep-alive\r\nConnection: close\r\n", false},
      {"GET / HTTP/1.1", "Proxy-Connection: close\r\n", true},
      {"GET / HTTP/1.0", "", false},
      {"GET / HTTP/1.0", "Connection: Keep-Alive\r\n", true},
      {"GET / HTTP/1.0", "Connection: keep-alive, close\r\n", false},
      {"GET / HTTP/1.0", "Proxy-Connection: keep-alive\r\n", false},
  };
  for (const Row& row : rows) {
    const Parsed parsed(With(row.fields, row.first_line));
    ASSERT_TRUE(parsed.ok()) << row.fields;
    EXPECT_EQ(parsed.head.keep_alive, row.keep_alive) << row.first_line << row.fields;
    EXPECT_TRUE(parsed.head.headers.empty()) << parsed.Fields();
  }
}

TEST(ParserRequestTest, TakesOutHopByHopFields) {
  const Parsed parsed(
      With("Connection: X-Drop, te, upgrade, x-Two\r\nKeep-Alive: timeout=5\r\n"
           "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\nProxy-Connection: x\r\n"
           "X-DROP: 1\r\nX-Keep: 2\r\nx-two: 3\r\nx-drop: 4\r\nTE: gzip;q=0.5, Trailers\r\n"));
  ASSERT_TRUE(parsed.ok()) << ErrorName(parsed.result.error);
  EXPECT_EQ(parsed.Fields(), "x-keep=2;te=trailers;");
  EXPECT_EQ(parsed.head.headers.Get(HeaderId::kTe), "trailers");
  EXPECT_TRUE(parsed.head.wants_upgrade);
  EXPECT_EQ(Parsed(With("TE: gzip\r\n")).Fields(), "");
  EXPECT_EQ(Parsed(With("TE: trailers;q=0\r\n")).Fields(), "");
  EXPECT_EQ(Parsed(With("TE: trailers\r\nTE: trailers\r\n")).Fields(), "te=trailers;");
  EXPECT_FALSE(Parsed(With("Upgrade: websocket\r\n")).head.wants_upgrade);
}

TEST(ParserRequestTest, ConnectionCannotTakeOutProtectedFields) {
  const Parsed parsed(
      With("Connection: host, authorization, cookie, set-cookie, x-forwarded-for, "
           "X-Forwarded-Whatever, x-envoy-internal, x-envoy-y, x-request-id, x-fairlead-user, "
           "content-length, via, forwarded, content-type\r\n"
           "Authorization: 1\r\nCookie: 2\r\nSet-Cookie: 3\r\nX-Forwarded-For: 4\r\n"
           "X-Forwarded-Whatever: 5\r\nX-Envoy-Internal: 6\r\nX-Envoy-Y: 7\r\n"
           "X-Request-Id: 8\r\nX-Fairlead-User: 9\r\nContent-Length: 3\r\nVia: 10\r\n"
           "Forwarded: 11\r\nContent-Type: 12\r\n"));
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.head.headers.size(), 12u) << parsed.Fields();
  EXPECT_EQ(parsed.head.authority, "a");
  EXPECT_EQ(parsed.head.framing.kind, Framing::Kind::kLength);
  EXPECT_EQ(parsed.head.framing.length, 3u);
}

TEST(ParserRequestTest, ReadsExpect) {
  const Parsed expects(With("Expect: 100-Continue\r\n"));
  EXPECT_TRUE(expects.head.expects_continue);
  EXPECT_FALSE(expects.head.has_unknown_expectation);
  EXPECT_TRUE(expects.head.headers.empty());
  EXPECT_FALSE(Parsed(With("Expect: 100-continue\r\n", "POST / HTTP/1.0")).head.expects_continue);
  for (const std::string_view fields :
       {"Expect: x\r\n", "Expect: 100-continue, x\r\n", "Expect:\r\n", "Expect: 100 continue\r\n",
        "Expect: 100-continue\r\nExpect: y\r\n"}) {
    const Parsed parsed(With(fields));
    EXPECT_TRUE(parsed.ok());
    EXPECT_TRUE(parsed.head.has_unknown_expectation) << fields;
    EXPECT_TRUE(parsed.head.headers.empty()) << fields;
  }
}

TEST(ParserRequestTest, ReadsFraming) {
  const Parsed chunked(With("Transfer-Encoding:  Chunked \r\n"));
  ASSERT_TRUE(chunked.ok());
  EXPECT_EQ(chunked.head.framing.kind, Framing::Kind::kChunked);
  EXPECT_TRUE(chunked.head.headers.empty());
  const Parsed zero(With("Content-Length: 0\r\n"));
  EXPECT_EQ(zero.head.framing.kind, Framing::Kind::kLength);
  EXPECT_FALSE(zero.head.framing.has_body());
  const Parsed longest(With("content-length: 9223372036854775807\r\n"));
  EXPECT_EQ(longest.head.framing.length, 9223372036854775807u);
  // A body may come with any method.
  const Parsed get(With("Content-Length: 3\r\n", "GET / HTTP/1.1"));
  EXPECT_EQ(get.head.framing.length, 3u);
}

TEST(ParserRequestTest, AllowsObsTextInValues) {
  const Parsed parsed(With("X-Name: caf\xc3\xa9 \xff\r\n"));
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.Fields(), "x-name=caf\xc3\xa9 \xff;");
}

TEST(ParserRequestTest, Http10NeedsNoHost) {
  const Parsed parsed("GET / HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.head.authority, "");
}

TEST(ParserRequestTest, LimitsHeads) {
  const std::string text = With("X-A: 1\r\nX-B: 2\r\n");
  HeadLimits limits;
  limits.head_bytes_max = text.size();
  limits.fields_max = 3;
  EXPECT_TRUE(Parsed(text, limits).ok());
  EXPECT_TRUE(Parsed(text + "body", limits).ok());
  limits.fields_max = 2;
  EXPECT_EQ(Parsed(text, limits).result.error, ParseError::kTooManyFields);
  limits.head_bytes_max = text.size() - 1;
  EXPECT_EQ(Parsed(text, limits).result.error, ParseError::kHeadTooLarge);
  // As soon as it cannot end in time, wherever it stands.
  for (const std::string_view start : {"GET /", "GET / HTTP/1.1\r\nX: y"}) {
    limits.head_bytes_max = 100;
    const std::string begun = std::string(start) + std::string(99 - start.size(), 'x');
    EXPECT_EQ(Parsed(begun, limits).result.state, ParseState::kIncomplete);
    EXPECT_EQ(Parsed(begun + "x", limits).result.error, ParseError::kHeadTooLarge);
  }
  limits.head_bytes_max = 1;
  EXPECT_EQ(Parsed("\r\nG", limits).result.error, ParseError::kHeadTooLarge);
}

struct Refused {
  std::string name;
  std::string text;
  ParseError error;
};

void PrintTo(const Refused& row, std::ostream* out) { *out << row.name; }

class ParserRefusedRequestTest : public testing::TestWithParam<Refused> {};

TEST_P(ParserRefusedRequestTest, IsRefused) {
  const Parsed parsed(GetParam().text);
  ASSERT_EQ(parsed.result.state, ParseState::kError);
  EXPECT_EQ(ErrorName(parsed.result.error), ErrorName(GetParam().error));
  EXPECT_GE(ErrorStatus(parsed.result.error), 400);
}

const std::string kNul(1, '\0');

INSTANTIATE_TEST_SUITE_P(
    Lines, ParserRefusedRequestTest,
    testing::Values(
        Refused{"NoMethod", " / HTTP/1.1\r\n", ParseError::kBadMethod},
        Refused{"TlsHello", "\x16\x03\x01", ParseError::kBadMethod},
        Refused{"MethodWithColon", "GE:T / HTTP/1.1\r\n", ParseError::kBadMethod},
        Refused{"TabBehindMethod", "GET\t/ HTTP/1.1\r\n", ParseError::kBadMethod},
        Refused{"MethodAlone", "GET\r\n", ParseError::kBadRequestLine},
        Refused{"Http09", "GET /\r\n", ParseError::kBadRequestLine},
        Refused{"TwoBlanks", "GET  / HTTP/1.1\r\n", ParseError::kBadRequestLine},
        Refused{"TwoBlanksBeforeVersion", "GET /  HTTP/1.1\r\n", ParseError::kBadRequestLine},
        Refused{"BlankBehindVersion", "GET / HTTP/1.1 \r\n", ParseError::kBadRequestLine},
        Refused{"BlankInTarget", "GET /a b HTTP/1.1\r\n", ParseError::kBadRequestLine},
        Refused{"Fragment", "GET /a#b HTTP/1.1\r\n", ParseError::kBadTarget},
        Refused{"NulInTarget", "GET /a" + kNul + "b HTTP/1.1\r\n", ParseError::kBadTarget},
        Refused{"TabInTarget", "GET /a\tb HTTP/1.1\r\n", ParseError::kBadTarget},
        Refused{"DelInTarget", "GET /a\x7f HTTP/1.1\r\n", ParseError::kBadTarget},
        Refused{"NonAsciiTarget", "GET /caf\xc3\xa9 HTTP/1.1\r\n", ParseError::kBadTarget},
        Refused{"RelativeTarget", "GET a/b HTTP/1.1\r\n", ParseError::kBadTarget},
        Refused{"StarForGet", "GET * HTTP/1.1\r\n", ParseError::kBadTarget},
        Refused{"OtherScheme", "GET ftp://a/ HTTP/1.1\r\n", ParseError::kBadTarget},
        Refused{"AbsoluteWithoutHost", "GET http:///a HTTP/1.1\r\n", ParseError::kBadTarget},
        Refused{"UserInfo", "GET http://u:p@a/ HTTP/1.1\r\n", ParseError::kBadTarget},
        Refused{"BadPort", "GET http://a:x/ HTTP/1.1\r\n", ParseError::kBadTarget},
        Refused{"Connect", "CONNECT a:443 HTTP/1.1\r\n", ParseError::kConnectNotSupported},
        Refused{"LowerCaseVersion", "GET / http/1.1\r\n", ParseError::kBadVersion},
        Refused{"ShortVersion", "GET / HTTP/1\r\n", ParseError::kBadVersion},
        Refused{"LongVersion", "GET / HTTP/1.10\r\n", ParseError::kBadVersion},
        Refused{"VersionWithLetter", "GET / HTTP/1.x\r\n", ParseError::kBadVersion},
        Refused{"EmptyVersion", "GET / \r\n", ParseError::kBadVersion},
        Refused{"Version2", "GET / HTTP/2.0\r\n", ParseError::kVersionNotSupported},
        Refused{"Version09", "GET / HTTP/0.9\r\n", ParseError::kVersionNotSupported},
        Refused{"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                ParseError::kVersionNotSupported},
        Refused{"LfFirst", "\nGET / HTTP/1.1\r\n", ParseError::kBadLineEnd},
        Refused{"CrFirst", "\rGET / HTTP/1.1\r\n", ParseError::kBadLineEnd},
        Refused{"LfBehindFirstLine", "GET / HTTP/1.1\n", ParseError::kBadLineEnd},
        Refused{"CrInFirstLine", "GET / HTTP/1.1\rHost: a\r\n", ParseError::kBadLineEnd},
        Refused{"LfBehindField", "GET / HTTP/1.1\r\nHost: a\n", ParseError::kBadLineEnd},
        Refused{"LfAsHeadEnd", "GET / HTTP/1.1\r\nHost: a\r\n\n", ParseError::kBadLineEnd},
        Refused{"CrBehindField", "GET / HTTP/1.1\r\nHost: a\rX", ParseError::kBadLineEnd},
        Refused{"TwoCr", "GET / HTTP/1.1\r\nHost: a\r\r\n", ParseError::kBadLineEnd},
        Refused{"CrLfCrCr", "GET / HTTP/1.1\r\nHost: a\r\n\r\r", ParseError::kBadLineEnd}),
    testing::PrintToStringParamName());

INSTANTIATE_TEST_SUITE_P(
    Fields, ParserRefusedRequestTest,
    testing::Values(
        Refused{"ObsFold", With("X-A: b\r\n c\r\n"), ParseError::kObsFold},
        Refused{"ObsFoldTab", With("X-A: b\r\n\tc\r\n"), ParseError::kObsFold},
        Refused{"BlankBehindFirstLine", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", ParseError::kObsFold},
        Refused{"BlankBeforeColon", With("X-A : b\r\n"), ParseError::kBadFieldName},
        Refused{"BlankBeforeColonOfLength", With("Content-Length : 3\r\n"),
                ParseError::kBadFieldName},
        Refused{"TabBeforeColonOfCoding", With("Transfer-Encoding\t: chunked\r\n"),
                ParseError::kBadFieldName},
        Refused{"EmptyName", With(": b\r\n"), ParseError::kBadFieldName},
        Refused{"NoColon", With("X-A\r\n"), ParseError::kBadFieldName},
        Refused{"NulInName", With("X-" + kNul + ": b\r\n"), ParseError::kBadFieldName},
        Refused{"NonAsciiName", With("X-\xc3\xa9: b\r\n"), ParseError::kBadFieldName},
        Refused{"ParenthesisInName", With("X(A): b\r\n"), ParseError::kBadFieldName},
        Refused{"PseudoHeader", With(":path: /x\r\n"), ParseError::kBadFieldName},
        Refused{"NulInValue", With("X-A: a" + kNul + "b\r\n"), ParseError::kBadFieldValue},
        Refused{"VerticalTabInValue", With("X-A: a\x0b\r\n"), ParseError::kBadFieldValue},
        Refused{"DelInValue", With("X-A: a\x7f\r\n"), ParseError::kBadFieldValue},
        Refused{"EscapeInValue", With("X-A: a\x1b[31m\r\n"), ParseError::kBadFieldValue},
        Refused{"NoHost", "GET / HTTP/1.1\r\n\r\n", ParseError::kMissingHost},
        Refused{"NoHostWithAbsoluteTarget", "GET http://a/ HTTP/1.1\r\n\r\n",
                ParseError::kMissingHost},
        Refused{"TwoHosts", With("Host: a\r\n"), ParseError::kBadHost},
        Refused{"TwoHosts10", With("Host: a\r\n", "GET / HTTP/1.0"), ParseError::kBadHost},
        Refused{"EmptyHost", "GET / HTTP/1.1\r\nHost:\r\n\r\n", ParseError::kBadHost},
        Refused{"HostList", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", ParseError::kBadHost},
        Refused{"HostWithUser", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", ParseError::kBadHost},
        Refused{"HostWithPath", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", ParseError::kBadHost},
        Refused{"BadHostWithAbsoluteTarget", "GET http://a/ HTTP/1.1\r\nHost: b c\r\n\r\n",
                ParseError::kBadHost},
        Refused{"ConnectionNoToken", With("Connection: close x\r\n"), ParseError::kBadConnection},
        Refused{"ConnectionOptions",
                With("Connection: " +
                     [] {
                       std::string list;
                       for (int i = 0; i < 33; ++i) list += "x" + std::to_string(i) + ",";
                       return list;
                     }() +
                     "\r\n"),
                ParseError::kBadConnection}),
    testing::PrintToStringParamName());

INSTANTIATE_TEST_SUITE_P(
    Framing, ParserRefusedRequestTest,
    testing::Values(
        Refused{"TraceWithBody", With("Content-Length: 1\r\n", "TRACE / HTTP/1.1"),
                ParseError::kBodyNotAllowed},
        Refused{"GetWithBody10", With("Content-Length: 1\r\n", "GET / HTTP/1.0"),
                ParseError::kBodyNotAllowed},
        Refused{"EmptyElementBeforeChunked", With("Transfer-Encoding: ,chunked\r\n"),
                ParseError::kBadTransferCoding},
        Refused{"LengthThenCoding", With("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"),
                ParseError::kLengthAndCoding},
        Refused{"CodingThenLength", With("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n"),
                ParseError::kLengthAndCoding},
        Refused{"BadCodingAndLength", With("Transfer-Encoding: x\r\nContent-Length: 4\r\n"),
                ParseError::kLengthAndCoding},
        Refused{"TwoLengths", With("Content-Length: 4\r\nContent-Length: 5\r\n"),
                ParseError::kBadContentLength},
        Refused{"SameLengthTwice", With("Content-Length: 4\r\nContent-Length: 4\r\n"),
                ParseError::kBadContentLength},
        Refused{"EmptyThenLength", With("Content-Length:\r\nContent-Length: 4\r\n"),
                ParseError::kBadContentLength},
        Refused{"EmptyLength", With("Content-Length:\r\n"), ParseError::kBadContentLength},
        Refused{"LengthList", With("Content-Length: 5,5\r\n"), ParseError::kBadContentLength},
        Refused{"PlusLength", With("Content-Length: +5\r\n"), ParseError::kBadContentLength},
        Refused{"MinusLength", With("Content-Length: -5\r\n"), ParseError::kBadContentLength},
        Refused{"HexLength", With("Content-Length: 0x5\r\n"), ParseError::kBadContentLength},
        Refused{"BlankInLength", With("Content-Length: 1 5\r\n"), ParseError::kBadContentLength},
        Refused{"QuotedLength", With("Content-Length: \"5\"\r\n"), ParseError::kBadContentLength},
        Refused{"LengthOfTwoTo63", With("Content-Length: 9223372036854775808\r\n"),
                ParseError::kBadContentLength},
        Refused{"LongLength", With("Content-Length: 00000000000000000005\r\n"),
                ParseError::kBadContentLength},
        Refused{"Coding10", With("Transfer-Encoding: chunked\r\n", "POST / HTTP/1.0"),
                ParseError::kCodingInHttp10},
        Refused{"CodingTwice", With("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
                ParseError::kBadTransferCoding},
        Refused{"CodingTwiceInOne", With("Transfer-Encoding: chunked, chunked\r\n"),
                ParseError::kBadTransferCoding},
        Refused{"ChunkedNotLast", With("Transfer-Encoding: chunked, identity\r\n"),
                ParseError::kBadTransferCoding},
        Refused{"Identity", With("Transfer-Encoding: identity\r\n"),
                ParseError::kBadTransferCoding},
        Refused{"IdentityChunked", With("Transfer-Encoding: identity, chunked\r\n"),
                ParseError::kBadTransferCoding},
        Refused{"EmptyCoding", With("Transfer-Encoding:\r\n"), ParseError::kBadTransferCoding},
        Refused{"XChunked", With("Transfer-Encoding: xchunked\r\n"),
                ParseError::kBadTransferCoding},
        Refused{"QuotedChunked", With("Transfer-Encoding: \"chunked\"\r\n"),
                ParseError::kBadTransferCoding},
        Refused{"ChunkedWithParameter", With("Transfer-Encoding: chunked;a=b\r\n"),
                ParseError::kBadTransferCoding},
        Refused{"VerticalTabChunked",
                With("Transfer-Encoding: \x0b"
                     "chunked\r\n"),
                ParseError::kBadFieldValue},
        Refused{"GzipAlone", With("Transfer-Encoding: gzip\r\n"), ParseError::kBadTransferCoding},
        Refused{"GzipChunked", With("Transfer-Encoding: gzip, chunked\r\n"),
                ParseError::kCodingNotSupported}),
    testing::PrintToStringParamName());

TEST(ParseErrorTest, NamesAndStatuses) {
  EXPECT_EQ(ErrorName(ParseError::kNone), "");
  EXPECT_EQ(ErrorName(ParseError::kBadContentLength), "http1.bad_content_length");
  EXPECT_EQ(ErrorStatus(ParseError::kBadContentLength), 400);
  EXPECT_EQ(ErrorStatus(ParseError::kHeadTooLarge), 431);
  EXPECT_EQ(ErrorStatus(ParseError::kTooManyFields), 431);
  EXPECT_EQ(ErrorStatus(ParseError::kConnectNotSupported), 501);
  EXPECT_EQ(ErrorStatus(ParseError::kCodingNotSupported), 501);
  EXPECT_EQ(ErrorStatus(ParseError::kVersionNotSupported), 505);
}

}  // namespace
}  // namespace fairlead::codec::http1
