#ifndef FAIRLEAD_DATAPLANE_CODEC_HEADER_NAMES_H_
#define FAIRLEAD_DATAPLANE_CODEC_HEADER_NAMES_H_

// The field names this program knows, each with an id, so that a look-up in a message is an array
// access. To know a new name, add it to the list below. Thread: any.

#include <cstdint>
#include <string_view>

namespace fairlead::codec {

#define FAIRLEAD_HEADER_NAMES(X)                                  \
  X(kHost, "host")                                                \
  X(kContentLength, "content-length")                             \
  X(kTransferEncoding, "transfer-encoding")                       \
  X(kConnection, "connection")                                    \
  X(kKeepAlive, "keep-alive")                                     \
  X(kProxyConnection, "proxy-connection")                         \
  X(kUpgrade, "upgrade")                                          \
  X(kTe, "te")                                                    \
  X(kTrailer, "trailer")                                          \
  X(kExpect, "expect")                                            \
  X(kHttp2Settings, "http2-settings")                             \
  X(kAccept, "accept")                                            \
  X(kAcceptEncoding, "accept-encoding")                           \
  X(kAuthorization, "authorization")                              \
  X(kCacheControl, "cache-control")                               \
  X(kContentEncoding, "content-encoding")                         \
  X(kContentType, "content-type")                                 \
  X(kCookie, "cookie")                                            \
  X(kDate, "date")                                                \
  X(kEtag, "etag")                                                \
  X(kForwarded, "forwarded")                                      \
  X(kLastModified, "last-modified")                               \
  X(kLocation, "location")                                        \
  X(kOrigin, "origin")                                            \
  X(kRange, "range")                                              \
  X(kReferer, "referer")                                          \
  X(kServer, "server")                                            \
  X(kSetCookie, "set-cookie")                                     \
  X(kUserAgent, "user-agent")                                     \
  X(kVary, "vary")                                                \
  X(kVia, "via")                                                  \
  X(kXForwardedFor, "x-forwarded-for")                            \
  X(kXForwardedHost, "x-forwarded-host")                          \
  X(kXForwardedProto, "x-forwarded-proto")                        \
  X(kXRequestId, "x-request-id")                                  \
  X(kXEnvoyAttemptCount, "x-envoy-attempt-count")                 \
  X(kXEnvoyExpectedRqTimeoutMs, "x-envoy-expected-rq-timeout-ms") \
  X(kXEnvoyExternalAddress, "x-envoy-external-address")           \
  X(kXEnvoyInternal, "x-envoy-internal")                          \
  X(kXEnvoyOriginalHost, "x-envoy-original-host")                 \
  X(kXEnvoyOriginalPath, "x-envoy-original-path")                 \
  X(kXEnvoyOverloaded, "x-envoy-overloaded")                      \
  X(kXEnvoyUpstreamServiceTime, "x-envoy-upstream-service-time")  \
  X(kXEnvoyUpstreamRqTimeoutMs, "x-envoy-upstream-rq-timeout-ms") \
  X(kXEnvoyRatelimited, "x-envoy-ratelimited")

enum class HeaderId : uint8_t {
  kOther = 0,
#define FAIRLEAD_HEADER_ID(id, name) id,
  FAIRLEAD_HEADER_NAMES(FAIRLEAD_HEADER_ID)
#undef FAIRLEAD_HEADER_ID
      kCount,
};

// The id of a lower-case name; kOther when it is not known.
HeaderId LookupHeaderId(std::string_view lower_name);
// The name of a known id; empty for kOther.
std::string_view HeaderName(HeaderId id);

}  // namespace fairlead::codec

#endif  // FAIRLEAD_DATAPLANE_CODEC_HEADER_NAMES_H_
