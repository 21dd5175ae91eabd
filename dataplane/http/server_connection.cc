#include "dataplane/http/server_connection.h"

#include <array>
#include <cerrno>

#include "dataplane/codec/http1/writer.h"
#include "dataplane/filters/router/replies.h"
#include "dataplane/http/head_rules.h"
#include "dataplane/net/connection_id.h"
#include "dataplane/observe/log_values.h"
#include "dataplane/wire/pump.h"

namespace fairlead::http {

using codec::Framing;
using codec::Method;
using codec::Version;
using codec::http1::ParseError;
using codec::http1::ParseResult;
using codec::http1::ParseState;
using event::Alarm;
using filters::LocalReply;
using filters::Verdict;

namespace {

constexpr size_t kLingerBytesMax = 1024 * 1024;
constexpr std::string_view kContinueLine = "HTTP/1.1 100 Continue\r\n\r\n";
// How long the last answer on a connection may take to be written.
constexpr std::chrono::seconds kLastAnswerTime(5);

// Those of a time that is too long for 32 bits are wrong by a multiple of 49 days.
uint32_t MillisecondsOf(event::Duration duration) {
  return static_cast<uint32_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

}  // namespace

// Awaits something that the connection's watchdog may end. Yields false when it did.
template <typename Awaitable>
class ServerConnection::Guarded {
 public:
  Guarded(ServerConnection& connection, Awaitable awaitable)
      : connection_(connection), wait_(std::move(awaitable)) {
    connection_.alarm_ = Alarm::kNone;
  }

  bool await_ready() { return wait_.await_ready(); }
  auto await_suspend(std::coroutine_handle<> waiter) {
    connection_.guard_ = &wait_;
    return wait_.await_suspend(waiter);
  }
  auto await_resume() {
    connection_.guard_ = nullptr;
    return wait_.await_resume();
  }

