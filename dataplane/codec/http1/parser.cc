#include "dataplane/codec/http1/parser.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "dataplane/codec/http1/authority.h"
#include "dataplane/codec/http1/byte_scan.h"
#include "dataplane/codec/http1/char_class.h"
#include "dataplane/codec/http1/field_section.h"
#include "dataplane/codec/http1/framing.h"
#include "dataplane/codec/http1/start_line.h"

namespace fairlead::codec::http1 {
namespace {

ParseResult Error(ParseError error) { return {ParseState::kError, error, 0}; }

// An error before the first line was parsed: nothing of the message before may stay in the head.
template <typename Head>
ParseResult EarlyError(ParseError error, Head& head) {
  head.Clear();
  return Error(error);
}

// The search stopped at `window` bytes without an answer: is there room for more?
ParseResult Incomplete(size_t window, const HeadLimits& limits) {
  if (window >= limits.head_bytes_max) return Error(ParseError::kHeadTooLarge);
  return {};
}

// Looks for the end of the first line. On success `scan.fields_begin` is behind it.
ParseResult ScanFirstLine(HeadScanner& scan, const char* data, size_t window,
                          const HeadLimits& limits) {
  const size_t from = scan.scanned;
  const void* lf = std::memchr(data + from, '\n', window - from);
  if (lf == nullptr) {
    scan.work += window - from;
    scan.scanned = window;
    return Incomplete(window, limits);
  }
  const auto at = static_cast<size_t>(static_cast<const char*>(lf) - data);
  scan.work += at + 1 - from;
  scan.scanned = at + 1;
  if (at == 0 || data[at - 1] != '\r') return Error(ParseError::kBadLineEnd);
  scan.fields_begin = at + 1;
  return {ParseState::kDone, ParseError::kNone, 0};
}

// Looks for the end of the head; `consumed` is its size.
ParseResult ScanFields(HeadScanner& scan, const char* data, size_t window,
                       const HeadLimits& limits) {
  const size_t end = FindHeadEnd(data, scan.fields_begin, scan.scanned, window);
  if (end == kBareLineEnd) return Error(ParseError::kBadLineEnd);
  if (end == kNoHeadEnd) {
    scan.work += window - scan.scanned;
    scan.scanned = window;
    return Incomplete(window, limits);
  }
  scan.work += end - scan.scanned;
  scan.scanned = end;
  return {ParseState::kDone, ParseError::kNone, end};
}

// The parts that requests and responses share: scanning, and the first line, which is judged as
// soon as it is there. When the rest is missing it is parsed again later, because the bytes may
// move between two calls.
template <typename Head>
ParseResult ScanHead(HeadScanner& scan, char* data, size_t size, size_t line_begin,
                     const HeadLimits& limits, ParseError (*parse_line)(std::string_view, Head&),
                     Head& head) {
  const size_t window = std::max(std::min(size, limits.head_bytes_max), scan.scanned);
  bool line_is_new = false;
  if (scan.fields_begin == 0) {
    const ParseResult line = ScanFirstLine(scan, data, window, limits);
    if (line.state == ParseState::kError) return EarlyError(line.error, head);
    if (line.state != ParseState::kDone) return line;
    line_is_new = true;
  }
  const auto parse_first_line = [&] {
    head.Clear();
    const std::string_view line(data + line_begin, scan.fields_begin - 2 - line_begin);
    const ParseError error = parse_line(line, head);
    const bool has_bare_cr =
        error != ParseError::kNone && line.find('\r') != std::string_view::npos;
    return has_bare_cr ? ParseError::kBadLineEnd : error;
  };
  if (line_is_new) {
    const ParseError error = parse_first_line();
    if (error != ParseError::kNone) return Error(error);
  }
  const ParseResult fields = ScanFields(scan, data, window, limits);
  if (fields.state == ParseState::kDone && !line_is_new) {
    const ParseError error = parse_first_line();
    if (error != ParseError::kNone) return Error(error);
  }
  return fields;
}

ParseError TakeHost(const SingleField& host, RequestHead& head) {
  if (host.count == 0) {
    return head.version == Version::kHttp10 ? ParseError::kNone : ParseError::kMissingHost;
  }
  if (host.count != 1 || !IsAuthority(host.value)) return ParseError::kBadHost;
  // The authority of an absolute-form target wins (RFC 9112 section 3.2.2).
  if (head.authority.empty()) head.authority = host.value;
  return ParseError::kNone;
}

// A client must not send a body with TRACE (RFC 9110 section 9.3.8). In HTTP/1.0 GET, HEAD and
// DELETE have none, and a server of that time takes it for the next request (HAProxy refuses it
// too).
bool MayHaveBody(const RequestHead& head) {
  if (head.method == Method::kTrace) return false;
  return head.version != Version::kHttp10 || !IsBodyUnusual(head.method);
}

bool KeepsAlive(const ConnectionOptions& options, Version version) {
  if (options.close()) return false;
  return version != Version::kHttp10 || options.keep_alive();
}

}  // namespace

ParseResult ParseRequestHead(HeadScanner& scan, char* data, size_t size, const HeadLimits& limits,
                             RequestHead& head) {
  // One empty line that a sloppy client left behind its last body.
  size_t begin = 0;
  if (size > 0 && data[0] == '\r') {
    if (size == 1) return {};
    if (data[1] != '\n') return EarlyError(ParseError::kBadLineEnd, head);
    begin = 2;
  }
  if (size == begin) return {};
  if (!Is(data[begin], kTokenChar)) {
    return EarlyError(data[begin] == '\n' ? ParseError::kBadLineEnd : ParseError::kBadMethod, head);
  }
  scan.scanned = std::max(scan.scanned, begin);

  const ParseResult scanned =
      ScanHead<RequestHead>(scan, data, size, begin, limits, &ParseRequestLine, head);
  if (scanned.state != ParseState::kDone) return scanned;

  FieldSection fields(FieldSection::Of::kRequest);
  ParseError error = fields.Parse(data + scan.fields_begin, data + scanned.consumed,
                                  limits.fields_max, head.headers);
  if (error == ParseError::kNone) error = TakeHost(fields.host, head);
  if (error == ParseError::kNone) error = FrameRequest(fields, head.version, head.framing);
  if (error == ParseError::kNone && head.framing.has_body() && !MayHaveBody(head)) {
    error = ParseError::kBodyNotAllowed;
  }
  if (error != ParseError::kNone) return Error(error);

  head.keep_alive = KeepsAlive(fields.connection, head.version);
  // A client of HTTP/1.0 does not wait for a 100 (RFC 9110 section 10.1.1).
  head.expects_continue = fields.expects_continue && head.version != Version::kHttp10;
  head.has_unknown_expectation = fields.has_unknown_expectation;
  head.wants_upgrade = fields.has_upgrade && fields.connection.upgrade();
  return scanned;
}

ParseResult ParseResponseHead(HeadScanner& scan, char* data, size_t size, const HeadLimits& limits,
                              Method request_method, ResponseHead& head) {
  if (size == 0) return {};
  if (data[0] != 'H') return EarlyError(ParseError::kBadStatusLine, head);

  const ParseResult scanned =
      ScanHead<ResponseHead>(scan, data, size, 0, limits, &ParseStatusLine, head);
  if (scanned.state != ParseState::kDone) return scanned;

  FieldSection fields(FieldSection::Of::kResponse);
  ParseError error = fields.Parse(data + scan.fields_begin, data + scanned.consumed,
                                  limits.fields_max, head.headers);
  if (error == ParseError::kNone) error = FrameResponse(fields, request_method, head);
  if (error != ParseError::kNone) return Error(error);

  head.keep_alive = KeepsAlive(fields.connection, head.version) &&
                    head.framing.kind != Framing::Kind::kUntilClose;
  return scanned;
}

}  // namespace fairlead::codec::http1
