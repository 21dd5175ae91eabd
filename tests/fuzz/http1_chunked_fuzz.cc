// Any bytes as a chunked body. Must hold: no access out of bounds; the same body, trailers and end
// however the bytes are cut; and a body that was read, written by our writer and read again, is the
// same.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "dataplane/base/check.h"
#include "dataplane/codec/http1/chunked_decoder.h"
#include "dataplane/codec/http1/writer.h"
#include "tests/fuzz/http1_fuzz_support.h"

namespace fairlead::codec::http1 {
namespace {

using Kind = ChunkedDecoder::Kind;

struct Decoded {
  std::string body;
  std::string trailers;  // the section
  size_t consumed = 0;
  Kind kind = Kind::kNeedMore;
  ParseError error = ParseError::kNone;

  bool operator==(const Decoded&) const = default;
};

constexpr size_t kTrailerBytesMax = 512;

// Decodes `text` as it arrives: first `first` bytes, then pieces of `step`.
Decoded Decode(std::string_view text, size_t first, size_t step,
               size_t trailer_bytes_max = kTrailerBytesMax) {
  ChunkedDecoder decoder(trailer_bytes_max);
  Decoded out;
  size_t fed = std::min(first, text.size());
  while (true) {
    const Bytes in = Copy(text.substr(out.consumed, fed - out.consumed));
    const ChunkedDecoder::Step next = decoder.Next(in.data(), in.size());
    FL_CHECK(next.skip + next.size <= in.size());
    out.kind = next.kind;
    out.error = next.error;
    out.consumed += next.skip;
    if (next.kind == Kind::kError) return out;
    if (next.kind == Kind::kData) {
      FL_CHECK(next.size > 0);
      out.body += text.substr(out.consumed, next.size);
    }
    if (next.kind == Kind::kTrailers) out.trailers = text.substr(out.consumed, next.size);
    out.consumed += next.size;
    if (next.kind == Kind::kTrailers) return out;
    if (next.kind == Kind::kNeedMore) {
      if (fed == text.size()) return out;
      fed = std::min(text.size(), fed + step);
    }
  }
}

void CheckWritten(const Decoded& decoded) {
  Bytes section = Copy(decoded.trailers);
  HeaderMap trailers;
  if (ParseTrailers(section.data(), section.size(), 20, trailers) != ParseError::kNone) return;

  std::string written;
  const size_t half = decoded.body.size() / 2;
  bool first = true;
  for (const std::string& chunk : {decoded.body.substr(0, half), decoded.body.substr(half)}) {
    if (chunk.empty()) continue;
    char line[kChunkLineMax];
    written.append(line, WriteChunkLine(line, chunk.size(), first));
    written += chunk;
    first = false;
  }
  written += WriteChunkedEnd(first, &trailers).view();

  // The writer's blank behind each colon may be more than stood there.
  const Decoded again = Decode(written, written.size(), 1, 2 * kTrailerBytesMax);
  FL_CHECK(again.kind == Kind::kTrailers);
  FL_CHECK(again.consumed == written.size());
  FL_CHECK(again.body == decoded.body);
  Bytes again_section = Copy(again.trailers);
  HeaderMap again_trailers;
  FL_CHECK(ParseTrailers(again_section.data(), again_section.size(), 20, again_trailers) ==
           ParseError::kNone);
  FL_CHECK(FieldsText(again_trailers) == FieldsText(trailers));
}

void FuzzOne(std::string_view text) {
  const Decoded whole = Decode(text, text.size(), 1);
  for (const size_t split : Splits(text)) {
    Decoded cut = Decode(text, split, text.size());
    // Where a refused body was left off is of no interest.
    if (whole.kind == Kind::kError) cut.consumed = whole.consumed;
    FL_CHECK(cut == whole);
  }
  if (whole.kind == Kind::kTrailers) CheckWritten(whole);
}

}  // namespace
}  // namespace fairlead::codec::http1

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fairlead::codec::http1::FuzzOne({reinterpret_cast<const char*>(data), size});
  return 0;
}
