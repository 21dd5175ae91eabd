#ifndef FAIRLEAD_DATAPLANE_CODEC_HTTP1_CHUNKED_DECODER_H_
#define FAIRLEAD_DATAPLANE_CODEC_HTTP1_CHUNKED_DECODER_H_

// A chunked body from bytes (RFC 9112 section 7.1), one piece at a time, without copying.
//
//     ChunkedDecoder decoder;
//     Step s = decoder.Next(in.data(), in.size());
//     in.Consume(s.skip);                             // chunk lines, whatever the kind
//     kData:     Slice piece = in.TakeSlice(s.size);  // body: all of the next s.size bytes
//     kNeedMore: read more
//     kTrailers: the body has ended; the trailer section of s.size bytes stands in full, with its
//                empty line: hand it to ParseTrailers, consume it
//     kError:    s.error
//
// Sizes are 1*HEXDIG, at most 16 digits and 2^63-1; extensions are checked (no controls, no bare CR
// or LF) and dropped, never forwarded; a chunk line is at most 4 KiB, the trailer section at most
// `trailer_bytes_max`, and lines may not outweigh the data they announce by more than 16 KiB (a
// body of tiny chunks with long extensions costs its sender more than us).
//
// Thread: worker.

#include <cstddef>
#include <cstdint>

#include "dataplane/codec/header_map.h"
#include "dataplane/codec/http1/parse_error.h"

namespace fairlead::codec::http1 {

class ChunkedDecoder {
 public:
  enum class Kind : uint8_t { kNeedMore, kData, kTrailers, kError };
  struct Step {
    Kind kind = Kind::kNeedMore;
    // Bytes before the piece that are framing: consume them first, whatever the kind.
    size_t skip = 0;
    size_t size = 0;
    ParseError error = ParseError::kNone;
  };

  static constexpr size_t kTrailerBytesMax = 60 * 1024;

  explicit ChunkedDecoder(size_t trailer_bytes_max = kTrailerBytesMax)
      : trailer_bytes_max_(trailer_bytes_max) {}

  Step Next(const char* data, size_t size);
  void Reset(size_t trailer_bytes_max = kTrailerBytesMax);

 private:
  enum class State : uint8_t { kLine, kData, kDataEnd, kTrailers, kDone };

  Step NextLine(const char* data, size_t size, Step step);
  Step NextTrailers(const char* data, size_t size, Step step);
  static Step Error(ParseError error);

  size_t trailer_bytes_max_;
  State state_ = State::kLine;
  // Bytes of the present chunk that have not been announced yet.
  uint64_t remaining_ = 0;
  // Bytes of the present line or trailer section that have been looked at.
  size_t scanned_ = 0;
  // By how much chunk lines outweigh their data.
  size_t overhead_ = 0;
};

// Trailer fields from the section that kTrailers announced. Names that must not be trailers
// (framing, routing, authentication: RFC 9110 section 6.5.1) are an error.
ParseError ParseTrailers(char* data, size_t size, size_t fields_max, HeaderMap& trailers);

}  // namespace fairlead::codec::http1

#endif  // FAIRLEAD_DATAPLANE_CODEC_HTTP1_CHUNKED_DECODER_H_
