#ifndef FAIRLEAD_DATAPLANE_WIRE_PUMP_H_
#define FAIRLEAD_DATAPLANE_WIRE_PUMP_H_

// Sends a head and its body: pulls pieces and writes them, as many at a time as are there.
//
//     PumpProgress progress;
//     PumpResult result = co_await SendMessage(head, body, framing, sends_trailers, socket,
//                                              watchdog, progress);
//
// A small message whose body is there leaves in one write with its head. Nothing more is pulled
// before what was pulled is written: that is the back-pressure.
//
// Thread: worker. What is passed by reference outlives the task; the progress tells how far it came
// even if the task is destroyed on its way.

#include <cstdint>
#include <vector>

#include "dataplane/codec/body.h"
#include "dataplane/codec/message.h"
#include "dataplane/event/socket.h"
#include "dataplane/event/task.h"
#include "dataplane/event/watchdog.h"

namespace fairlead::wire {

// kNoBuffer: there was none for what had to be written.
enum class PumpResult : uint8_t { kSent, kReadFailed, kWriteFailed, kNoBuffer };

struct PumpProgress {
  // Of the body, without framing.
  uint64_t body_bytes = 0;
  // All bytes, with head, framing and trailers.
  uint64_t wire_bytes = 0;
  // When the body's first bytes and its end were there; zero (epoch): they were not.
  event::MonotonicTime body_begin;
  event::MonotonicTime body_end;
  // When the first write failed, or was given up, and not one byte had been taken: what had been
  // pulled of the body for it. The message may be sent on another connection.
  struct Unsent {
    std::vector<net::Slice> pieces;
    // The body has no more.
    bool has_end = false;
  };
  bool is_unsent = false;
  Unsent unsent;
};

// `head` may be empty (the head has left before). `framing` says how the body is written; kLength
// trusts the reader to yield just that much, as the framing of a received message does. Trailers
// the body has are dropped unless `sends_trailers`.
event::Task<PumpResult> SendMessage(net::Slice head, codec::BodyReader& body,
                                    codec::Framing framing, bool sends_trailers,
                                    event::Socket& socket, event::Watchdog& watchdog,
                                    PumpProgress& progress);

}  // namespace fairlead::wire

#endif  // FAIRLEAD_DATAPLANE_WIRE_PUMP_H_
