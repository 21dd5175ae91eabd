#ifndef FAIRLEAD_DATAPLANE_HTTP_SERVER_CONNECTION_H_
#define FAIRLEAD_DATAPLANE_HTTP_SERVER_CONNECTION_H_

// A client's HTTP/1 connection, and the life of each request on it. Read server_connection.cc from
// the top: Serve is the connection, ServeRequest is a request from its first byte to its last.
//
//     ServerConnection::Serve(nursery, std::make_unique<ServerConnection>(worker, socket, hcm));
//
// Requests are answered one after the other (RFC 9112 section 9.3.2); what a client has pipelined
// waits in the buffer. Every wait stands under one watchdog; an alarm, or the client's
// disappearance, destroys the request's coroutine and with it all it was doing, and HandleAlarm
// decides what the client still gets.
//
// Thread: worker. Owned by its own coroutine, in the worker's nursery.

#include <memory>

#include "dataplane/base/intrusive_list.h"
#include "dataplane/event/combinators.h"
#include "dataplane/event/nursery.h"
#include "dataplane/event/socket.h"
#include "dataplane/event/task.h"
#include "dataplane/event/watchdog.h"
#include "dataplane/http/exchange.h"
#include "dataplane/http/worker.h"

namespace fairlead::http {

class ServerConnection final : public base::ListHook,
                               private event::SocketWatcher,
                               private filters::InterimSink {
 public:
  ServerConnection(Worker& worker, std::unique_ptr<event::Socket> socket,
                   base::IntrusivePtr<HcmSlot> hcm);
  ~ServerConnection() override;

  static event::Background Serve(event::Nursery& nursery, std::unique_ptr<ServerConnection> self);

  const HcmSlot* hcm_slot() const { return hcm_.get(); }
  // Ends the connection if it waits for a request.
  void CloseIfIdle();
  // Ends it whatever it does.
  void Cut() { OnAlarm(this, event::Alarm::kCut); }

 private:
  template <typename Awaitable>
  class Guarded;
  enum class Next : uint8_t { kAnotherRequest, kClose, kLinger };

  size_t HeadReadSize() const { return is_last_body_large_ ? net::kLargeBlock : net::kReadBlock; }
  // Whether the client has begun another request.
  bool HasRequestBytes() const;
  // One request, from its head to the end of its response.
  event::Task<void> ServeRequest();
  void BeginRequest();
  // The head is there and well-formed: what the connection manager itself has to say about it.
  // False when it answered.
  bool AcceptRequest();
  // The route's limits in place of the connection manager's.
  void ApplyTimes(const route::Forward& forward);
  // For logs.
  static void NoteRoute(const route::Route& route, observe::StreamInfo& info);
  // The head is not well-formed.
  void RejectRequest(codec::http1::ParseError error);
  // Answers a request whose head has not been read.
  void ReplyWithoutHead(const filters::LocalReply& reply);
  // Calls one filter of the chain.
  filters::Decision RunFilter(size_t position);
  void RunResponseFilters();

  event::Task<void> SendResponse();
  // How the response's body is written, and whether the connection stays.
  codec::Framing PrepareResponse();
  // Takes what has already arrived of a body nobody wants; false when more is to come.
  bool DropBufferedBody();
  // What the client still gets after an alarm. False: nothing.
  bool ReplyToAlarm();
  Next FinishExchange();
  // The request is over: counters and access logs.
  void RecordRequest();
  // How much was read and written, as far as it came.
  void NoteBytes();
  // Reads what a client still sends for a short time, so that it gets to read our last answer.
  event::Task<void> Linger();

  event::Task<bool> SendInterim(const codec::ResponseHead& head) override;
  // The client waits for a 100 that this proxy is to give.
  bool IsContinueDue();
  event::Task<bool> SendContinue();
  // From when on the connection takes no further request (max_connection_duration).
  event::MonotonicTime ConnectionEnd() const;
  void OnHangup() override { OnAlarm(this, event::Alarm::kHangup); }
  void OnInput() override {}
  // The connection ends in the middle of a request.
  enum class By : uint8_t { kPeer, kUs };
  void NoteDisconnect(By who);
  // There is no buffer for the response: the connection ends.
  void NoteOverload();
  static void OnAlarm(void* self, event::Alarm alarm);

  Worker& worker_;
  std::unique_ptr<event::Socket> socket_;
  base::IntrusivePtr<HcmSlot> hcm_;
  // Its number in this process: for logs.
  const uint64_t id_;
  // Those it was counted in when it came: an update may give the slot others.
  const HttpStatsRef stats_;
  net::ReadBuffer in_;
  event::Watchdog watchdog_;
  std::unique_ptr<Exchange> exchange_;
  // The wait that an alarm ends; null: none.
  event::InterruptibleWait* guard_ = nullptr;
  // Milliseconds of the loop's clock, of which the difference matters.
  const uint32_t connected_at_ms_;
  uint32_t requests_ = 0;
  event::Alarm alarm_ = event::Alarm::kNone;
  bool is_idle_ : 1 = false;
  bool keeps_alive_ : 1 = true;
  // The connection is broken: nothing more can be sent.
  bool is_broken_ : 1 = false;
  bool is_closed_by_peer_ : 1 = false;
  // A sign that the next request is large too.
  bool is_last_body_large_ : 1 = false;
};

}  // namespace fairlead::http

#endif  // FAIRLEAD_DATAPLANE_HTTP_SERVER_CONNECTION_H_
