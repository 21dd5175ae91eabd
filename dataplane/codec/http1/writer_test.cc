#include "dataplane/codec/http1/writer.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "dataplane/codec/http1/parser.h"

namespace fairlead::codec::http1 {
namespace {

constexpr Framing kNone{Framing::Kind::kNone, 0};
constexpr Framing kChunked{Framing::Kind::kChunked, 0};
constexpr Framing kUntilClose{Framing::Kind::kUntilClose, 0};

Framing Length(uint64_t length) { return {Framing::Kind::kLength, length}; }

void Read(std::string_view text, RequestHead& head) {
  net::Slice bytes = net::Slice::Copy(text);
  HeadScanner scan;
  const ParseResult result = ParseRequestHead(scan, bytes.data(), bytes.size(), {}, head);
  ASSERT_EQ(result.state, ParseState::kDone) << ErrorName(result.error);
  head.block = bytes;
}

std::string Write(const RequestHead& head, Framing framing, bool close = false) {
  return std::string(WriteRequestHead(head, framing, close).view());
}

std::string Write(const ResponseHead& head, Framing framing, Version version = Version::kHttp11,
                  bool close = false) {
  return std::string(WriteResponseHead(head, framing, version, close).view());
}

TEST(WriterTest, WritesARequestThatWasRead) {
  RequestHead head;
  Read(
      "PUT http://B/a?b HTTP/1.0\r\nAccept: 1\r\nHost: a\r\nX-A:2\r\nX-B: 3 \r\nX-C: 4\r\n"
      "X-D:\t5\r\nContent-Length: 9\r\nX-E: 6\r\nX-F: 7\r\nConnection: close\r\nX-G: \r\n\r\n",
      head);
  EXPECT_EQ(Write(head, head.framing),
            "PUT /a?b HTTP/1.1\r\nhost: B\r\naccept: 1\r\nx-a: 2\r\nx-b: 3\r\nx-c: 4\r\nx-d: 5\r\n"
            "x-e: 6\r\nx-f: 7\r\nx-g: \r\ncontent-length: 9\r\n\r\n");
}

TEST(WriterTest, WritesAroundEdits) {
  RequestHead head;
  Read("GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nX-B: 2\r\nX-C: 3\r\nX-D: 4\r\nX-E: 5\r\n\r\n", head);
  head.headers.Remove("x-b");
  head.headers.Set("x-d", "changed");
  head.headers.Add("x-new", "6");
  EXPECT_EQ(Write(head, kNone),
            "GET / HTTP/1.1\r\nhost: a\r\nx-a: 1\r\nx-c: 3\r\nx-d: changed\r\nx-e: 5\r\n"
            "x-new: 6\r\n\r\n");
  // The same without the block: nothing is taken for received bytes, and nothing differs.
  const std::string with_block = Write(head, kNone);
  const net::Slice kept = std::exchange(head.block, net::Slice());
  EXPECT_EQ(Write(head, kNone), with_block);
}

TEST(WriterTest, FramesRequests) {
  RequestHead head;
  head.method = Method::kPost;
  head.method_text = "POST";
  head.path = "/";
  head.authority = "a";
  const std::string begin = "POST / HTTP/1.1\r\nhost: a\r\n";
  EXPECT_EQ(Write(head, kNone), begin + "\r\n");
  EXPECT_EQ(Write(head, Length(0)), begin + "content-length: 0\r\n\r\n");
  EXPECT_EQ(Write(head, Length(UINT64_MAX)),
            begin + "content-length: 18446744073709551615\r\n\r\n");
  EXPECT_EQ(Write(head, kChunked, true),
            begin + "transfer-encoding: chunked\r\nconnection: close\r\n\r\n");
  head.expects_continue = true;
  EXPECT_EQ(Write(head, kNone), begin + "\r\n");
  EXPECT_EQ(Write(head, Length(1)), begin + "content-length: 1\r\nexpect: 100-continue\r\n\r\n");
  head.expects_continue = false;
  head.headers.Add(HeaderId::kTe, "trailers");
  EXPECT_EQ(Write(head, kNone), begin + "te: trailers\r\nconnection: te\r\n\r\n");
  EXPECT_EQ(Write(head, kNone, true), begin + "te: trailers\r\nconnection: close, te\r\n\r\n");
}

TEST(WriterTest, AnEditCannotMakeASecondFraming) {
  RequestHead head;
  head.method_text = "POST";
  head.path = "/";
  head.authority = "a";
  ResponseHead response;
  response.status = 200;
  for (const std::string_view name :
       {"content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection",
        "upgrade", "http2-settings"}) {
    head.headers.Add(name, "5");
    response.headers.Add(name, "5");
  }
  head.headers.Add("host", "b");
  EXPECT_EQ(Write(head, Length(1)), "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\n");
  EXPECT_EQ(Write(response, Length(1)), "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n");
}

TEST(WriterTest, FramesResponses) {
  ResponseHead head;
  head.status = 200;
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  EXPECT_EQ(Write(head, Length(5)), ok + "content-length: 5\r\n\r\n");
  EXPECT_EQ(Write(head, kChunked), ok + "transfer-encoding: chunked\r\n\r\n");
  EXPECT_EQ(Write(head, kUntilClose), ok + "connection: close\r\n\r\n");
  EXPECT_EQ(Write(head, Length(0), Version::kHttp11, true),
            ok + "content-length: 0\r\nconnection: close\r\n\r\n");
  EXPECT_EQ(Write(head, Length(0), Version::kHttp10),
            ok + "content-length: 0\r\nconnection: keep-alive\r\n\r\n");
  EXPECT_EQ(Write(head, kUntilClose, Version::kHttp10), ok + "connection: close\r\n\r\n");
}

TEST(WriterTest, StatusesWithoutBodyGetNoFraming) {
  ResponseHead head;
  head.status = 204;
  EXPECT_EQ(Write(head, Length(5)), "HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(Write(head, kUntilClose), "HTTP/1.1 204 No Content\r\n\r\n");
  head.status = 304;
  EXPECT_EQ(Write(head, Length(0)), "HTTP/1.1 304 Not Modified\r\n\r\n");
  head.has_unframed_length = true;
  head.unframed_length = 500;
  EXPECT_EQ(Write(head, kNone), "HTTP/1.1 304 Not Modified\r\ncontent-length: 500\r\n\r\n");
  head.status = 200;  // HEAD
  EXPECT_EQ(Write(head, kNone), "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n");
}

TEST(WriterTest, WritesReasons) {
  ResponseHead head;
  head.status = 404;
  head.reason = "Gone fishing";
  EXPECT_EQ(Write(head, Length(0)), "HTTP/1.1 404 Gone fishing\r\ncontent-length: 0\r\n\r\n");
  head.status = 799;
  head.reason = "";
  EXPECT_EQ(Write(head, Length(0)), "HTTP/1.1 799 \r\ncontent-length: 0\r\n\r\n");
  EXPECT_EQ(ReasonPhrase(431), "Request Header Fields Too Large");
  EXPECT_EQ(ReasonPhrase(299), "");
  EXPECT_EQ(ReasonPhrase(65535), "");
}

TEST(WriterTest, WritesInterimHeads) {
  ResponseHead head;
  head.status = 100;
  EXPECT_EQ(WriteInterimHead(head).view(), "HTTP/1.1 100 Continue\r\n\r\n");
  head.status = 103;
  head.headers.Add("link", "</x>");
  head.headers.Add("content-length", "5");
  EXPECT_EQ(WriteInterimHead(head).view(), "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n");
}

TEST(WriterTest, WritesChunkLines) {
  char line[kChunkLineMax];
  EXPECT_EQ(std::string_view(line, WriteChunkLine(line, 26, true)), "1a\r\n");
  EXPECT_EQ(std::string_view(line, WriteChunkLine(line, UINT64_MAX, false)),
            "\r\nffffffffffffffff\r\n");
}

TEST(WriterTest, WritesTheEndOfAChunkedBody) {
  EXPECT_EQ(WriteChunkedEnd(true, nullptr).view(), "0\r\n\r\n");
  EXPECT_EQ(WriteChunkedEnd(false, nullptr).view(), "\r\n0\r\n\r\n");
  HeaderMap trailers;
  EXPECT_EQ(WriteChunkedEnd(false, &trailers).view(), "\r\n0\r\n\r\n");
  trailers.Add("grpc-status", "0");
  trailers.Add("content-length", "7");
  EXPECT_EQ(WriteChunkedEnd(false, &trailers).view(), "\r\n0\r\ngrpc-status: 0\r\n\r\n");
  EXPECT_EQ(WriteChunkedEnd(true, &trailers).view(), "0\r\ngrpc-status: 0\r\n\r\n");
}

}  // namespace
}  // namespace fairlead::codec::http1
