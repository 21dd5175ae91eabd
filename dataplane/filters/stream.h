#ifndef FAIRLEAD_DATAPLANE_FILTERS_STREAM_H_
#define FAIRLEAD_DATAPLANE_FILTERS_STREAM_H_

// One request and its response, as filters and the router see them. Owned by the connection's
// exchange; a filter gets it by reference for the length of a call and keeps nothing of it.
//
// Thread: worker.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "dataplane/codec/body.h"
#include "dataplane/codec/message.h"
#include "dataplane/event/loop.h"
#include "dataplane/event/task.h"
#include "dataplane/event/watchdog.h"
#include "dataplane/observe/access_log.h"
#include "dataplane/observe/stream_info.h"
#include "dataplane/route/route.h"

namespace fairlead::observe {
struct CallStats;
}

namespace fairlead::filters {

// A response that this proxy makes itself.
struct LocalReply {
  uint16_t status = 500;
  // Sent as text/plain; empty: no body and no content type.
  std::string_view body;
  // For the access log; a literal.
  std::string_view details;
  uint32_t response_flag = 0;
};

// Passes informational responses on to the client.
class InterimSink {
 public:
  virtual ~InterimSink() = default;
  // False when the client is gone.
  virtual event::Task<bool> SendInterim(const codec::ResponseHead& head) = 0;
};

struct Stream {
  explicit Stream(event::Loop& loop, uint32_t worker = 0) : loop(loop), worker(worker) {}

  event::Loop& loop;
  // The worker's number, by which it finds its own counters (observe/per_worker.h).
  const uint32_t worker;
  // The exchange's timeouts: told of progress, and given the deadline of the response. Set for as
  // long as the exchange has a connection.
  event::Watchdog* watchdog = nullptr;
  // When the stream ends, whatever it waits for (HttpProtocolOptions.max_stream_duration).
  event::MonotonicTime end = event::MonotonicTime::max();
  InterimSink* interim = nullptr;
  codec::RequestHead request;
  // What is left of the request's body, as the filters so far have wrapped it.
  codec::BodyReader* request_body = nullptr;
  // Trailers are passed on in both directions: when the listener and, from the router on, the
  // cluster say so (Http1ProtocolOptions.enable_trailers).
  bool keeps_trailers = false;
  // Null when no route matched.
  const route::Route* route = nullptr;
  // Of the clusters of a route that forwards the one that was picked; its edits come before the
  // route's, and its filters' settings in place of them.
  const route::WeightedCluster* target = nullptr;
  // Where the request counts beside its cluster: its virtual cluster and its route; null: nowhere.
  std::array<observe::CallStats*, 2> calls{};

  codec::ResponseHead response;
  // Null when the response has no body.
  codec::BodyReader* response_body = nullptr;
  // True once the response is one of this proxy's own.
  bool is_local_reply = false;
  codec::BytesBody local_body;
  // Its text, for logs: `local_body` is used up when it is sent.
  net::Slice local_reply;
  // A body that a filter makes as it is read, if response_body is one.
  std::unique_ptr<codec::BodyReader> made_body;

  observe::StreamInfo info;

  // The watchdog's deadline, which is never later than the stream's end.
  void SetDeadline(event::MonotonicTime deadline, event::Alarm alarm);
  void ClearDeadline();
  // For command operators in header values, and the access log.
  observe::LogEntry log_entry() const {
    return {.request = request,
            .response = response,
            .info = info,
            .random = &loop.random(),
            .trailers = response_body == nullptr ? nullptr : response_body->trailers()};
  }
  // Picks among the clusters of the route, if it forwards.
  void PickTarget();
  // Fills in the response, with the edits of a route that forwards: as in Envoy, whoever answers in
  // place of its cluster does so under the route's rules. The body is copied.
  void Reply(const LocalReply& reply);
  // The body of a local reply; none when it is empty. Copied.
  void SetLocalBody(std::string_view body, std::string_view content_type);
  // What the route and the router's choice ask of a response.
  void ApplyResponseEdits();
  void Clear();
};

}  // namespace fairlead::filters

#endif  // FAIRLEAD_DATAPLANE_FILTERS_STREAM_H_
