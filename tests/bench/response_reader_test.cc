#include "tests/bench/response_reader.h"

#include <gtest/gtest.h>

namespace fairlead::bench {
namespace {

ReadState FeedWhole(ResponseReader& reader, std::string_view bytes) {
  reader.Start();
  reader.Feed(bytes);
  return reader.state();
}

ReadState FeedByByte(ResponseReader& reader, std::string_view bytes) {
  reader.Start();
  for (char c : bytes) reader.Feed({&c, 1});
  return reader.state();
}

TEST(ResponseReaderTest, EndsByContentLengthHoweverTheBytesArrive) {
  ResponseReader reader("x-backend");
  std::string_view bytes = "HTTP/1.1 200 OK\r\nX-Backend: a\r\ncontent-length: 3\r\n\r\nabc";
  EXPECT_EQ(FeedWhole(reader, bytes), ReadState::kComplete);
  EXPECT_EQ(FeedByByte(reader, bytes), ReadState::kComplete);
  EXPECT_EQ(reader.status(), 200);
  EXPECT_EQ(reader.counted_value(), "a");
  EXPECT_FALSE(reader.closes());
  EXPECT_EQ(FeedWhole(reader, bytes.substr(0, bytes.size() - 1)), ReadState::kMore);
}

TEST(ResponseReaderTest, EndsByTheLastChunkAndItsTrailers) {
  ResponseReader reader;
  std::string_view bytes =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: 1\r\n\r\n";
  EXPECT_EQ(FeedWhole(reader, bytes), ReadState::kComplete);
  EXPECT_EQ(FeedByByte(reader, bytes), ReadState::kComplete);
}

TEST(ResponseReaderTest, StatusesWithoutABodyEndWithTheirHead) {
  ResponseReader reader;
  EXPECT_EQ(FeedWhole(reader, "HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n"),
            ReadState::kComplete);
  EXPECT_EQ(FeedWhole(reader, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
            ReadState::kComplete);
}

TEST(ResponseReaderTest, InterimResponsesAreSkipped) {
  ResponseReader reader;
  EXPECT_EQ(FeedWhole(reader,
                      "HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n"
                      "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"),
            ReadState::kComplete);
  EXPECT_EQ(reader.status(), 404);
}

TEST(ResponseReaderTest, WithoutALengthTheCloseIsTheEnd) {
  ResponseReader reader;
  EXPECT_EQ(FeedWhole(reader, "HTTP/1.1 200 OK\r\n\r\nabc"), ReadState::kMore);
  reader.FeedEnd();
  EXPECT_EQ(reader.state(), ReadState::kComplete);
  EXPECT_TRUE(reader.closes());
}

TEST(ResponseReaderTest, BytesAfterTheEndAndEarlyEndsAreBroken) {
  ResponseReader reader;
  EXPECT_EQ(FeedWhole(reader, "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nab"),
            ReadState::kBroken);
  EXPECT_EQ(FeedWhole(reader, "SMTP ready\r\n\r\n"), ReadState::kBroken);
  reader.Start();
  reader.Feed("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab");
  reader.FeedEnd();
  EXPECT_EQ(reader.state(), ReadState::kBroken);
}

}  // namespace
}  // namespace fairlead::bench
