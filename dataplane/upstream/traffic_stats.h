#ifndef FAIRLEAD_DATAPLANE_UPSTREAM_TRAFFIC_STATS_H_
#define FAIRLEAD_DATAPLANE_UPSTREAM_TRAFFIC_STATS_H_

// What a worker counts of a cluster's connections and requests, by Envoy's names without
// "upstream_"; printed as "cluster.<stat_name>.upstream_<name>". The cluster's own, not a sum over
// its hosts: it does not fall when a host leaves. Written by the worker, read from any thread.

#include "dataplane/event/socket.h"
#include "dataplane/observe/counter.h"
#include "dataplane/observe/histogram.h"
#include "dataplane/observe/response_stats.h"

namespace fairlead::upstream {

struct TrafficStats {
  observe::Counter cx_total;
  observe::Gauge cx_active;
  // Timeouts included, which are counted once more below.
  observe::Counter cx_connect_fail;
  observe::Counter cx_connect_timeout;
  observe::Counter cx_destroy_local;
  observe::Counter cx_destroy_remote;
  // Of those, in the middle of a request.
  observe::Counter cx_destroy_local_with_active_rq;
  observe::Counter cx_destroy_remote_with_active_rq;
  observe::Counter cx_idle_timeout;
  observe::Counter cx_max_requests;
  observe::Counter cx_protocol_error;
  // cx_rx_bytes_total, cx_tx_bytes_total.
  event::SocketMeter cx_bytes;
  observe::Histogram cx_connect_ms;

  observe::Counter rq_total;
  observe::Gauge rq_active;
  observe::Counter rq_timeout;
  // Requests that waited for a new connection, those that do now, and those whose connection
  // failed.
  observe::Counter rq_pending_total;
  observe::Gauge rq_pending_active;
  observe::Counter rq_pending_failure_eject;
  // Ended by us before there was a connection, or before there was a response; by the upstream.
  observe::Counter rq_cancelled;
  observe::Counter rq_tx_reset;
  observe::Counter rq_rx_reset;
  // By where the request came from (x-envoy-internal); all of them are the sum.
  observe::ResponseStats external;
  observe::ResponseStats internal;
};

}  // namespace fairlead::upstream

#endif  // FAIRLEAD_DATAPLANE_UPSTREAM_TRAFFIC_STATS_H_
