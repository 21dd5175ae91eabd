#ifndef FAIRLEAD_DATAPLANE_CODEC_HTTP1_PARSE_ERROR_H_
#define FAIRLEAD_DATAPLANE_CODEC_HTTP1_PARSE_ERROR_H_

// What was wrong with an HTTP/1 message. One table (parse_error.cc) gives each error its name, for
// the access log's response-code details and the counters, and the status that a server answers.
// Thread: any.

#include <cstdint>
#include <string_view>

namespace fairlead::codec::http1 {

enum class ParseError : uint8_t {
  kNone,
  kBadRequestLine,
  kBadStatusLine,
  kBadMethod,
  kBadTarget,
  kBadVersion,
  kVersionNotSupported,
  kBadFieldName,
  kBadFieldValue,
  kBadLineEnd,
  kObsFold,
  kBadHost,
  kMissingHost,
  kBadConnection,
  kBadContentLength,
  kLengthAndCoding,
  kBadTransferCoding,
  // A coding that exists and that we do not know, before a final "chunked".
  kCodingNotSupported,
  kCodingInHttp10,
  // A body where no server need expect one: TRACE, and GET and its like in HTTP/1.0.
  kBodyNotAllowed,
  kHeadTooLarge,
  kTooManyFields,
  kBadChunk,
  kBadTrailer,
  kConnectNotSupported,
  kCount,
};

// "http1.bad_content_length" and so on; empty for kNone.
std::string_view ErrorName(ParseError error);
// The status a server answers such a request with: 400, 431, 501 or 505.
uint16_t ErrorStatus(ParseError error);

}  // namespace fairlead::codec::http1

#endif  // FAIRLEAD_DATAPLANE_CODEC_HTTP1_PARSE_ERROR_H_
