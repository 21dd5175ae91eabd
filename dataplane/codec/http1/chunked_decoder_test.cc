#include "dataplane/codec/http1/chunked_decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace fairlead::codec::http1 {
namespace {

using Kind = ChunkedDecoder::Kind;

// What a reader got out of a chunked body, and what stood behind it.
struct Decoded {
  std::string body;
  std::string trailers;  // the section
  std::string rest;
  Kind kind = Kind::kNeedMore;
  ParseError error = ParseError::kNone;

  bool operator==(const Decoded&) const = default;
};

// Reads `text` in two pieces and then byte by byte or as a whole.
Decoded Decode(std::string_view text, size_t first, size_t step, size_t trailer_bytes_max = 1000) {
  ChunkedDecoder decoder(trailer_bytes_max);
  Decoded out;
  std::string in(text.substr(0, first));
  size_t fed = in.size();
  while (true) {
    const ChunkedDecoder::Step next = decoder.Next(in.data(), in.size());
    in.erase(0, next.skip);
    out.kind = next.kind;
    out.error = next.error;
    if (next.kind == Kind::kData) {
      EXPECT_GT(next.size, 0u);
      out.body += in.substr(0, next.size);
      in.erase(0, next.size);
    } else if (next.kind == Kind::kTrailers) {
      out.trailers = in.substr(0, next.size);
      out.rest = in.substr(next.size);
      out.rest += text.substr(fed);
      return out;
    } else if (next.kind == Kind::kError || fed == text.size()) {
      return out;
    } else {
      const std::string_view more = text.substr(fed, step);
      in += more;
      fed += more.size();
    }
  }
}

Decoded Decode(std::string_view text) { return Decode(text, text.size(), text.size()); }

TEST(ChunkedDecoderTest, ReadsChunksTrailersAndWhatFollows) {
  const Decoded out = Decode("5\r\nhello\r\n00A;x=\"y;z\"\r\n0123456789\r\n0\r\nX-A: b\r\n\r\nGET");
  EXPECT_EQ(out.kind, Kind::kTrailers);
  EXPECT_EQ(out.body, "hello0123456789");
  EXPECT_EQ(out.trailers, "X-A: b\r\n\r\n");
  EXPECT_EQ(out.rest, "GET");
  EXPECT_EQ(Decode("0\r\n\r\n").trailers, "\r\n");
  EXPECT_EQ(Decode("000;a ; b\r\n\r\n").kind, Kind::kTrailers);
  EXPECT_EQ(Decode("1 \t;a=b\r\nx\r\n0\r\n\r\n").body, "x");
  EXPECT_EQ(Decode("1;\r\nx\r\n0\r\n\r\n").body, "x");
}

TEST(ChunkedDecoderTest, EverySplitGivesTheSame) {
  for (const std::string_view text :
       {"5\r\nhello\r\na;x=y\r\n0123456789\r\n0\r\nX-A: b\r\nX-C: d\r\n\r\nGET", "0\r\n\r\nGET",
        "5\r\nhelloX\r\n", "1\r\nx\r\n0\r\nX-A: b\n\r\n", "1\rx", "1;a\x01\r\nx",
        "2\r\nxy\r\ng\r\n"}) {
    const Decoded whole = Decode(text);
    for (size_t first = 0; first <= text.size(); ++first) {
      EXPECT_EQ(Decode(text, first, text.size()), whole) << text << " at " << first;
    }
    EXPECT_EQ(Decode(text, 0, 1), whole) << text;
  }
}

TEST(ChunkedDecoderTest, RefusesWhatIsNotOneFraming) {
  for (const std::string_view text : {"x\r\n",
                                      "\r\n",
                                      " 5\r\n",
                                      "-1\r\n",
                                      "+5\r\n",
                                      "0x5\r\n",
                                      "5_0\r\n",
                                      "1zz\r\n",
                                      "5 \r\n",
                                      "5\t\r\n",
                                      "5 5\r\n",
                                      "5,\r\n",
                                      "5\n",
                                      "5\r\r\n",
                                      "5;a\n",
                                      "5;a\rb\r\n",
                                      "5;a\x7f\r\n",
                                      "8000000000000000\r\n",
                                      "ffffffffffffffff\r\n",
                                      "10000000000000000\r\n",
                                      "00000000000000001\r\n",
                                      "1\r\nx\n",
                                      "1\r\nx\rx",
                                      "1\r\nxx\r\n",
                                      ";a\r\n",
                                      "\xef\xbc\x95\r\n"}) {
    EXPECT_EQ(Decode(text).kind, Kind::kError) << text;
    EXPECT_EQ(Decode(text).error, ParseError::kBadChunk) << text;
  }
  EXPECT_EQ(Decode("7fffffffffffffff\r\nx").body, "x");
}

TEST(ChunkedDecoderTest, RefusesBareLineEndsInTrailers) {
  for (const std::string_view text :
       {"0\r\n\n", "0\r\nA: b\n\r\n", "0\r\n\r\r\n", "0\r\nA: b\r\n\n"}) {
    EXPECT_EQ(Decode(text).error, ParseError::kBadLineEnd) << text;
  }
}

TEST(ChunkedDecoderTest, LimitsLines) {
  const std::string longest = "1;" + std::string(4096 - 4, 'a') + "\r\nx\r\n";
  EXPECT_EQ(Decode(longest).body, "x");
  EXPECT_EQ(Decode("1;" + std::string(4096 - 3, 'a') + "\r\n").kind, Kind::kError);
  EXPECT_EQ(Decode("1;" + std::string(4093, 'a')).kind, Kind::kNeedMore);
  EXPECT_EQ(Decode("1;" + std::string(4094, 'a')).kind,
            Kind::kError);  // without waiting for its end
}

TEST(ChunkedDecoderTest, LimitsWhatIsNotData) {
  const std::string heavy = "1;" + std::string(1000, 'a') + "\r\nx\r\n";
  std::string text;
  for (int i = 0; i < 10; ++i) text += heavy;
  EXPECT_EQ(Decode(text).kind, Kind::kNeedMore);
  for (int i = 0; i < 10; ++i) text += heavy;
  EXPECT_EQ(Decode(text).error, ParseError::kBadChunk);
  // One byte in each chunk is slow but fair.
  std::string small;
  for (int i = 0; i < 20000; ++i) small += "1\r\nx\r\n";
  EXPECT_EQ(Decode(small).kind, Kind::kNeedMore);
}

TEST(ChunkedDecoderTest, LimitsTrailers) {
  const std::string text = "0\r\nX-A: b\r\n\r\n";
  EXPECT_EQ(Decode(text, 0, 1, text.size() - 3).kind, Kind::kTrailers);
  EXPECT_EQ(Decode(text, 0, 1, text.size() - 4).error, ParseError::kHeadTooLarge);
}

TEST(ChunkedDecoderTest, ResetStartsANewBody) {
  ChunkedDecoder decoder;
  const std::string_view text = "0\r\n\r\n";
  EXPECT_EQ(decoder.Next(text.data(), text.size()).kind, Kind::kTrailers);
  EXPECT_EQ(decoder.Next("5", 1).size, 0u);  // the body has ended: nothing more is taken
  decoder.Reset();
  EXPECT_EQ(decoder.Next(text.data(), text.size()).kind, Kind::kTrailers);
  decoder.Reset(1);  // the limit on trailers is the body's
  EXPECT_EQ(decoder.Next(text.data(), text.size()).error, ParseError::kHeadTooLarge);
}

ParseError Trailers(std::string text, HeaderMap& map, size_t fields_max = 10) {
  // The views of the map point into `text`: keep it.
  static std::string kept;
  kept = std::move(text);
  map.Clear();
  return ParseTrailers(kept.data(), kept.size(), fields_max, map);
}

TEST(ParseTrailersTest, ReadsFields) {
  HeaderMap map;
  EXPECT_EQ(Trailers("\r\n", map), ParseError::kNone);
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(Trailers("Grpc-Status:  0\r\nETag: x\r\n\r\n", map), ParseError::kNone);
  EXPECT_EQ(map.Get("grpc-status"), "0");
  EXPECT_EQ(map.Get(HeaderId::kEtag), "x");
}

TEST(ParseTrailersTest, RefusesNamesThatMustNotBeTrailers) {
  HeaderMap map;
  for (const std::string name : {"Content-Length",
                                 "Transfer-Encoding",
                                 "Host",
                                 "Connection",
                                 "Trailer",
                                 "TE",
                                 "Upgrade",
                                 "Expect",
                                 "Authorization",
                                 "Cookie",
                                 "Set-Cookie",
                                 "Content-Type",
                                 "Content-Encoding",
                                 "Content-Range",
                                 "Cache-Control",
                                 "Proxy-Authorization",
                                 "X-Forwarded-For",
                                 "X-Envoy-Internal",
                                 "X-Fairlead-User",
                                 "Forwarded",
                                 "Max-Forwards",
                                 "X-Request-Id"}) {
    EXPECT_EQ(Trailers(name + ": 1\r\n\r\n", map), ParseError::kBadTrailer) << name;
  }
}

TEST(ParseTrailersTest, RefusesMalformedSections) {
  HeaderMap map;
  EXPECT_EQ(Trailers("A : b\r\n\r\n", map), ParseError::kBadFieldName);
  EXPECT_EQ(Trailers("A: b\r\n c\r\n\r\n", map), ParseError::kObsFold);
  EXPECT_EQ(Trailers("A: b\x01\r\n\r\n", map), ParseError::kBadFieldValue);
  EXPECT_EQ(Trailers("A: b\r\nB: c\r\n\r\n", map, 1), ParseError::kTooManyFields);
  EXPECT_EQ(Trailers("A: b\r\n", map), ParseError::kBadTrailer);
  EXPECT_EQ(Trailers("", map), ParseError::kBadTrailer);
  EXPECT_EQ(Trailers("A: b\r\n\r\nC: d", map), ParseError::kBadTrailer);
}

}  // namespace
}  // namespace fairlead::codec::http1
