#ifndef FAIRLEAD_DATAPLANE_OBSERVE_STREAM_INFO_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_STREAM_INFO_H_

// What is to be known about one exchange once it is over: for the access log and the counters.
// Filled on the way by the steps that know; the views live as long as the exchange. Thread: worker.
// Owned by the exchange.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/event/time_source.h"
#include "dataplane/net/address.h"

namespace fairlead::event {
class Loop;
class Socket;
}  // namespace fairlead::event

namespace fairlead::observe {

class Metadata;
class UpstreamFacts;

// Why an exchange did not end as it should have, in Envoy's letters (RESPONSE_FLAGS). Bits of a
// set.
enum ResponseFlag : uint32_t {
  kNoRouteFound = 1u << 0,                     // NR
  kNoClusterFound = 1u << 1,                   // NC
  kNoHealthyUpstream = 1u << 2,                // UH
  kUpstreamConnectionFailure = 1u << 3,        // UF
  kUpstreamConnectionTermination = 1u << 4,    // UC
  kUpstreamRequestTimeout = 1u << 5,           // UT
  kUpstreamProtocolError = 1u << 6,            // UPE
  kDownstreamConnectionTermination = 1u << 7,  // DC
  kDownstreamProtocolError = 1u << 8,          // DPE
  kStreamIdleTimeout = 1u << 9,                // SI
  kRateLimited = 1u << 10,                     // RL
  kUnauthorizedExternalService = 1u << 11,     // UAEX
  kUpstreamRemoteReset = 1u << 12,             // UR
  kUpstreamOverflow = 1u << 13,                // UO
  kDownstreamRequestTimeout =
      1u << 14,                 // a request that did not arrive in time; no letters in Envoy
  kDurationTimeout = 1u << 15,  // DT
  kOverload = 1u << 16,         // OM
};

// A message as it was on the wire.
struct WireBytes {
  // Of its fields; of messages that were received this is counted when somebody asks.
  uint64_t fields = 0;
  // With the head, the framing of the body, and trailers.
  uint64_t all = 0;
};

// Where a request was sent before it was sent again.
struct EarlierAttempt {
  net::Address host;
  std::string hostname;
  uint64_t connection_id = 0;
};

struct StreamInfo {
  // Asked by the few formats that want the wall time, the time so far or the local address; null
  // once these are gone.
  event::Loop* loop = nullptr;
  const event::Socket* connection = nullptr;
  // Zero (epoch): what the loop makes of `start`.
  event::WallTime start_wall;
  event::MonotonicTime start;
  // Zero (epoch) until it happened.
  event::MonotonicTime request_complete;
  event::MonotonicTime upstream_first_byte;
  event::MonotonicTime response_complete;
  // Of the upstream connection: when it was asked for, and there. `connect_...`: when it was made,
  // for whichever request that was.
  event::MonotonicTime upstream_asked;
  event::MonotonicTime upstream_ready;
  event::MonotonicTime connect_begin;
  event::MonotonicTime connect_end;
  // Its first write, and its last.
  event::MonotonicTime upstream_send_begin;
  event::MonotonicTime upstream_send_end;
  // The first of its response's body, and the last of the response.
  event::MonotonicTime upstream_body_begin;
  event::MonotonicTime upstream_read_end;
  // The response's first byte to the client.
  event::MonotonicTime response_begin;

  // The peer of the connection.
  net::Address downstream_remote;
  // The client as it is to be believed (from X-Forwarded-For, when trusted); 0.0.0.0:0: the peer.
  net::Address downstream_client;
  // 0.0.0.0:0: the connection's.
  net::Address downstream_local;
  const net::Address* upstream_host = nullptr;
  // May be empty.
  std::string_view upstream_hostname;
  // Our end of the connection to it; 0.0.0.0:0: there was none.
  net::Address upstream_local;
  std::string_view upstream_cluster;
  std::string_view route_name;
  std::string_view virtual_host;
  std::string_view virtual_cluster;
  std::string_view listener;
  std::string_view filter_chain;
  // Why the transport did not come about, as Envoy's "delayed connect error: ..."; a literal.
  std::string_view transport_failure;
  // Numbers of connections, each given once in this process; 0: none.
  uint64_t connection_id = 0;
  uint64_t upstream_connection_id = 0;
  // Usually empty.
  std::vector<EarlierAttempt> earlier_attempts;

  // Null: none.
  const Metadata* route_metadata = nullptr;
  const Metadata* virtual_host_metadata = nullptr;
  const Metadata* listener_metadata = nullptr;
  const Metadata* filter_chain_metadata = nullptr;
  // Null: the request went to no cluster.
  const UpstreamFacts* upstream = nullptr;

  WireBytes from_client;
  WireBytes to_upstream;
  WireBytes from_upstream;
  WireBytes to_client;
  uint64_t bytes_received = 0;
  uint64_t bytes_sent = 0;
  uint32_t response_flags = 0;
  // 0: no response was started.
  uint16_t response_code = 0;
  uint32_t upstream_attempts = 0;
  // The caller's address is one of the internal ones (x-envoy-internal).
  bool is_internal = false;
  // A request has had a connection to `upstream_host`.
  bool is_upstream_connected = false;
  // A health check of this proxy itself, answered by a filter.
  bool is_health_check = false;
  // A short reason in snake_case ("via_upstream", "route_not_found"): literals only.
  std::string_view response_code_details;
  // The text of this proxy's own response, before a format for local replies is applied.
  std::string_view local_reply_body;

  void SetFlag(ResponseFlag flag) { response_flags |= flag; }
};

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_STREAM_INFO_H_
