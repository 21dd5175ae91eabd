#ifndef FAIRLEAD_DATAPLANE_FILTERS_ROUTER_UPSTREAM_CALL_H_
#define FAIRLEAD_DATAPLANE_FILTERS_ROUTER_UPSTREAM_CALL_H_

// One request on its way to an endpoint and back: what the router holds while it lasts.
//
//     UpstreamCall call(loop);
//     co_await call.Run(stream, cluster, forward, traces);   // until the response's head is there:
//     stream.response
//     ... pass stream.response_body on ...
//     call.Finish();                                   // the connection goes back to its host, if
//     it may
//
// Run picks a host, takes an idle connection or makes one, sends the request, and reads the
// response's head; or fills in a local reply when that fails. The request's body is sent beside the
// reading of the response, so that an early response comes through. A connection that was idle and
// turns out to be dead before a byte of the response is replaced when sending again is safe: not a
// byte of the request was taken, or it has no body and an idempotent method (RFC 9110 section
// 9.2.2, RFC 9112 section 9.3.1). When the host then takes no connection either, another one is
// asked, once. All tries share one timeout.
//
// Destroying a call, or Reset(), closes its connection. Thread: worker. Owned by the exchange.

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "dataplane/base/intrusive_ptr.h"
#include "dataplane/cluster/worker_cluster.h"
#include "dataplane/event/combinators.h"
#include "dataplane/event/loop.h"
#include "dataplane/event/task.h"
#include "dataplane/filters/router/host_header.h"
#include "dataplane/filters/stream.h"
#include "dataplane/observe/metadata.h"
#include "dataplane/upstream/host.h"
#include "dataplane/wire/http1_body.h"
#include "dataplane/wire/pump.h"
#include "dataplane/wire/replay_body.h"

namespace fairlead::filters {

class UpstreamCall final : private observe::UpstreamFacts {
 public:
  explicit UpstreamCall(event::Loop& loop) : loop_(loop) {}
  UpstreamCall(const UpstreamCall&) = delete;
  UpstreamCall& operator=(const UpstreamCall&) = delete;
  ~UpstreamCall() override { Clear(); }

  // `forward` and the stream outlive the call's use of them; `stream.request` has its final form.
  event::Task<void> Run(Stream& stream, base::IntrusivePtr<cluster::WorkerCluster> cluster,
                        const route::Forward& forward, HostTraces host_traces);
  // The response has been read and passed on.
  void Finish();
  // Gives up: closes the connection, stops sending. What the stream's info refers to stays.
  void Reset();
  // Reset, and forgets host and cluster: nothing of the former call is left.
  void Clear();
  // The response's body is malformed or breaks off, or there is no buffer for it: counts it, and
  // says so in the stream's info.
  void NoteBrokenBody(observe::StreamInfo& info);
  // What has been sent and read, once no more is.
  void NoteBytes(observe::StreamInfo& info) const;
  // Counts a timeout against the endpoint.
  void NoteTimeout();

 private:
  enum class Attempt : uint8_t { kResponse, kConnectionDied, kBadResponse, kNoBuffer };

  // Of the cluster and the endpoint as they are now: these may have changed since the request came.
  std::string_view ClusterStatName() const override;
  const observe::Metadata* ClusterMetadata() const override;
  const observe::Metadata* HostMetadata() const override;

  bool PickHost(Stream& stream, const route::Forward& forward);
  // In place of the present one. False, and nothing is changed, when there is no other.
  bool PickAnotherHost(Stream& stream, const route::Forward& forward);
  upstream::Host* ChooseHost(Stream& stream, const route::Forward& forward,
                             const std::vector<size_t>* avoid);
  void TakeHost(Stream& stream, upstream::Host* host);
  void CountResponse(uint16_t status);
  // Answers for the upstream, which counts as its response.
  void Fail(Stream& stream, const LocalReply& reply);
  upstream::TrafficStats& traffic() { return cluster_->stats().traffic; }
  void LeaveHost();
  // Host becomes that of the endpoint (auto_host_rewrite), if it has one.
  void UseHostname(codec::RequestHead& request, HostTraces traces) const;
  event::Task<int64_t> Connect();
  event::Task<Attempt> Exchange(Stream& stream);
  event::Task<Attempt> ReadHead(Stream& stream);
  event::Task<void> Upload(Stream& stream, net::Slice head);
  void RequestSent(Stream& stream);
  uint64_t MillisecondsSince(event::MonotonicTime then) const;
  void SetConnecting(bool connecting);
  void CountRequestLimit();
  // What logs are told of the connection that the request has got.
  void NoteConnection(observe::StreamInfo& info);
  void CountRequest();
  // The request is about to be sent once more.
  void NoteEarlierAttempt(observe::StreamInfo& info) const;
  void CountProtocolError();
  // For another attempt.
  void KeepBody(Stream& stream);
  bool MayRetry(const Stream& stream, bool was_reused) const;
  // A request that may be sent a second time, as far as its method and body go.
  static bool IsRepeatable(const codec::RequestHead& request);
  // What the client gets when there was no response.
  static const LocalReply& ReplyTo(Attempt attempt);

  event::Loop& loop_;
  base::IntrusivePtr<cluster::WorkerCluster> cluster_;
  base::IntrusivePtr<upstream::Host> host_;
  std::unique_ptr<upstream::Connection> connection_;
  // Where the response counts: by where the request came from.
  observe::ResponseStats* responses_ = nullptr;
  // And by its route.
  std::array<observe::CallStats*, 2> calls_{};
  event::MonotonicTime sent_at_{};
  std::chrono::milliseconds timeout_{0};
  // When the response must be there; set when the request was sent for the first time.
  std::optional<event::MonotonicTime> deadline_;
  std::optional<event::Fork> upload_;
  wire::PumpProgress uploaded_;
  // The request's body, when a part of it was pulled for an attempt that sent nothing.
  wire::ReplayBody replay_;
  wire::Http1Body body_;
  bool is_counted_ = false;
  bool is_connecting_ = false;
  bool is_request_sent_ = false;
  bool keeps_alive_ = false;
  bool has_response_bytes_ = false;
  // The final response's head has been read.
  bool has_response_ = false;
};

}  // namespace fairlead::filters

#endif  // FAIRLEAD_DATAPLANE_FILTERS_ROUTER_UPSTREAM_CALL_H_
