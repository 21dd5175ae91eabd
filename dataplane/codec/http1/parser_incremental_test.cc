// Goal: how a head is cut into reads changes neither the result nor, by more than a constant, the
// work; and a warm head allocates nothing. Method: every split of several messages; the scanner's
// own count of bytes; a counting operator new.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

#include "dataplane/codec/http1/parser.h"

namespace {
uint64_t allocations = 0;
}  // namespace

void* operator new(size_t size) {
  ++allocations;
  void* const memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace fairlead::codec::http1 {
namespace {

// Taken, refused in the first line, in a field, at a line end, for its framing, for its size.
constexpr std::string_view kRequests[] = {
    "GET /a/b?c=d HTTP/1.1\r\nHost: example.com\r\nUser-Agent: curl\r\nX-Team:blue\r\n\r\nbody",
    "\r\nPOST http://a.example?x HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n",
    "GET /a  HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX Y: z\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX: y\nZ: w\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX: y\rZ: w\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX: 0123456789012345678901234567890123456789012345678901234567890"
    "123456789012345678901234567890123456789\r\n\r\n",
};
constexpr size_t kBytesMax = 130;

std::string Describe(const ParseResult& result, const RequestHead& head) {
  std::string out = std::to_string(static_cast<int>(result.state)) + " ";
  out.append(ErrorName(result.error));
  if (result.state != ParseState::kDone) return out;
  out += " " + std::to_string(result.consumed) + " ";
  out.append(head.method_text).append(" ").append(head.path).append(" ").append(head.authority);
  out += " " + std::to_string(static_cast<int>(head.framing.kind)) +
         std::to_string(head.framing.length);
  for (const Header& field : head.headers) {
    out.append(" ").append(field.name).append("=").append(field.value);
  }
  return out;
}

// Feeds the text in pieces of `step` bytes after a first piece, at a new address for each call.
std::string Feed(std::string_view text, size_t first, size_t step, HeadScanner& scan) {
  HeadLimits limits;
  limits.head_bytes_max = kBytesMax;
  RequestHead head;
  ParseResult result;
  std::string bytes(text.substr(0, first));
  while (true) {
    std::string moved = bytes;
    result = ParseRequestHead(scan, moved.data(), moved.size(), limits, head);
    if (result.state != ParseState::kIncomplete || bytes.size() == text.size()) {
      return Describe(result, head);
    }
    bytes = moved;
    bytes += text.substr(bytes.size(), step);
  }
}

TEST(ParserIncrementalTest, EverySplitGivesTheSameResult) {
  for (const std::string_view text : kRequests) {
    HeadScanner whole;
    const std::string expected = Feed(text, text.size(), 1, whole);
    for (size_t first = 0; first <= text.size(); ++first) {
      HeadScanner scan;
      ASSERT_EQ(Feed(text, first, text.size(), scan), expected) << "split at " << first;
    }
    HeadScanner by_byte;
    EXPECT_EQ(Feed(text, 0, 1, by_byte), expected);
  }
}

TEST(ParserIncrementalTest, EveryByteIsScannedOnce) {
  std::string text = "GET /" + std::string(5000, 'x') + " HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 90; ++i)
    text += "X-" + std::to_string(i) + ": " + std::string(200, 'y') + "\r\n";
  text += "\r\n";
  RequestHead head;
  HeadScanner scan;
  std::string bytes = text;
  for (size_t size = 0; size < text.size(); ++size) {
    ASSERT_EQ(ParseRequestHead(scan, bytes.data(), size, {}, head).state, ParseState::kIncomplete);
  }
  EXPECT_EQ(ParseRequestHead(scan, bytes.data(), text.size(), {}, head).state, ParseState::kDone);
  EXPECT_EQ(scan.work, text.size());
  EXPECT_EQ(head.headers.size(), 90u);
}

TEST(ParserIncrementalTest, RefusesEarly) {
  // The shortest beginning that is refused, without waiting for the head's end.
  for (const std::string_view text :
       {"\x16", "\n", "\rx", "GET\n", "GET /\r\n", "GET / HTTP/2.0\r\n",
        "GET / HTTP/1.1\r\nHost: a\n", "GET / HTTP/1.1\r\nHost: a\rb"}) {
    std::string bytes(text);
    RequestHead head;
    HeadScanner scan;
    EXPECT_EQ(ParseRequestHead(scan, bytes.data(), bytes.size() - 1, {}, head).state,
              ParseState::kIncomplete)
        << text;
    EXPECT_EQ(ParseRequestHead(scan, bytes.data(), bytes.size(), {}, head).state,
              ParseState::kError)
        << text;
  }
}

TEST(ParserIncrementalTest, AnErrorLeavesNothingOfTheMessageBefore) {
  for (const std::string_view text : {"\x16", "\n", "\rx", "GET\n", "GET /\r\n"}) {
    std::string good = "GET /secret HTTP/1.1\r\nHost: a\r\nX-A: b\r\n\r\n";
    RequestHead head;
    HeadScanner scan;
    ASSERT_EQ(ParseRequestHead(scan, good.data(), good.size(), {}, head).state, ParseState::kDone);
    std::string bad(text);
    HeadScanner next;
    ASSERT_EQ(ParseRequestHead(next, bad.data(), bad.size(), {}, head).state, ParseState::kError);
    EXPECT_TRUE(head.path.empty()) << text;
    EXPECT_TRUE(head.authority.empty()) << text;
    EXPECT_TRUE(head.headers.empty()) << text;
  }
}

TEST(ParserIncrementalTest, AWarmHeadAllocatesNothing) {
  const std::string text =
      "GET /a/b?c=d HTTP/1.1\r\nHost: example.com\r\nUser-Agent: curl\r\nX-Team: blue\r\n"
      "TE: gzip, trailers\r\nConnection: x-drop\r\nX-Drop: 1\r\n\r\n";
  const std::string reply =
      "HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 5\r\nX-A: b\r\nX-C: d\r\n\r\n";
  std::string bytes = text;
  std::string reply_bytes = reply;
  RequestHead request;
  ResponseHead response;
  uint64_t before = 0;
  for (int turn = 0; turn < 4; ++turn) {
    if (turn == 2) before = allocations;
    text.copy(bytes.data(), text.size());
    reply.copy(reply_bytes.data(), reply.size());
    HeadScanner scan;
    ASSERT_EQ(ParseRequestHead(scan, bytes.data(), bytes.size(), {}, request).state,
              ParseState::kDone);
    request.headers.Add(HeaderId::kXForwardedFor, "192.0.2.1");
    HeadScanner reply_scan;
    ASSERT_EQ(ParseResponseHead(reply_scan, reply_bytes.data(), reply_bytes.size(), {},
                                Method::kGet, response)
                  .state,
              ParseState::kDone);
  }
  EXPECT_EQ(allocations, before);
  EXPECT_GT(allocations, 0u);
}

}  // namespace
}  // namespace fairlead::codec::http1
