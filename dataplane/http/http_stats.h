#ifndef FAIRLEAD_DATAPLANE_HTTP_HTTP_STATS_H_
#define FAIRLEAD_DATAPLANE_HTTP_HTTP_STATS_H_

// What a worker counts for a connection manager, by Envoy's names; printed as
// "http.<stat_prefix>.<name>". Written by the worker, read from any thread.

#include <array>

#include "dataplane/observe/counter.h"

namespace fairlead::http {

struct HttpStats {
  observe::Counter downstream_cx_total;
  observe::Gauge downstream_cx_active;
  observe::Counter downstream_cx_protocol_error;
  observe::Counter downstream_cx_idle_timeout;
  observe::Counter downstream_cx_max_duration_reached;
  observe::Counter downstream_cx_drain_close;
  observe::Counter downstream_cx_destroy_remote_active_rq;
  observe::Counter downstream_rq_total;
  observe::Gauge downstream_rq_active;
  observe::Counter downstream_rq_timeout;
  observe::Counter downstream_rq_header_timeout;
  observe::Counter downstream_rq_max_duration_reached;
  observe::Counter downstream_rq_idle_timeout;
  observe::Counter downstream_rq_rx_reset;
  observe::Counter downstream_rq_too_many_headers;
  observe::Counter no_route;
  observe::Counter no_cluster;
  // By hundreds: [0] 1xx ... [4] 5xx.
  std::array<observe::Counter, 5> downstream_rq_xx;
  observe::Counter downstream_rx_bytes_total;
  observe::Counter downstream_tx_bytes_total;
};

}  // namespace fairlead::http

#endif  // FAIRLEAD_DATAPLANE_HTTP_HTTP_STATS_H_
