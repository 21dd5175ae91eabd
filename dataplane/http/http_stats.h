#ifndef FAIRLEAD_DATAPLANE_HTTP_HTTP_STATS_H_
#define FAIRLEAD_DATAPLANE_HTTP_HTTP_STATS_H_

// What a worker counts for a connection manager, by Envoy's names; printed as
// "http.<stat_prefix>.<name>" and, for its listener, "listener.<address>...". Written by the
// worker, read from any thread.

#include <array>

#include "dataplane/event/socket.h"
#include "dataplane/observe/counter.h"
#include "dataplane/observe/histogram.h"

namespace fairlead::http {

struct HttpStats {
  observe::Counter downstream_cx_total;
  observe::Gauge downstream_cx_active;
  observe::Counter downstream_cx_protocol_error;
  observe::Counter downstream_cx_idle_timeout;
  observe::Counter downstream_cx_max_duration_reached;
  observe::Counter downstream_cx_drain_close;
  // Ended by us, and by the client; of those, in the middle of a request.
  observe::Counter downstream_cx_destroy_local;
  observe::Counter downstream_cx_destroy_remote;
  observe::Counter downstream_cx_destroy_local_active_rq;
  observe::Counter downstream_cx_destroy_remote_active_rq;
  observe::Counter downstream_cx_max_requests_reached;
  observe::Counter downstream_rq_total;
  observe::Gauge downstream_rq_active;
  observe::Counter downstream_rq_timeout;
  observe::Counter downstream_rq_header_timeout;
  observe::Counter downstream_rq_max_duration_reached;
  observe::Counter downstream_rq_idle_timeout;
  observe::Counter downstream_rq_rx_reset;
  // Refused or broken off because there was no buffer to be had.
  observe::Counter downstream_rq_overload_close;
  observe::Counter downstream_rq_too_many_headers;
  observe::Counter no_route;
  observe::Counter no_cluster;
  // By hundreds: [0] 1xx ... [4] 5xx.
  std::array<observe::Counter, 5> downstream_rq_xx;
  // downstream_cx_rx_bytes_total, downstream_cx_tx_bytes_total.
  event::SocketMeter downstream_cx_bytes;
  observe::Histogram downstream_cx_length_ms;
  // From the first byte of the request to the last of the response.
  observe::Histogram downstream_rq_time;
};

}  // namespace fairlead::http

#endif  // FAIRLEAD_DATAPLANE_HTTP_HTTP_STATS_H_
