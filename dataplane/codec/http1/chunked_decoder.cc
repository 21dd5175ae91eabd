#include "dataplane/codec/http1/chunked_decoder.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "dataplane/codec/http1/byte_scan.h"
#include "dataplane/codec/http1/char_class.h"
#include "dataplane/codec/http1/field_line.h"

namespace fairlead::codec::http1 {
namespace {

constexpr size_t kLineMax = 4096;
constexpr size_t kDigitsMax = 16;
constexpr size_t kOverheadMax = 16 * 1024;

uint64_t HexValue(char c) {
  return static_cast<uint64_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

// chunk-size [ BWS ";" ... ], without the CRLF. What stands in the extensions is of no interest,
// but no control byte may, so that no other reader can see a line end there.
bool ParseChunkLine(std::string_view line, uint64_t& size) {
  size_t digits = 0;
  uint64_t value = 0;
  while (digits < line.size() && Is(line[digits], kHexChar)) {
    if (digits == kDigitsMax) return false;
    value = value << 4 | HexValue(line[digits]);
    ++digits;
  }
  if (digits == 0 || value >> 63 != 0) return false;
  size = value;

  line.remove_prefix(digits);
  if (line.empty()) return true;
  const char* const end = line.data() + line.size();
  if (FindControl(line.data(), end) != end) return false;
  while (!line.empty() && IsBlank(line[0])) line.remove_prefix(1);
  return !line.empty() && line[0] == ';';
}

// RFC 9110 section 6.5.1: what decides on framing, routing, authentication or the content's form
// has been used before a trailer comes.
bool MayBeTrailer(HeaderId id, std::string_view name) {
  switch (id) {
    case HeaderId::kHost:
    case HeaderId::kContentLength:
    case HeaderId::kTransferEncoding:
    case HeaderId::kConnection:
    case HeaderId::kKeepAlive:
    case HeaderId::kProxyConnection:
    case HeaderId::kUpgrade:
    case HeaderId::kTe:
    case HeaderId::kTrailer:
    case HeaderId::kExpect:
    case HeaderId::kHttp2Settings:
    case HeaderId::kAuthorization:
    case HeaderId::kCacheControl:
    case HeaderId::kContentEncoding:
    case HeaderId::kContentType:
    case HeaderId::kCookie:
    case HeaderId::kForwarded:
    case HeaderId::kLocation:
    case HeaderId::kRange:
    case HeaderId::kSetCookie:
    case HeaderId::kXRequestId:
      return false;
    default:
      break;
  }
  for (const std::string_view prefix : {"x-forwarded-", "x-envoy-", "x-fairlead-", "proxy-"}) {
    if (name.substr(0, prefix.size()) == prefix) return false;
  }
  return name != "content-range" && name != "max-forwards" && name != "www-authenticate";
}

}  // namespace

ChunkedDecoder::Step ChunkedDecoder::Next(const char* data, size_t size) {
  Step step;
  switch (state_) {
    case State::kData:
      if (size == 0) return step;
      step.kind = Kind::kData;
      step.size = static_cast<size_t>(std::min<uint64_t>(size, remaining_));
      remaining_ -= step.size;
      if (remaining_ == 0) state_ = State::kDataEnd;
      return step;
    case State::kDataEnd:
      if (size > 0 && data[0] != '\r') return Error(ParseError::kBadChunk);
      if (size < 2) return step;
      if (data[1] != '\n') return Error(ParseError::kBadChunk);
      step.skip = 2;
      state_ = State::kLine;
      return NextLine(data, size, step);
    case State::kLine:
      return NextLine(data, size, step);
    case State::kTrailers:
      return NextTrailers(data, size, step);
    case State::kDone:
      step.kind = Kind::kTrailers;
      return step;
  }
  return step;
}

ChunkedDecoder::Step ChunkedDecoder::NextLine(const char* data, size_t size, Step step) {
  const char* const line = data + step.skip;
  const size_t window = std::min(size - step.skip, kLineMax);
  if (window == 0) return step;
  if (!Is(line[0], kHexChar)) return Error(ParseError::kBadChunk);
  const void* lf = std::memchr(line + scanned_, '\n', window - scanned_);
  if (lf == nullptr) {
    scanned_ = window;
    return window == kLineMax ? Error(ParseError::kBadChunk) : step;
  }
  const auto line_size = static_cast<size_t>(static_cast<const char*>(lf) - line) + 1;
  if (line_size < 2 || line[line_size - 2] != '\r' ||
      !ParseChunkLine({line, line_size - 2}, remaining_)) {
    return Error(ParseError::kBadChunk);
  }
  scanned_ = 0;
  step.skip += line_size;
  if (remaining_ == 0) {
    state_ = State::kTrailers;
    return NextTrailers(data, size, step);
  }
  // Each chunk may cost a short line, and more the more it carries.
  overhead_ += line_size;
  overhead_ -= static_cast<size_t>(std::min<uint64_t>(overhead_, 16 + remaining_));
  if (overhead_ > kOverheadMax) return Error(ParseError::kBadChunk);

  state_ = State::kData;
  Step piece = Next(data + step.skip, size - step.skip);
  piece.skip = step.skip;
  return piece;
}

ChunkedDecoder::Step ChunkedDecoder::NextTrailers(const char* data, size_t size, Step step) {
  const size_t window = std::min(size - step.skip, trailer_bytes_max_);
  const size_t end = FindHeadEnd(data + step.skip, 0, scanned_, window);
  if (end == kBareLineEnd) return Error(ParseError::kBadLineEnd);
  if (end == kNoHeadEnd) {
    scanned_ = window;
    return window == trailer_bytes_max_ ? Error(ParseError::kHeadTooLarge) : step;
  }
  state_ = State::kDone;
  step.kind = Kind::kTrailers;
  step.size = end;
  return step;
}

ChunkedDecoder::Step ChunkedDecoder::Error(ParseError error) { return {Kind::kError, 0, 0, error}; }

void ChunkedDecoder::Reset(size_t trailer_bytes_max) {
  trailer_bytes_max_ = trailer_bytes_max;
  state_ = State::kLine;
  remaining_ = 0;
  scanned_ = 0;
  overhead_ = 0;
}

ParseError ParseTrailers(char* data, size_t size, size_t fields_max, HeaderMap& trailers) {
  // The decoder has seen to it; whoever comes with other bytes must not make us read past them.
  if (FindHeadEnd(data, 0, 0, size) != size || size == 0) return ParseError::kBadTrailer;
  return ForEachField(data, data + size, fields_max,
                      [&](HeaderId id, std::string_view name, char* value, size_t value_size) {
                        if (!MayBeTrailer(id, name)) return ParseError::kBadTrailer;
                        trailers.AddBorrowed(id, name, {value, value_size});
                        return ParseError::kNone;
                      });
}

}  // namespace fairlead::codec::http1
