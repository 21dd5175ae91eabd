#ifndef FAIRLEAD_DATAPLANE_HTTP_EXCHANGE_H_
#define FAIRLEAD_DATAPLANE_HTTP_EXCHANGE_H_

// One request with its response: all the memory an exchange needs, kept warm by the worker and lent
// to a connection from the first byte of a request to the last of its response. An idle connection
// has none. Thread: worker.

#include "dataplane/filters/router/upstream_call.h"
#include "dataplane/filters/stream.h"
#include "dataplane/http/worker.h"
#include "dataplane/wire/http1_body.h"
#include "dataplane/wire/pump.h"

namespace fairlead::http {

class Exchange {
 public:
  Exchange(event::Loop& loop, uint32_t worker) : stream(loop, worker), call(loop) {}

  filters::Stream stream;
  wire::Http1Body request_body;
  filters::UpstreamCall call;
  // Of the response.
  wire::PumpProgress sent;
  // What held when the request came, kept to its end.
  SnapshotPtr<HcmConfig> hcm;
  SnapshotPtr<route::RouteTable> routes;
  // Filters whose OnRequest has run: the first so many of the chain.
  size_t filters_run = 0;
  bool is_response_started = false;
  // Complete and well-formed.
  bool is_head_read = false;

  void Clear() {
    // The call first: what it still sends comes from the others.
    call.Clear();
    request_body.Clear();
    stream.Clear();
    hcm.reset();
    routes.reset();
    sent = {};
    filters_run = 0;
    is_response_started = false;
    is_head_read = false;
  }
};

}  // namespace fairlead::http

#endif  // FAIRLEAD_DATAPLANE_HTTP_EXCHANGE_H_
