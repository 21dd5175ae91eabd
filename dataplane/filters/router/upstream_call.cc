#include "dataplane/filters/router/upstream_call.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include "dataplane/codec/http1/parser.h"
#include "dataplane/codec/http1/writer.h"
#include "dataplane/filters/router/replies.h"
#include "dataplane/observe/call_stats.h"
#include "dataplane/observe/log_values.h"
#include "dataplane/route/hash_policy.h"

namespace fairlead::filters {
namespace {

using codec::Method;
using codec::http1::ParseState;

constexpr int kInterimMax = 32;
// Of heads and trailers from upstreams: what Envoy takes.
constexpr codec::http1::HeadLimits kResponseLimits{80 * 1024, 100};
// Longer times are cut to this, which the clock can count.
constexpr std::chrono::hours kTimeoutMax(24 * 365 * 10);

bool IsIdempotent(Method method) {
  switch (method) {
    case Method::kGet:
    case Method::kHead:
    case Method::kPut:
    case Method::kDelete:
    case Method::kOptions:
    case Method::kTrace:
      return true;
    default:
      return false;
  }
}

}  // namespace

event::Task<void> UpstreamCall::Run(Stream& stream,
                                    base::IntrusivePtr<cluster::WorkerCluster> cluster,
                                    const route::Forward& forward, HostTraces host_traces) {
  cluster_ = std::move(cluster);
  timeout_ = std::min<std::chrono::milliseconds>(forward.timeout, kTimeoutMax);
  deadline_.reset();
  has_response_ = false;
  stream.keeps_trailers = stream.keeps_trailers && cluster_->config().enable_trailers;
  calls_ = stream.calls;
  stream.info.upstream = this;
  stream.info.upstream_asked = loop_.now();
  responses_ = stream.info.is_internal ? &traffic().internal : &traffic().external;
  if (!PickHost(stream, forward)) co_return Fail(stream, kNoHealthyHost);
  if (forward.host_rewrite_auto) UseHostname(stream.request, host_traces);
  bool may_move = false;
  while (true) {
    connection_ = host_->TakeIdle(IsRepeatable(stream.request) ? upstream::Host::Care::kUsual
                                                               : upstream::Host::Care::kSure);
    const bool was_reused = connection_ != nullptr;
    if (!was_reused) {
      const int64_t error = co_await Connect();
      if (error != 0) {
        host_->stats().cx_connect_fail.Add();
        host_->stats().rq_error.Add();
        stream.info.transport_failure = TransportFailure(error);
        stream.info.upstream_ready = loop_.now();
        if (std::exchange(may_move, false) && PickAnotherHost(stream, forward)) {
          // The traces tell of the client's Host, not of the first endpoint's.
          if (forward.host_rewrite_auto) UseHostname(stream.request, {});
          continue;
        }
        co_return Fail(stream, ConnectFailure(error));
      }
    }
    ++connection_->requests;
    NoteConnection(stream.info);
    CountRequest();
    const Attempt attempt = co_await Exchange(stream);
    if (attempt == Attempt::kResponse) co_return;
    upload_.reset();
    const bool again = attempt == Attempt::kConnectionDied && MayRetry(stream, was_reused);
    if (attempt == Attempt::kConnectionDied) connection_->is_closed_by_peer = true;
    if (!again && attempt != Attempt::kNoBuffer) traffic().rq_rx_reset.Add();
    connection_.reset();
    if (again) {
      KeepBody(stream);
      ++stream.info.upstream_attempts;
      NoteEarlierAttempt(stream.info);
      may_move = true;
      continue;
    }
    if (attempt != Attempt::kNoBuffer) host_->stats().rq_error.Add();
    co_return Fail(stream, ReplyTo(attempt));
  }
}

const LocalReply& UpstreamCall::ReplyTo(Attempt attempt) {
  if (attempt == Attempt::kNoBuffer) return kOverloaded;
  return attempt == Attempt::kBadResponse ? kBadUpstreamResponse : kConnectionTerminated;
}

bool UpstreamCall::PickHost(Stream& stream, const route::Forward& forward) {
  upstream::Host* host = ChooseHost(stream, forward, nullptr);
  if (host != nullptr) TakeHost(stream, host);
  return host != nullptr;
}

bool UpstreamCall::PickAnotherHost(Stream& stream, const route::Forward& forward) {
  const std::vector<size_t> avoid{cluster_->PositionOf(*host_)};
  upstream::Host* host = ChooseHost(stream, forward, &avoid);
  if (host == nullptr || host == host_.get()) return false;
  LeaveHost();
  TakeHost(stream, host);
  return true;
}

upstream::Host* UpstreamCall::ChooseHost(Stream& stream, const route::Forward& forward,
                                         const std::vector<size_t>* avoid) {
  balance::PickContext context;
  context.avoid = avoid;
  if (!forward.hash_policies.empty()) {
    context.hash =
        route::RequestHash(forward.hash_policies, stream.request, stream.info.downstream_client);
  }
  return cluster_->Pick(context);
}

void UpstreamCall::TakeHost(Stream& stream, upstream::Host* host) {
  stream.info.upstream_host = &host->address;
  stream.info.upstream_hostname = host->hostname;
  host_ = base::IntrusivePtr<upstream::Host>(host);
  is_counted_ = true;
  ++host_->active_requests;
  host_->stats().rq_total.Add();
  host_->stats().rq_active.Add();
  traffic().rq_total.Add();
  traffic().rq_active.Add();
}

void UpstreamCall::Fail(Stream& stream, const LocalReply& reply) {
  CountResponse(reply.status);
  stream.Reply(reply);
}

void UpstreamCall::UseHostname(codec::RequestHead& request, HostTraces traces) const {
  if (host_->hostname.empty()) return;
  ReplaceHost(request, request.headers.Keep(host_->hostname), traces);
}

void UpstreamCall::LeaveHost() {
  if (!is_counted_) return;
  is_counted_ = false;
  --host_->active_requests;
  host_->stats().rq_active.Sub();
  traffic().rq_active.Sub();
}

event::Task<int64_t> UpstreamCall::Connect() {
  std::unique_ptr<event::Socket> socket = loop_.Connect(host_->address);
  int64_t error = socket == nullptr ? -errno : 0;
  traffic().rq_pending_total.Add();
  const event::MonotonicTime begun = loop_.now();
  if (socket != nullptr) {
    SetConnecting(true);
    const std::optional<int64_t> result = co_await event::WithTimeout(
        loop_.timers(), cluster_->config().connect_timeout, socket->Connected());
    SetConnecting(false);
    if (!result.has_value()) traffic().cx_connect_timeout.Add();
    error = result.value_or(-ETIMEDOUT);
    if (error == 0) traffic().cx_connect_ms.Record(MillisecondsSince(begun));
  }
  if (error != 0) {
    traffic().cx_connect_fail.Add();
    traffic().rq_pending_failure_eject.Add();
    co_return error;
  }
  connection_ = std::make_unique<upstream::Connection>(std::move(socket), host_->shared_stats());
  connection_->connect_begin = begun;
  connection_->connect_end = loop_.now();
  co_return 0;
}

event::Task<UpstreamCall::Attempt> UpstreamCall::Exchange(Stream& stream) {
  const uint32_t requests_max = cluster_->config().requests_per_connection_max;
  const bool has_body = stream.request.framing.has_body();
  keeps_alive_ = requests_max == 0 || connection_->requests < requests_max;
  // An upstream that never looks for such a body reads it as the next request, the answer to which
  // would go to whoever uses the connection after us.
  if (has_body && codec::IsBodyUnusual(stream.request.method)) keeps_alive_ = false;
  connection_->is_doubtful = has_body || stream.request.method == Method::kHead;
  has_response_bytes_ = false;
  is_request_sent_ = false;
  connection_->has_request = true;
  net::Slice head =
      codec::http1::WriteRequestHead(stream.request, stream.request.framing, !keeps_alive_);
  if (head.empty()) co_return Attempt::kNoBuffer;
  stream.info.upstream_send_begin = loop_.now();
  stream.info.to_upstream.fields += observe::SentFieldBytes({head.data(), head.size()});
  if (has_body) {
    upload_.emplace(Upload(stream, std::move(head)));
  } else {
    stream.info.to_upstream.all += head.size();
    std::array<net::Slice, 1> pieces{std::move(head)};
    if (co_await connection_->socket().Write(pieces) != 0) co_return Attempt::kConnectionDied;
    stream.watchdog->Touch();
    RequestSent(stream);
  }
  co_return co_await ReadHead(stream);
}

event::Task<void> UpstreamCall::Upload(Stream& stream, net::Slice head) {
  const wire::PumpResult result = co_await wire::SendMessage(
      std::move(head), *stream.request_body, stream.request.framing, stream.keeps_trailers,
      connection_->socket(), *stream.watchdog, uploaded_);
  stream.info.bytes_received = uploaded_.body_bytes;
  if (result != wire::PumpResult::kReadFailed) stream.info.request_complete = uploaded_.body_end;
  switch (result) {
    case wire::PumpResult::kSent:
      RequestSent(stream);
      break;
    case wire::PumpResult::kReadFailed:
      // The client broke off, or its framing is wrong: nothing sensible can become of this
      // exchange.
      stream.watchdog->Raise(event::Alarm::kRequestBroken);
      break;
    case wire::PumpResult::kNoBuffer:
      stream.watchdog->Raise(event::Alarm::kOverload);
      break;
    case wire::PumpResult::kWriteFailed:
      // The upstream wants no more of it; its response may be there to be read all the same.
      break;
  }
}

void UpstreamCall::RequestSent(Stream& stream) {
  is_request_sent_ = true;
  sent_at_ = loop_.now();
  stream.info.upstream_send_end = sent_at_;
  stream.ClearDeadline();
  if (timeout_.count() == 0) return;
  // A second try has what the first one has left.
  if (!deadline_.has_value()) deadline_ = loop_.now() + timeout_;
  stream.SetDeadline(*deadline_, event::Alarm::kResponse);
}

event::Task<UpstreamCall::Attempt> UpstreamCall::ReadHead(Stream& stream) {
  net::ReadBuffer& in = connection_->in();
  for (int interim = 0; interim <= kInterimMax; ++interim) {
    stream.response.Clear();
    codec::http1::HeadScanner scan;
    while (true) {
      if (!in.empty()) {
        const codec::http1::ParseResult parsed = codec::http1::ParseResponseHead(
            scan, in.data(), in.size(), kResponseLimits, stream.request.method, stream.response);
        if (parsed.state == ParseState::kError) {
          CountProtocolError();
          co_return Attempt::kBadResponse;
        }
        if (parsed.state == ParseState::kDone) {
          stream.info.from_upstream.all += parsed.consumed;
          stream.response.block = in.TakeSlice(parsed.consumed);
          break;
        }
      }
      const int64_t n =
          co_await connection_->socket().Read(in, net::ReadSizeFor(connection_->last_body_bytes));
      if (n <= 0) {
        if (n == -ENOBUFS) co_return Attempt::kNoBuffer;
        // A head that is broken off is a response, and a bad one.
        if (n < 0 || in.empty()) co_return Attempt::kConnectionDied;
        CountProtocolError();
        co_return Attempt::kBadResponse;
      }
      has_response_bytes_ = true;
      stream.watchdog->Touch();
    }
    const uint16_t status = stream.response.status;
    if (status >= 200) {
      stream.info.upstream_first_byte = loop_.now();
      stream.info.upstream_read_end = loop_.now();
      stream.info.response_code_details = "via_upstream";
      has_response_ = true;
      (status < 500 ? host_->stats().rq_success : host_->stats().rq_error).Add();
      CountResponse(status);
      keeps_alive_ = keeps_alive_ && stream.response.keep_alive;
      body_.Start(connection_->socket(), in, stream.response.framing, stream.keeps_trailers,
                  kResponseLimits);
      stream.response_body = stream.response.framing.has_body() ? &body_ : nullptr;
      co_return Attempt::kResponse;
    }
    // Upgrades are not asked for, so that 101 is not an answer to anything we sent.
    if (status == 101) break;
    // Who was not asked to wait for a 100 has had it from us.
    if (status == 100 && !stream.request.expects_continue) continue;
    if (!co_await stream.interim->SendInterim(stream.response)) co_return Attempt::kBadResponse;
  }
  CountProtocolError();
  co_return Attempt::kBadResponse;
}

void UpstreamCall::CountProtocolError() {
  host_->stats().cx_protocol_error.Add();
  traffic().cx_protocol_error.Add();
}

bool UpstreamCall::MayRetry(const Stream& stream, bool was_reused) const {
  if (!was_reused || has_response_bytes_) return false;
  if (stream.request.framing.has_body()) return uploaded_.is_unsent;
  return IsRepeatable(stream.request) || !is_request_sent_;
}

bool UpstreamCall::IsRepeatable(const codec::RequestHead& request) {
  return !request.framing.has_body() && IsIdempotent(request.method);
}

void UpstreamCall::Finish() {
  if (connection_ == nullptr) return;
  // A response that came before the end of its request took no time.
  const uint64_t took = is_request_sent_ ? MillisecondsSince(sent_at_) : 0;
  responses_->time.Record(took);
  for (observe::CallStats* stats : calls_) {
    if (stats != nullptr) stats->responses.time.Record(took);
  }
  connection_->has_request = false;
  if (!keeps_alive_) CountRequestLimit();
  const bool upload_done = !upload_.has_value() || upload_->is_done();
  if (keeps_alive_ && upload_done && is_request_sent_ && body_.is_complete()) {
    upload_.reset();
    connection_->last_body_bytes = body_.bytes_read();
    host_->Give(std::move(connection_), loop_.timers(), cluster_->config().idle_timeout);
  }
  Reset();
}

void UpstreamCall::NoteBrokenBody(observe::StreamInfo& info) {
  if (body_.is_out_of_buffers()) {
    info.SetFlag(observe::kOverload);
    info.response_code_details = kOverloaded.details;
    return;
  }
  traffic().rq_rx_reset.Add();
  if (body_.error() == codec::http1::ParseError::kNone) {
    if (connection_ != nullptr) connection_->is_closed_by_peer = true;
    info.SetFlag(observe::kUpstreamConnectionTermination);
    info.response_code_details = "upstream_reset_after_response_started{connection_termination}";
    return;
  }
  CountProtocolError();
  info.SetFlag(observe::kUpstreamProtocolError);
  info.response_code_details = "upstream_reset_after_response_started{protocol_error}";
}

void UpstreamCall::CountRequest() {
  for (observe::CallStats* stats : calls_) {
    if (stats != nullptr) stats->rq_total.Add();
  }
}

void UpstreamCall::CountResponse(uint16_t status) {
  responses_->Count(status);
  for (observe::CallStats* stats : calls_) {
    if (stats != nullptr) stats->responses.Count(status);
  }
}

void UpstreamCall::NoteConnection(observe::StreamInfo& info) {
  info.is_upstream_connected = true;
  info.upstream_ready = loop_.now();
  info.upstream_connection_id = connection_->id;
  info.upstream_local = connection_->local_address();
  info.connect_begin = connection_->connect_begin;
  info.connect_end = connection_->connect_end;
}

void UpstreamCall::KeepBody(Stream& stream) {
  if (!uploaded_.is_unsent) return;
  replay_.Set(std::move(uploaded_.unsent), *stream.request_body);
  stream.request_body = &replay_;
  uploaded_ = {};
}

void UpstreamCall::NoteBytes(observe::StreamInfo& info) const {
  info.to_upstream.all += uploaded_.wire_bytes;
  info.from_upstream.all += body_.wire_bytes_read();
}

void UpstreamCall::NoteEarlierAttempt(observe::StreamInfo& info) const {
  info.earlier_attempts.push_back(
      {host_->address, host_->hostname, std::exchange(info.upstream_connection_id, 0)});
  info.is_upstream_connected = false;
}

std::string_view UpstreamCall::ClusterStatName() const {
  return cluster_ ? std::string_view(cluster_->config().stat_name) : std::string_view();
}

const observe::Metadata* UpstreamCall::ClusterMetadata() const {
  return cluster_ ? cluster_->config().metadata.get() : nullptr;
}

const observe::Metadata* UpstreamCall::HostMetadata() const {
  if (!cluster_ || !host_) return nullptr;
  const size_t at = cluster_->PositionOf(*host_);
  if (at == upstream::EndpointSet::kNone) return nullptr;
  return cluster_->endpoints().endpoints[at].metadata.get();
}

void UpstreamCall::NoteTimeout() {
  if (!host_) return;
  host_->stats().rq_timeout.Add();
  traffic().rq_timeout.Add();
  for (observe::CallStats* stats : calls_) {
    if (stats != nullptr) stats->rq_timeout.Add();
  }
  if (has_response_) return;
  host_->stats().rq_error.Add();
  CountResponse(504);
}

uint64_t UpstreamCall::MillisecondsSince(event::MonotonicTime then) const {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(loop_.now() - then).count());
}

void UpstreamCall::SetConnecting(bool connecting) {
  is_connecting_ = connecting;
  if (connecting) {
    traffic().rq_pending_active.Add();
  } else {
    traffic().rq_pending_active.Sub();
  }
}

void UpstreamCall::CountRequestLimit() {
  const uint32_t requests_max = cluster_->config().requests_per_connection_max;
  if (requests_max != 0 && connection_->requests >= requests_max) traffic().cx_max_requests.Add();
}

void UpstreamCall::Reset() {
  if (is_connecting_) {
    SetConnecting(false);
    traffic().rq_cancelled.Add();
  } else if (connection_ != nullptr && connection_->has_request &&
             !connection_->is_closed_by_peer) {
    traffic().rq_tx_reset.Add();
  }
  upload_.reset();
  connection_.reset();
  LeaveHost();
}

void UpstreamCall::Clear() {
  Reset();
  body_.Clear();
  uploaded_ = {};
  replay_.Clear();
  calls_ = {};
  host_.reset();
  cluster_.reset();
}

}  // namespace fairlead::filters
