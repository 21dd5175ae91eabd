#ifndef FAIRLEAD_DATAPLANE_CODEC_HTTP1_PARSER_H_
#define FAIRLEAD_DATAPLANE_CODEC_HTTP1_PARSER_H_

// HTTP/1.x heads from bytes: strict by RFC 9112, no socket, no allocation.
//
//     HeadScanner scan;  // one for each head
//     ParseResult r = ParseRequestHead(scan, in.data(), in.size(), limits, head);
//     kIncomplete: read more; call again with the same scanner and the bytes from the same start
//     kError:      answer ErrorStatus(r.error), count ErrorName(r.error), close
//     kDone:       head.block = in.TakeSlice(r.consumed);  // the head's views point into it
//
// The bytes are changed in place: field names become lower-case. Fields are parsed once, when the
// head's end is there; what came before is only scanned, each byte once, so that a head that
// arrives byte by byte costs no more. What can be refused early is: a first byte that starts no
// message, a bad first line, a bare CR or LF, too many bytes. One empty line before a request is
// skipped and counts as part of its head (RFC 9112 section 2.2). `head` is cleared by the
// parser, also when it refuses: what it then holds is the part that was read.
//
// Framing is what is provably one framing, else an error: both Content-Length and
// Transfer-Encoding, several lengths, lists, signs, more than 19 digits, any coding but exactly one
// final "chunked", Transfer-Encoding in HTTP/1.0 (RFC 9112 sections 6.1 to 6.3), a body with TRACE
// or with HTTP/1.0's GET, HEAD, DELETE and OPTIONS, bare CR or LF,
// obs-fold, space before the colon, empty or non-token names, NUL, controls in values, no or
// several or malformed Host in HTTP/1.1 are all refused. Fields named by Connection, and the
// hop-by-hop fields themselves, are taken out on arrival (of TE, "trailers" stays), except those
// that Connection may never name (connection_options.h), RFC 9110 section 7.6.1.
//
// Thread: worker (pure functions on the caller's memory).

#include <cstddef>
#include <cstdint>

#include "dataplane/codec/http1/parse_error.h"
#include "dataplane/codec/message.h"

namespace fairlead::codec::http1 {

struct HeadLimits {
  // Bytes of the whole head. Exceeding it: 431 (HCM max_request_headers_kb).
  size_t head_bytes_max = 60 * 1024;
  // Fields. Exceeding it: 431 (HttpProtocolOptions.max_headers_count).
  size_t fields_max = 100;
};

enum class ParseState : uint8_t { kIncomplete, kDone, kError };

struct ParseResult {
  ParseState state = ParseState::kIncomplete;
  ParseError error = ParseError::kNone;
  // kDone: bytes that the head took, with the empty line.
  size_t consumed = 0;
};

// Where the search for a head's end stands. A fresh one for each head.
struct HeadScanner {
  // Bytes from the start that have been looked at.
  size_t scanned = 0;
  // Where the field section starts: behind the first line. 0: that line's end has not been seen.
  size_t fields_begin = 0;
  // Bytes looked at in all calls together: the tests hold it against the size of the head.
  uint64_t work = 0;
};

ParseResult ParseRequestHead(HeadScanner& scan, char* data, size_t size, const HeadLimits& limits,
                             RequestHead& head);

// `request_method` decides whether a body follows (HEAD), RFC 9112 section 6.3. A 1xx status is a
// whole message without body whatever its fields say: the caller reads on for the final one. 101
// and CONNECT's 2xx are the caller's matter.
ParseResult ParseResponseHead(HeadScanner& scan, char* data, size_t size, const HeadLimits& limits,
                              Method request_method, ResponseHead& head);

}  // namespace fairlead::codec::http1

#endif  // FAIRLEAD_DATAPLANE_CODEC_HTTP1_PARSER_H_
