#ifndef FAIRLEAD_DATAPLANE_FILTERS_STREAM_H_
#define FAIRLEAD_DATAPLANE_FILTERS_STREAM_H_

// One request and its response, as filters and the router see them. Owned by the connection's
// exchange; a filter gets it by reference for the length of a call and keeps nothing of it.
//
// Thread: worker.

#include <cstdint>
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
  explicit Stream(event::Loop& loop) : loop(loop) {}

  event::Loop& loop;
  // The exchange's timeouts: told of progress, and given the deadline of the response. Set for as
  // long as the exchange has a connection.
  event::Watchdog* watchdog = nullptr;
  InterimSink* interim = nullptr;
  codec::RequestHead request;
  // What is left of the request's body, as the filters so far have wrapped it.
  codec::BodyReader* request_body = nullptr;
  // Trailers are passed on in both directions: when the listener and, from the router on, the
  // cluster say so (Http1ProtocolOptions.enable_trailers).
  bool keeps_trailers = false;
  // Null when no route matched.
  const route::Route* route = nullptr;

  codec::ResponseHead response;
  // Null when the response has no body.
  codec::BodyReader* response_body = nullptr;
  // True once the response is one of this proxy's own.
  bool is_local_reply = false;
  codec::BytesBody local_body;

  observe::StreamInfo info;

  // For command operators in header values, and the access log.
  observe::LogEntry log_entry() const { return {request, response, info, &loop.random()}; }
  // Fills in the response. The body is copied.
  void Reply(const LocalReply& reply);
  void Clear();
};

}  // namespace fairlead::filters

#endif  // FAIRLEAD_DATAPLANE_FILTERS_STREAM_H_
