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
// random time up to 500 ms, 1 s, 2 s ... 30 s. Four streams in a row that lived for less than a
// second are treated as failures whatever they said, so that a broken server is not hammered. Each
// failed attempt takes the next of the target's addresses, over a new connection.
//
// Thread: the loop's; gRPC's own threads only post to it. Owner: Sources. The destructor waits for
// gRPC to let go of the stream. Limits: GrpcTarget::message_bytes_max; one message is read at a
// time. Source: gRPC proposal A57 (stream failure); XDS protocol.

#include <memory>
#include <string>
#include <vector>

#include "dataplane/event/loop.h"
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

class GrpcStream final : public Source, private Transport {
 public:
  static constexpr event::Duration kBackoffBase = std::chrono::milliseconds(500);
  static constexpr event::Duration kBackoffMax = std::chrono::seconds(30);
  static constexpr event::Duration kShortLife = std::chrono::seconds(1);
  static constexpr int kShortLivesMax = 3;

  struct Options {
    GrpcTarget target;
    std::string method;
    bool is_delta = false;
    ClientOptions client;
  };

  GrpcStream(Options options, UpdateHandler& handler, event::Loop& loop);
  ~GrpcStream() override;

  // Opens the stream. What is wanted may be told before and after.
  void Start();
  void SetInterest(ResourceType type, Interest interest) override;
  void Refresh(ResourceType type, const std::vector<std::string>& names) override;

  GrpcStreamStats stats() const;

 private:
  class Call;
  // What outlives the stream in closures posted by gRPC's threads.
  struct Anchor;

  void Send(std::string message) override;
  void ReadOn() override;

  void Open();
  void OnWritten();
  void OnMessage(std::string_view bytes);
  // The present call is over.
  void OnClosed(bool is_ok, const std::string& error);
  event::Duration NextDelay();

  const Options options_;
  event::Loop& loop_;
  std::unique_ptr<XdsClient> client_;
  std::shared_ptr<Anchor> anchor_;
  std::shared_ptr<grpc::Channel> channel_;  // Kept as long as it works.
  std::shared_ptr<Call> call_;
  event::Timer retry_;
  event::MonotonicTime opened_at_{};
  size_t next_uri_ = 0;
  int failures_ = 0;  // In a row.
  int short_lives_ = 0;
  bool has_response_ = false;
  GrpcStreamStats stats_;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_GRPC_STREAM_H_
