#ifndef FAIRLEAD_DATAPLANE_XDS_GRPC_STREAM_H_
#define FAIRLEAD_DATAPLANE_XDS_GRPC_STREAM_H_

// A config source over gRPC: one bidirectional stream to a control plane, kept up for ever, with
// the xDS client of its dialect. ADS and the per-type services differ only in the method's name.
//
//     GrpcStream stream({.target = target, .method = kAdsMethod, .client = {...}}, pipeline, loop);
//     stream.SetInterest(ResourceType::kCluster, {.is_wildcard = true});
//     stream.Start();
//
// A stream that ends after a response is opened again at once; one that ends without, after a
// random time up to 500 ms, 1 s, 2 s ... 30 s (or what the target says). Four streams in a row that
// lived for less than a second are treated as failures whatever they said, so that a broken server
// is not hammered. Each failed attempt takes the next of the target's addresses, over a new
// connection.
//
// Thread: the loop's; gRPC's own threads only post to it. Owner: Sources. The destructor waits for
// gRPC to let go of the stream. Limits: GrpcTarget::message_bytes_max; one message is read at a
// time. Source: gRPC proposal A57 (stream failure); XDS protocol.

#include <memory>
#include <string>
#include <vector>

#include "dataplane/event/loop.h"
#include "dataplane/xds/grpc_call.h"
#include "dataplane/xds/grpc_target.h"
#include "dataplane/xds/xds_client.h"

namespace grpc {
class Channel;
}

namespace fairlead::xds {

struct GrpcStreamStats {
  bool is_connected = false;  // The server has taken a request of the present stream.
  uint64_t streams_opened = 0;
  uint64_t streams_failed = 0;  // Ended without a response.
  std::string last_error;
  ClientStats client;
};

// Follows a stream, to use its connection for more.
class StreamObserver {
 public:
  virtual ~StreamObserver() = default;
  // The server has taken the stream; `keys` are of its initial metadata. `call` has the channel and
  // what the stream's own requests carry.
  virtual void OnServed(const GrpcCall::Options& call, const std::vector<std::string>& keys) = 0;
  // That stream is over.
  virtual void OnEnded() = 0;
};

class GrpcStream final : public Source, private Transport, private GrpcCallHandler {
 public:
  static constexpr event::Duration kShortLife = std::chrono::seconds(1);
  static constexpr int kShortLivesMax = 3;

  struct Options {
    GrpcTarget target;
    std::string method;
    bool is_delta = false;
    ClientOptions client;
    StreamObserver* observer = nullptr;  // Borrowed; may be null.
  };

  GrpcStream(Options options, UpdateHandler& handler, event::Loop& loop);
  ~GrpcStream() override;

  // Opens the stream. What is wanted may be told before and after.
  void Start();
  void SetInterest(ResourceType type, Interest interest) override;
  void Refresh(ResourceType type, const std::vector<std::string>& names) override;
  // A stream that is open is given up for one that begins with the versions.
  void Restore(ResourceType type,
               const std::vector<std::pair<std::string, std::string>>& versions) override;

  GrpcStreamStats stats() const;

 private:
  void Send(std::string message) override;
  void ReadOn() override;

  void Open();
  void OnServerHeaders(const std::vector<std::string>& keys) override;
  void OnWritten() override;
  void OnMessage(std::string_view bytes) override;
  void OnClosed(int code, const std::string& error) override;
  event::Duration NextDelay();

  const Options options_;
  event::Loop& loop_;
  std::unique_ptr<XdsClient> client_;
  std::shared_ptr<grpc::Channel> channel_;  // Kept as long as it works.
  std::shared_ptr<GrpcCall> call_;
  event::Timer retry_;
  event::MonotonicTime opened_at_{};
  size_t next_uri_ = 0;
  event::Duration backoff_;  // The bound of the next wait.
  int short_lives_ = 0;
  bool has_response_ = false;
  GrpcStreamStats stats_;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_GRPC_STREAM_H_
