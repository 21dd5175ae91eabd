#include "dataplane/codec/http1/framing.h"

#include "dataplane/codec/http1/char_class.h"

namespace fairlead::codec::http1 {
namespace {

constexpr size_t kDigitsMax = 19;
constexpr uint64_t kLengthMax = (uint64_t{1} << 63) - 1;

// Codings of the registry, which a sender may have meant. Anything else is an attempt.
bool IsKnownCoding(std::string_view name) {
  return EqualsIgnoreCase(name, "gzip") || EqualsIgnoreCase(name, "x-gzip") ||
         EqualsIgnoreCase(name, "deflate") || EqualsIgnoreCase(name, "compress") ||
         EqualsIgnoreCase(name, "x-compress");
}

// Exactly one field that says exactly "chunked". Known codings before a final "chunked" frame the
// body well, but we cannot undo them: 501 (RFC 9112 section 6.1).
ParseError CheckCoding(const SingleField& field) {
  if (field.count != 1) return ParseError::kBadTransferCoding;
  if (EqualsIgnoreCase(field.value, "chunked")) return ParseError::kNone;
  const size_t comma = field.value.rfind(',');
  if (comma == std::string_view::npos ||
      !EqualsIgnoreCase(TrimBlanks(field.value.substr(comma + 1)), "chunked")) {
    return ParseError::kBadTransferCoding;
  }
  size_t known = 0;
  const auto is_known = [&known](std::string_view name) { return ++known, IsKnownCoding(name); };
  // An empty element is no coding: ",chunked" is an attempt, too.
  return ForEachElement(field.value.substr(0, comma), is_known) && known > 0
             ? ParseError::kCodingNotSupported
             : ParseError::kBadTransferCoding;
}

// The framing that the fields name; `otherwise` when they name none.
ParseError FrameByFields(const FieldSection& fields, Version version, Framing otherwise,
                         Framing& framing) {
  if (fields.transfer_encoding.count == 0 && fields.content_length.count == 0) {
    framing = otherwise;
    return ParseError::kNone;
  }
  if (fields.transfer_encoding.count != 0) {
    if (fields.content_length.count != 0) return ParseError::kLengthAndCoding;
    if (version == Version::kHttp10) return ParseError::kCodingInHttp10;
    framing = {Framing::Kind::kChunked, 0};
    return CheckCoding(fields.transfer_encoding);
  }
  framing.kind = Framing::Kind::kLength;
  // Several lengths are refused even if they agree: another hop may count them otherwise.
  if (fields.content_length.count != 1 ||
      !ParseContentLength(fields.content_length.value, framing.length)) {
    return ParseError::kBadContentLength;
  }
  return ParseError::kNone;
}

}  // namespace

bool ParseContentLength(std::string_view text, uint64_t& length) {
  if (text.empty() || text.size() > kDigitsMax) return false;
  uint64_t value = 0;  // 19 digits fit into 64 bits
  for (const char c : text) {
    if (!Is(c, kDigitChar)) return false;
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  length = value;
  return value <= kLengthMax;
}

ParseError FrameRequest(const FieldSection& fields, Version version, Framing& framing) {
  return FrameByFields(fields, version, {Framing::Kind::kNone, 0}, framing);
}

ParseError FrameResponse(const FieldSection& fields, Method request_method, ResponseHead& head) {
  head.framing = {Framing::Kind::kNone, 0};
  // No body, whatever the fields say, and nothing in them that would be passed on.
  if (head.status < 200 || head.status == 204) return ParseError::kNone;

  Framing framing;
  const ParseError error =
      FrameByFields(fields, head.version, {Framing::Kind::kUntilClose, 0}, framing);
  if (error != ParseError::kNone) return error;
  if (request_method == Method::kHead || head.status == 304) {
    head.has_unframed_length = framing.kind == Framing::Kind::kLength;
    head.unframed_length = framing.length;
    return ParseError::kNone;
  }
  // What CONNECT opens with a 2xx has no body either; it is the caller's.
  if (request_method == Method::kConnect && head.status < 300) return ParseError::kNone;
  head.framing = framing;
  return ParseError::kNone;
}

}  // namespace fairlead::codec::http1
