#ifndef FAIRLEAD_DATAPLANE_CODEC_HTTP1_WRITER_H_
#define FAIRLEAD_DATAPLANE_CODEC_HTTP1_WRITER_H_

// HTTP/1.1 heads to bytes. Fields that still stand side by side in the received head are copied in
// one run.
//
//     Slice head_bytes = WriteRequestHead(head, framing);
//     char line[kChunkLineMax]; size_t n = WriteChunkLine(line, size, first);
//
// The caller says how the body is framed and whether the connection stays; the writer emits just
// the matching Host (first field), Content-Length, Transfer-Encoding and Connection fields, and
// leaves out fields of those names (and other hop-by-hop ones) that stand in the map, so that no
// edit of a head can make a second framing. Names and values are written as they are in the map:
// whoever puts a field into the map has checked it.
//
// kNone writes no framing field: a request without a body, or a response that has none by rule
// (HEAD, 304: they show `unframed_length`). A response with an empty body is kLength with 0. A
// status of 1xx or 204 gets no framing field whatever the caller says (RFC 9112 section 6.1).
//
// What is returned is empty when there is no buffer to be had for it.
//
// Thread: worker.

#include <cstddef>
#include <cstdint>

#include "dataplane/codec/message.h"
#include "dataplane/net/buffer.h"

namespace fairlead::codec::http1 {

// Request head for an upstream. `framing` may differ from the head's (a filter changed the body).
// `close` adds "connection: close"; head.expects_continue with a body, "expect: 100-continue".
net::Slice WriteRequestHead(const RequestHead& head, Framing framing, bool close);

// Response head for a client that spoke `client_version`. For HTTP/1.0 clients the caller never
// passes kChunked; `close` adds "connection: close", and an HTTP/1.0 client whose connection stays
// gets "connection: keep-alive".
net::Slice WriteResponseHead(const ResponseHead& head, Framing framing, Version client_version,
                             bool close);

// "HTTP/1.1 100 Continue" and other interim heads, with their fields.
net::Slice WriteInterimHead(const ResponseHead& head);

inline constexpr size_t kChunkLineMax = 24;
// The line before a chunk of `size` > 0 bytes, starting with the CRLF that ends the former chunk
// unless `first`.
size_t WriteChunkLine(char* out, uint64_t size, bool first);
// What ends a chunked body: "\r\n0\r\n" (without the CRLF when `first`), trailers, empty line.
net::Slice WriteChunkedEnd(bool first, const HeaderMap* trailers);

// The usual phrase of a status ("Not Found"); empty for an unknown one.
std::string_view ReasonPhrase(uint16_t status);

}  // namespace fairlead::codec::http1

#endif  // FAIRLEAD_DATAPLANE_CODEC_HTTP1_WRITER_H_
