#ifndef FAIRLEAD_DATAPLANE_CODEC_MESSAGE_H_
#define FAIRLEAD_DATAPLANE_CODEC_MESSAGE_H_

// Heads of requests and responses, as every codec produces and consumes them.
//
// The views point into the bytes that were received (`block` keeps them alive) or into the header
// map's arena (`headers.Keep`). A head is filled by a codec, edited on its way, and written by
// another codec; Clear() makes it ready for the next message and keeps its memory.
//
// Thread: worker. Owned by the exchange.

#include <cstdint>
#include <string_view>

#include "dataplane/codec/header_map.h"
#include "dataplane/net/buffer.h"

namespace fairlead::codec {

enum class Method : uint8_t {
  kOther,
  kGet,
  kHead,
  kPost,
  kPut,
  kDelete,
  kConnect,
  kOptions,
  kTrace,
  kPatch
};
enum class Version : uint8_t { kHttp10, kHttp11, kHttp2 };

// The method of a request line or of `:method`; methods are case-sensitive (RFC 9110 section 9.1).
Method LookupMethod(std::string_view text);

// Whether a body in a request of this method has no meaning of its own (RFC 9110 sections 9.3.1,
// 9.3.2, 9.3.5, 9.3.7, 9.3.8). Some servers never look for one and take its bytes for the next
// request.
bool IsBodyUnusual(Method method);

// How a message's body ends.
struct Framing {
  enum class Kind : uint8_t {
    kNone,        // no body
    kLength,      // exactly `length` bytes (may be 0: "Content-Length: 0")
    kChunked,     // RFC 9112 section 7.1
    kUntilClose,  // responses only
  };
  Kind kind = Kind::kNone;
  uint64_t length = 0;

  bool has_body() const {
    return kind == Kind::kChunked || kind == Kind::kUntilClose || length > 0;
  }
};

struct RequestHead {
  Method method = Method::kOther;
  std::string_view method_text;
  // The request target in origin form ("/a?b=c"), or "*" for OPTIONS; authority form (CONNECT) is
  // left empty.
  std::string_view path;
  // From Host, or from an absolute-form target; lower-casing and ports are left as received.
  std::string_view authority;
  // "http" or "https" from an absolute-form target (HTTP/1) or `:scheme` (HTTP/2). The HTTP/1
  // parser leaves it empty for every other target: then the connection fills in its own.
  std::string_view scheme;
  Version version = Version::kHttp11;
  // The sender keeps the connection open after this exchange.
  bool keep_alive = true;
  // Expect: 100-continue was there (the field is taken out), and nobody has met it yet.
  bool expects_continue = false;
  // Expect asked for something else (RFC 9110 section 10.1.1: answer with 417). Also taken out.
  bool has_unknown_expectation = false;
  // There were an Upgrade field and "Connection: upgrade". Both are taken out, so the request goes
  // on as a plain one.
  bool wants_upgrade = false;
  Framing framing;
  // Without Host, framing fields (Content-Length, Transfer-Encoding) and hop-by-hop fields: those
  // are above.
  HeaderMap headers;
  net::Slice block;

  // The path without its query.
  std::string_view path_only() const { return path.substr(0, path.find('?')); }
  void Clear();
};

struct ResponseHead {
  uint16_t status = 0;
  // As received, or empty: the codec that writes it fills in the usual one.
  std::string_view reason;
  Version version = Version::kHttp11;
  bool keep_alive = true;
  Framing framing;
  // Content-Length on a response that has no body of its own (HEAD, 304): shown, never awaited.
  bool has_unframed_length = false;
  uint64_t unframed_length = 0;
  HeaderMap headers;
  net::Slice block;

  void Clear();
};

}  // namespace fairlead::codec

#endif  // FAIRLEAD_DATAPLANE_CODEC_MESSAGE_H_