 private:
  ServerConnection& connection_;
  event::Interruptible<Awaitable> wait_;
};

ServerConnection::ServerConnection(Worker& worker, std::unique_ptr<event::Socket> socket,
                                   base::IntrusivePtr<HcmSlot> hcm)
    : worker_(worker),
      socket_(std::move(socket)),
      hcm_(std::move(hcm)),
      id_(net::NextConnectionId()),
      stats_(hcm_->stats),
      watchdog_(worker.loop.timers(), &OnAlarm, this),
      connected_at_ms_(MillisecondsOf(worker.loop.now().time_since_epoch())) {
  socket_->SetMeter(&stats_->downstream_cx_bytes);
  worker_.connections_.push_back(*this);
  stats_->downstream_cx_total.Add();
  stats_->downstream_cx_active.Add();
}

ServerConnection::~ServerConnection() {
  HttpStats& stats = *stats_;
  stats.downstream_cx_active.Sub();
  stats.downstream_cx_length_ms.Record(MillisecondsOf(worker_.loop.now().time_since_epoch()) -
                                       connected_at_ms_);
  (is_closed_by_peer_ ? stats.downstream_cx_destroy_remote : stats.downstream_cx_destroy_local)
      .Add();
  if (exchange_ == nullptr) return;
  // Cancelled in the middle of a request.
  NoteDisconnect(By::kUs);
  RecordRequest();
}

event::Background ServerConnection::Serve(event::Nursery&, std::unique_ptr<ServerConnection> self) {
  ServerConnection& c = *self;
  while (true) {
    while (!c.HasRequestBytes()) {
      c.is_idle_ = true;
      c.watchdog_.SetIdle(c.hcm_->config->object->idle_timeout, Alarm::kConnectionIdle);
      if (const auto end = c.ConnectionEnd(); end != event::MonotonicTime::max()) {
        c.watchdog_.SetDeadline(end, Alarm::kConnectionEnd);
      }
      const auto read = co_await Guarded(c, c.socket_->Read(c.in_, c.HeadReadSize()));
      c.is_idle_ = false;
      if (c.alarm_ == Alarm::kConnectionIdle) c.stats_->downstream_cx_idle_timeout.Add();
      if (c.alarm_ == Alarm::kConnectionEnd) c.stats_->downstream_cx_max_duration_reached.Add();
      c.is_closed_by_peer_ = read.has_value() && *read <= 0 && *read != -ENOBUFS;
      if (!read.has_value() || *read <= 0) co_return;
    }
    c.exchange_ = c.worker_.TakeExchange();
    c.socket_->SetWatcher(&c);
    const bool is_served = (co_await Guarded(c, c.ServeRequest())).has_value();
    if (!is_served && c.ReplyToAlarm() && !(co_await Guarded(c, c.SendResponse())).has_value()) {
      c.is_broken_ = true;
    }
    c.socket_->SetWatcher(nullptr);
    switch (c.FinishExchange()) {
      case Next::kAnotherRequest:
        continue;
      case Next::kLinger:
        co_await Guarded(c, c.Linger());
        co_return;
      case Next::kClose:
        co_return;
    }
  }
}

bool ServerConnection::HasRequestBytes() const {
  // An empty line behind the last request begins none (RFC 9112 section 2.2): who sent it is idle.
  constexpr std::string_view kEmptyLine = "\r\n";
  const std::string_view bytes(in_.data(), in_.size());
  return !kEmptyLine.starts_with(bytes);
}

// --- One request, from top to bottom. ---

event::Task<void> ServerConnection::ServeRequest() {
  filters::Stream& stream = exchange_->stream;
  BeginRequest();
  codec::http1::HeadScanner scan;
  ParseResult parsed;
  while (true) {
    parsed = codec::http1::ParseRequestHead(scan, in_.data(), in_.size(),
                                            exchange_->hcm->object->head_limits, stream.request);
    if (parsed.state != ParseState::kIncomplete) break;
    const int64_t n = co_await socket_->Read(in_, HeadReadSize());
    if (n == -ENOBUFS) {
      ReplyWithoutHead(filters::kOverloaded);
      co_return co_await SendResponse();
    }
    if (n <= 0) {
      stats_->downstream_rq_rx_reset.Add();
      NoteDisconnect(By::kPeer);
      co_return;
    }
  }
  if (parsed.state == ParseState::kError) {
    RejectRequest(parsed.error);
    co_return co_await SendResponse();
  }
  stream.info.from_client.all = parsed.consumed;
  stream.request.block = in_.TakeSlice(parsed.consumed);
  if (!AcceptRequest()) co_return co_await SendResponse();

  const HcmConfig& hcm = *exchange_->hcm->object;
  Verdict verdict = Verdict::kContinue;
  while (verdict == Verdict::kContinue && exchange_->filters_run < hcm.filters.size()) {
    filters::Decision decision = RunFilter(exchange_->filters_run++);
    verdict = decision.pending.is_valid() ? co_await decision.pending : decision.verdict;
  }
  if (verdict == Verdict::kContinue) {
    if (IsContinueDue() && !co_await SendContinue()) co_return;
    co_await hcm.router.Handle(stream, exchange_->call, worker_.clusters);
  }
  co_await SendResponse();
}

void ServerConnection::BeginRequest() {
  filters::Stream& stream = exchange_->stream;
  exchange_->hcm = hcm_->config;
  const HcmConfig& hcm = *exchange_->hcm->object;
  stream.watchdog = &watchdog_;
  stream.interim = this;
  stream.info.loop = &worker_.loop;
  stream.info.connection = socket_.get();
  stream.info.start = worker_.loop.now();
  stream.info.downstream_remote = socket_->peer_address();
  stream.info.connection_id = id_;
  stream.info.listener = hcm.listener_name;
  stream.info.filter_chain = hcm.filter_chain_name;
  stream.info.filter_chain_metadata = hcm.filter_chain_metadata.get();
  stream.info.listener_metadata = hcm.listener_metadata.get();
  ++requests_;
  // From its first byte, whatever becomes of it.
  stats_->downstream_rq_total.Add();
  stats_->downstream_rq_active.Add();
  watchdog_.SetIdle(hcm.stream_idle_timeout, Alarm::kStreamIdle);
  if (hcm.max_stream_duration.count() > 0) stream.end = stream.info.start + hcm.max_stream_duration;
  stream.ClearDeadline();
  const auto head_time = hcm.request_headers_timeout;
  const auto request_time = hcm.request_timeout;
  if (head_time.count() > 0 && (request_time.count() == 0 || head_time < request_time)) {
    stream.SetDeadline(stream.info.start + head_time, Alarm::kRequestHead);
  } else if (request_time.count() > 0) {
    stream.SetDeadline(stream.info.start + request_time, Alarm::kRequest);
  }
}

void ServerConnection::NoteRoute(const route::Route& route, observe::StreamInfo& info) {
  info.route_name = route.name;
  if (route.extras != nullptr) info.route_metadata = route.extras->metadata.get();
  if (route.host == nullptr) return;
  info.virtual_host = route.host->name;
  info.virtual_host_metadata = route.host->metadata.get();
}

bool ServerConnection::AcceptRequest() {
  filters::Stream& stream = exchange_->stream;
  const HcmConfig& hcm = *exchange_->hcm->object;
  codec::RequestHead& request = stream.request;
  exchange_->is_head_read = true;
  exchange_->request_body.Start(*socket_, in_, request.framing, hcm.enable_trailers,
                                hcm.head_limits);
  stream.keeps_trailers = hcm.enable_trailers;
  stream.request_body = &exchange_->request_body;
  stream.ClearDeadline();
  if (request.framing.has_body()) {
    if (hcm.request_timeout.count() > 0) {
      stream.SetDeadline(stream.info.start + hcm.request_timeout, Alarm::kRequest);
    }
  } else {
    stream.info.request_complete = worker_.loop.now();
  }
  if (!ApplyRequestRules(hcm, stream)) return false;
  if (exchange_->routes = hcm_->routes->table; exchange_->routes) {
    const route::RouteTable& table = *exchange_->routes->object;
    if (!stream.info.is_internal) {
      for (const std::string& name : table.internal_only_headers()) request.headers.Remove(name);
    }
    stream.route = table.Match(request, worker_.loop.random().Next());
  }
  if (stream.route == nullptr) {
    stats_->no_route.Add();
  } else {
    NoteRoute(*stream.route, stream.info);
    stream.PickTarget();
    if (const auto* forward = std::get_if<route::Forward>(&stream.route->action)) {
      ApplyTimes(*forward);
    }
  }
  return true;
}

void ServerConnection::ApplyTimes(const route::Forward& forward) {
  filters::Stream& stream = exchange_->stream;
  if (forward.idle_timeout.has_value()) {
    watchdog_.SetIdle(*forward.idle_timeout, Alarm::kStreamIdle);
  }
  if (forward.extras == nullptr || !forward.extras->max_stream_duration.has_value()) return;
  const std::chrono::milliseconds most = *forward.extras->max_stream_duration;
  stream.end = most.count() == 0 ? event::MonotonicTime::max() : stream.info.start + most;
  const std::chrono::milliseconds request_time = exchange_->hcm->object->request_timeout;
  if (stream.request.framing.has_body() && request_time.count() > 0) {
    return stream.SetDeadline(stream.info.start + request_time, Alarm::kRequest);
  }
  stream.ClearDeadline();
}

void ServerConnection::RejectRequest(ParseError error) {
  stats_->downstream_cx_protocol_error.Add();
  if (error == ParseError::kTooManyFields) stats_->downstream_rq_too_many_headers.Add();
  const uint16_t status = codec::http1::ErrorStatus(error);
  ReplyWithoutHead({status, codec::http1::ReasonPhrase(status), codec::http1::ErrorName(error),
                    observe::kDownstreamProtocolError});
}

void ServerConnection::ReplyWithoutHead(const LocalReply& reply) {
  // Whatever of it has been read is no request, and nobody is to be told that it was one.
  codec::RequestHead& request = exchange_->stream.request;
  request.method_text = request.path = request.authority = {};
  request.headers.Clear();
  exchange_->stream.Reply(reply);
  keeps_alive_ = false;
}

filters::Decision ServerConnection::RunFilter(size_t position) {
  const filters::ChainEntry& entry = exchange_->hcm->object->filters[position];
  const route::FilterOverride* settings = nullptr;
  if (!filters::IsEnabled(entry, exchange_->stream, &settings)) return Verdict::kContinue;
  return entry.filter->OnRequest(exchange_->stream, settings);
}

void ServerConnection::RunResponseFilters() {
  const auto& chain = exchange_->hcm->object->filters;
  while (exchange_->filters_run > 0) {
    const filters::ChainEntry& entry = chain[--exchange_->filters_run];
    const route::FilterOverride* settings = nullptr;
    if (filters::IsEnabled(entry, exchange_->stream, &settings)) {
      entry.filter->OnResponse(exchange_->stream, settings);
    }
  }
}

// --- The response. ---

event::Task<void> ServerConnection::SendResponse() {
  filters::Stream& stream = exchange_->stream;
  if (const auto& mapping = exchange_->hcm->object->local_replies;
      stream.is_local_reply && mapping != nullptr) {
    MapLocalReply(*mapping, stream);
  }
  RunResponseFilters();
  const Framing framing = PrepareResponse();
  net::Slice head = codec::http1::WriteResponseHead(stream.response, framing,
                                                    stream.request.version, !keeps_alive_);
  if (head.empty()) co_return NoteOverload();
  exchange_->is_response_started = true;
  stream.info.response_code = stream.response.status;
  stream.info.response_begin = worker_.loop.now();
  stream.info.to_client.fields += observe::SentFieldBytes({head.data(), head.size()});
  codec::BytesBody none;
  codec::BodyReader& body = stream.response_body != nullptr ? *stream.response_body : none;
  const wire::PumpResult result =
      co_await wire::SendMessage(std::move(head), body, framing, /*sends_trailers=*/true, *socket_,
                                 watchdog_, exchange_->sent);
  switch (result) {
    case wire::PumpResult::kSent:
      exchange_->call.Finish();
      break;
    case wire::PumpResult::kReadFailed:
      exchange_->call.NoteBrokenBody(stream.info);
      is_broken_ = true;
      break;
    case wire::PumpResult::kWriteFailed:
      NoteDisconnect(By::kPeer);
      break;
    case wire::PumpResult::kNoBuffer:
      NoteOverload();
      break;
  }
}

Framing ServerConnection::PrepareResponse() {
  filters::Stream& stream = exchange_->stream;
  codec::RequestHead& request = stream.request;
  codec::ResponseHead& response = stream.response;
  const HcmConfig& hcm = *exchange_->hcm->object;
  ApplyResponseRules(hcm, worker_.Date(), stream);
  const bool is_draining = worker_.is_draining || hcm_->is_draining;
  const uint32_t requests_max = hcm.max_requests_per_connection;
  keeps_alive_ = keeps_alive_ && request.keep_alive && !is_draining &&
                 (requests_max == 0 || requests_ < requests_max) &&
                 worker_.loop.now() < ConnectionEnd();
  if (is_draining) stats_->downstream_cx_drain_close.Add();
  // A body that is still to come is not waited for behind the response, and the client is told so.
  if (stream.is_local_reply ? !DropBufferedBody() : !exchange_->request_body.is_complete()) {
    keeps_alive_ = false;
  }
  if (requests_max != 0 && requests_ == requests_max) {
    stats_->downstream_cx_max_requests_reached.Add();
  }
  Framing framing = response.framing;
  if (request.method == Method::kHead) {
    // A reply of our own has a body to leave out; one from an upstream has been read without.
    if (framing.kind == Framing::Kind::kLength && (!stream.is_local_reply || framing.length > 0)) {
      response.has_unframed_length = true;
      response.unframed_length = framing.length;
    }
    stream.response_body = nullptr;
    return Framing();
  }
  if (response.status == 204 || response.status == 304) {
    // Whatever a route or a filter has put into it would be taken for the next response.
    stream.response_body = nullptr;
    return Framing();
  }
  const bool is_unbounded =
      framing.kind == Framing::Kind::kChunked || framing.kind == Framing::Kind::kUntilClose;
  if (!is_unbounded) return framing;
  if (request.version == Version::kHttp10) {
    keeps_alive_ = false;
    framing.kind = Framing::Kind::kUntilClose;
  } else {
    framing.kind = Framing::Kind::kChunked;
  }
  return framing;
}

bool ServerConnection::DropBufferedBody() {
  wire::Http1Body& body = exchange_->request_body;
  codec::BodyPiece piece;
  while (!body.is_complete()) {
    if (!body.TryRead(piece) || piece.kind == codec::BodyPiece::Kind::kFailed) return false;
  }
  return true;
}

event::Task<bool> ServerConnection::SendInterim(const codec::ResponseHead& head) {
  if (exchange_->stream.request.version == Version::kHttp10) co_return true;
  std::array<net::Slice, 1> pieces{codec::http1::WriteInterimHead(head)};
  // Nobody counts on it: without a buffer it is left out.
  if (pieces[0].empty()) co_return true;
  exchange_->stream.info.to_client.all += pieces[0].size();
  co_return co_await socket_->Write(pieces) == 0;
}

bool ServerConnection::IsContinueDue() {
  filters::Stream& stream = exchange_->stream;
  if (!stream.request.expects_continue) return false;
  // Who is answered without an upstream need not send the body at all.
  if (stream.route == nullptr || !std::holds_alternative<route::Forward>(stream.route->action)) {
    return false;
  }
  if (exchange_->hcm->object->proxy_100_continue) return false;
  // The expectation is met here, and not passed on.
  stream.request.expects_continue = false;
  return in_.empty();
}

event::Task<bool> ServerConnection::SendContinue() {
  std::array<net::Slice, 1> pieces{net::Slice::Static(kContinueLine)};
  if (co_await socket_->Write(pieces) == 0) co_return true;
  NoteDisconnect(By::kPeer);
  co_return false;
}

// --- Alarms and ends. ---

void ServerConnection::OnAlarm(void* self, Alarm alarm) {
  auto& c = *static_cast<ServerConnection*>(self);
  if (c.guard_ == nullptr || !c.guard_->is_waiting()) return;
  c.alarm_ = alarm;
  c.guard_->Interrupt();
}

void ServerConnection::NoteDisconnect(By who) {
  is_broken_ = true;
  is_closed_by_peer_ = who == By::kPeer;
  observe::StreamInfo& info = exchange_->stream.info;
  info.SetFlag(observe::kDownstreamConnectionTermination);
  info.response_code_details =
      is_closed_by_peer_ ? "downstream_remote_disconnect" : "downstream_local_disconnect";
  (is_closed_by_peer_ ? stats_->downstream_cx_destroy_remote_active_rq
                      : stats_->downstream_cx_destroy_local_active_rq)
      .Add();
}

void ServerConnection::NoteOverload() {
  is_broken_ = true;
  exchange_->stream.info.SetFlag(observe::kOverload);
  exchange_->stream.info.response_code_details = filters::kOverloaded.details;
}

event::MonotonicTime ServerConnection::ConnectionEnd() const {
  const std::chrono::milliseconds duration = hcm_->config->object->max_connection_duration;
  if (duration.count() == 0) return event::MonotonicTime::max();
  const event::MonotonicTime now = worker_.loop.now();
  const uint32_t age = MillisecondsOf(now.time_since_epoch()) - connected_at_ms_;
  return now - std::chrono::milliseconds(age) + duration;
}

void ServerConnection::CloseIfIdle() {
  if (is_idle_) OnAlarm(this, Alarm::kDrain);
}

bool ServerConnection::ReplyToAlarm() {
  Exchange& exchange = *exchange_;
  filters::Stream& stream = exchange.stream;
  HttpStats& stats = *stats_;
  if (alarm_ == Alarm::kResponse) exchange.call.NoteTimeout();
  exchange.call.Reset();
  // For requests that have come in full the fault lies behind us, else with the client.
  const bool is_complete = exchange.is_head_read && exchange.request_body.is_complete();
  LocalReply reply;
  if (alarm_ == Alarm::kRequestBroken && exchange.request_body.is_out_of_buffers()) {
    alarm_ = Alarm::kOverload;
  }
  switch (alarm_) {
    case Alarm::kOverload:
      reply = filters::kOverloaded;
      break;
    case Alarm::kResponse:
      reply = filters::kUpstreamTimeout;
      stats.downstream_rq_timeout.Add();
      break;
    case Alarm::kStreamIdle:
      reply = {static_cast<uint16_t>(is_complete ? 504 : 408), "stream timeout",
               "stream_idle_timeout", observe::kStreamIdleTimeout};
      stats.downstream_rq_idle_timeout.Add();
      break;
    case Alarm::kStreamEnd:
      reply = {static_cast<uint16_t>(is_complete ? 504 : 408), "downstream duration timeout",
               "max_duration_timeout", observe::kDurationTimeout};
      stats.downstream_rq_max_duration_reached.Add();
      break;
    case Alarm::kRequest:
      reply = {408, "request timeout", "request_overall_timeout",
               observe::kDownstreamRequestTimeout};
      stats.downstream_rq_timeout.Add();
      break;
    case Alarm::kRequestHead:
      reply = {408, "request header timeout", "request_header_timeout",
               observe::kDownstreamRequestTimeout};
      stats.downstream_rq_header_timeout.Add();
      break;
    case Alarm::kRequestBroken:
      if (const ParseError error = exchange.request_body.error(); error != ParseError::kNone) {
        reply = {400, "Bad Request", codec::http1::ErrorName(error),
                 observe::kDownstreamProtocolError};
        stats.downstream_cx_protocol_error.Add();
        break;
      }
      [[fallthrough]];
    default:
      NoteDisconnect(By::kPeer);
      stats.downstream_rq_rx_reset.Add();
      return false;
    case Alarm::kCut:
      NoteDisconnect(By::kUs);
      return false;
  }
  if (exchange.is_response_started) {
    stream.info.response_flags |= reply.response_flag;
    stream.info.response_code_details = reply.details;
    is_broken_ = true;
    return false;
  }
  if (!is_complete) keeps_alive_ = false;
  stream.Reply(reply);
  watchdog_.Clear();
  watchdog_.SetIdle(kLastAnswerTime, Alarm::kStreamIdle);
  return true;
}

ServerConnection::Next ServerConnection::FinishExchange() {
  const bool is_request_read = exchange_->is_head_read && exchange_->request_body.is_complete();
  is_last_body_large_ = exchange_->request_body.bytes_read() > net::kReadBlock;
  watchdog_.Clear();
  RecordRequest();
  const bool has_asked_for_end = !exchange_->stream.request.keep_alive;
  const bool has_more_input = !in_.empty();
  worker_.GiveExchange(std::move(exchange_));
  if (is_broken_) return Next::kClose;
  if (keeps_alive_ && is_request_read) return Next::kAnotherRequest;
  // Closing over bytes that nobody has read sends a reset, on which the client may lose the answer.
  // Who has asked for the end sends no more (RFC 9112 section 9.6).
  const bool is_silent = is_request_read && !has_more_input &&
                         (has_asked_for_end ? socket_->IsQuiet() : socket_->IsQuietNow());
  return is_silent ? Next::kClose : Next::kLinger;
}

void ServerConnection::RecordRequest() {
  filters::Stream& stream = exchange_->stream;
  observe::StreamInfo& info = stream.info;
  info.response_complete = worker_.loop.now();
  stats_->downstream_rq_active.Sub();
  NoteBytes();
  if (info.response_code >= 100 && info.response_code < 600) {
    stats_->downstream_rq_xx[info.response_code / 100 - 1].Add();
  }
  stats_->downstream_rq_time.Record(MillisecondsOf(info.response_complete - info.start));
  if ((info.response_flags & observe::kNoClusterFound) != 0) stats_->no_cluster.Add();
  if ((info.response_flags & observe::kOverload) != 0) stats_->downstream_rq_overload_close.Add();
  for (const auto& log : exchange_->hcm->object->access_logs) log->Log(stream.log_entry());
}

void ServerConnection::NoteBytes() {
  observe::StreamInfo& info = exchange_->stream.info;
  const wire::PumpProgress& sent = exchange_->sent;
  if (exchange_->is_head_read) {
    info.bytes_received = exchange_->request_body.bytes_read();
    info.from_client.all += exchange_->request_body.wire_bytes_read();
  }
  info.bytes_sent = sent.body_bytes;
  info.to_client.all += sent.wire_bytes;
  exchange_->call.NoteBytes(info);
  if (exchange_->stream.is_local_reply || exchange_->stream.response_body == nullptr) return;
  info.upstream_body_begin = sent.body_begin;
  if (sent.body_end != event::MonotonicTime()) info.upstream_read_end = sent.body_end;
}

event::Task<void> ServerConnection::Linger() {
  socket_->ShutdownWrite();
  watchdog_.SetDeadline(worker_.loop.now() + hcm_->config->object->delayed_close_timeout,
                        Alarm::kLinger);
  size_t dropped = in_.size();
  in_.Reset();
  while (dropped < kLingerBytesMax) {
    const int64_t n = co_await socket_->Read(in_, net::kReadBlock);
    if (n <= 0) co_return;
    dropped += static_cast<size_t>(n);
    in_.Reset();
  }
}

}  // namespace fairlead::http
