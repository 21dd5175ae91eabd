#ifndef FAIRLEAD_DATAPLANE_FILTERS_ROUTER_REPLIES_H_
#define FAIRLEAD_DATAPLANE_FILTERS_ROUTER_REPLIES_H_

// What the router answers when there is no response to pass on: one table, with Envoy's statuses,
// texts and flags. Thread: any.

#include <cerrno>
#include <cstdint>
#include <string_view>

#include "dataplane/filters/stream.h"

namespace fairlead::filters {

inline constexpr LocalReply kRouteNotFound{404, "", "route_not_found", observe::kNoRouteFound};
// The route is not for HTTP (non_forwarding_action).
inline constexpr LocalReply kNoForwarding{503, "", "cluster_not_found", observe::kNoClusterFound};
inline constexpr LocalReply kNoHealthyHost{503, "no healthy upstream", "no_healthy_upstream",
                                           observe::kNoHealthyUpstream};
inline constexpr LocalReply kConnectionTerminated{
    503,
    "upstream connect error or disconnect/reset before headers. reset reason: connection "
    "termination",
    "upstream_reset_before_response_started{connection_termination}",
    observe::kUpstreamConnectionTermination};
inline constexpr LocalReply kBadUpstreamResponse{
    502, "upstream connect error or disconnect/reset before headers. reset reason: protocol error",
    "upstream_reset_before_response_started{protocol_error}", observe::kUpstreamProtocolError};
inline constexpr LocalReply kUpstreamTimeout{504, "upstream request timeout", "response_timeout",
                                             observe::kUpstreamRequestTimeout};
// There is no buffer to be had for the request or its response.
inline constexpr LocalReply kOverloaded{503, "overloaded", "out_of_buffers", observe::kOverload};
inline constexpr LocalReply kHttp2Upstream{
    503, "the cluster speaks HTTP/2, which this proxy does not speak to upstreams yet",
    "http2_upstream_not_supported", observe::kNoHealthyUpstream};

// What Envoy's logs say of it; empty when nothing. `error` is a negative errno.
inline std::string_view TransportFailure(int64_t error) {
  switch (-error) {
    case ECONNREFUSED:
      return "delayed connect error: Connection refused";
    case EHOSTUNREACH:
      return "delayed connect error: No route to host";
    case ENETUNREACH:
      return "delayed connect error: Network is unreachable";
    default:
      return {};
  }
}

// `error` is a negative errno.
inline LocalReply ConnectFailure(int64_t error) {
  LocalReply reply{
      503,
      "upstream connect error or disconnect/reset before headers. reset reason: remote connection "
      "failure",
      "upstream_reset_before_response_started{remote_connection_failure}",
      observe::kUpstreamConnectionFailure};
  if (error == -ECONNREFUSED) {
    reply.details =
        "upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error: "
        "Connection refused}";
  } else if (error == -ETIMEDOUT) {
    reply.body =
        "upstream connect error or disconnect/reset before headers. reset reason: connection "
        "timeout";
    reply.details = "upstream_reset_before_response_started{connection_timeout}";
  }
  return reply;
}

}  // namespace fairlead::filters

#endif  // FAIRLEAD_DATAPLANE_FILTERS_ROUTER_REPLIES_H_
