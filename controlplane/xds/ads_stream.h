#ifndef FAIRLEAD_CONTROLPLANE_XDS_ADS_STREAM_H_
#define FAIRLEAD_CONTROLPLANE_XDS_ADS_STREAM_H_

// One gRPC stream: carries bytes between the wire and a Session, and nothing else.
//
//     auto stream = std::make_shared<AdsStream>(...);
//     stream->Start();                 // before it is handed to gRPC
//     stream->Pump();                  // something is new: write if nothing is being written
//     stream->End(status);
//
// At most one read and one write are under way. While a write is, nothing is computed or kept for
// the stream: when it is done, the session is asked what the newest snapshot makes due.
//
// Thread: any. Owner: itself from Start() to OnDone(); the server holds it too.
// Limits: Environment::request_bytes_max.

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "controlplane/fleet/proxy_registry.h"
#include "controlplane/xds/session.h"
#include "controlplane/xds/snapshot.h"

namespace grpc {
class CallbackServerContext;
}

namespace fairlead::control::xds {

class AdsStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                        public std::enable_shared_from_this<AdsStream> {
 public:
  // What a stream takes from the server. The functions are called with the stream's lock held.
  struct Environment {
    std::function<std::shared_ptr<const Snapshot>()> published;
    std::function<absl::Time()> wall_clock;
    std::function<std::chrono::steady_clock::time_point()> monotonic_clock;
    // The stream now waits for answers and wants a Pump() from time to time.
    std::function<void()> on_held;
    // The last call of a stream; without its lock.
    std::function<void(std::uint64_t)> on_done;
    fleet::ProxyRegistry* proxies = nullptr;
    std::string identifier;
    std::size_t request_bytes_max = 0;
  };

  AdsStream(std::shared_ptr<const Environment> environment, std::uint64_t id,
            std::unique_ptr<Session> session, grpc::CallbackServerContext* context);

  void Start();
  void Pump();
  void End(const absl::Status& status);
  bool is_held() const { return is_held_.load(std::memory_order_relaxed); }

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone() override;

 private:
  void PumpLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EndLocked(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Receive() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Report() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<const Environment> environment_;
  const std::uint64_t id_;
  const std::string address_;
  // Keeps the stream while gRPC may call it.
  std::shared_ptr<AdsStream> self_;
  std::atomic<bool> is_held_ = false;

  absl::Mutex mutex_;
  // Valid until OnDone().
  grpc::CallbackServerContext* const context_ ABSL_PT_GUARDED_BY(mutex_);
  const std::unique_ptr<Session> session_ ABSL_PT_GUARDED_BY(mutex_);
  grpc::ByteBuffer request_ ABSL_GUARDED_BY(mutex_);
  grpc::ByteBuffer response_ ABSL_GUARDED_BY(mutex_);
  bool is_writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_registered_ ABSL_GUARDED_BY(mutex_) = false;
  // Set once; Finish() follows when no write is under way.
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);
  bool is_finished_ ABSL_GUARDED_BY(mutex_) = false;
};

// gRPC's peer string for people: "ipv6:%5B::1%5D:80" is "[::1]:80".
std::string ReadablePeer(std::string_view peer);

}  // namespace fairlead::control::xds

#endif  // FAIRLEAD_CONTROLPLANE_XDS_ADS_STREAM_H_
