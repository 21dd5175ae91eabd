#include "controlplane/xds/server.h"

#include <grpc/grpc.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "controlplane/fleet/proxy_registry.h"
#include "controlplane/fleet/resource_reports.h"
#include "controlplane/xds/ads_stream.h"
#include "controlplane/xds/delta_session.h"
#include "controlplane/xds/discovery_service.h"
#include "controlplane/xds/snapshot_diff.h"
#include "controlplane/xds/sotw_session.h"
#include "controlplane/xds/status_service.h"
#include "dataplane/base/check.h"
#include "dataplane/base/grpc_threads.h"
#include "dataplane/base/log.h"

namespace fairlead::control::xds {
namespace {

// How often streams that wait for their clients are looked at; hold_max is exact to this.
constexpr absl::Duration kHeldCheckInterval = absl::Milliseconds(100);

constexpr int kKeepaliveIntervalMs = 30'000;
constexpr int kKeepaliveTimeoutMs = 20'000;
constexpr int kClientPingIntervalMinMs = 5'000;

// A stream that is refused: ends at once.
class RefusedStream final : public DiscoveryService::Reactor {
 public:
  explicit RefusedStream(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

}  // namespace

class XdsServer::Core {
 public:
  explicit Core(XdsServerOptions options)
      : options_(std::move(options)),
        proxies_(options_.wall_clock),
        reports_(options_.wall_clock),
        service_([this](const StreamMethod& method, grpc::CallbackServerContext* context) {
          return OnStream(method, context);
        }),
        status_service_(reports_, options_.admits, options_.streams_max) {}

  void Start();
  void Stop();
  void Publish(std::shared_ptr<const Snapshot> snapshot);
  std::shared_ptr<const Snapshot> Published() const;
  std::vector<fleet::ProxyStatus> Proxies() const;
  grpc::Service* service() { return &service_; }
  grpc::Service* status_service() { return &status_service_; }
  const XdsServerOptions& options() const { return options_; }

 private:
  using StreamList = std::vector<std::shared_ptr<AdsStream>>;

  DiscoveryService::Reactor* OnStream(const StreamMethod& method,
                                      grpc::CallbackServerContext* context);
  std::unique_ptr<Session> NewSession(const StreamMethod& method, std::uint64_t id);
  StreamList Streams() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnHeld();
  void OnDone(std::uint64_t id);
  void PushUntilStopped();

  const XdsServerOptions options_;
  fleet::ProxyRegistry proxies_;
  fleet::ResourceReports reports_;
  DiffCache diffs_;
  // Of two servers, or of one before and after a restart, no nonces shall be equal.
  std::int64_t started_ = 0;
  // Its functions point to this object, which Stop() keeps until the last stream is gone.
  std::shared_ptr<const AdsStream::Environment> environment_;
  DiscoveryService service_;
  StatusService status_service_;
  std::thread pusher_;

  // Publishers only, so that two publishes are ordered.
  absl::Mutex publish_mutex_;
  // Never held while a stream's lock is taken.
  mutable absl::Mutex mutex_ ABSL_ACQUIRED_AFTER(publish_mutex_);
  absl::CondVar wake_;
  std::shared_ptr<const Snapshot> published_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::uint64_t, std::shared_ptr<AdsStream>> streams_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t streams_made_ ABSL_GUARDED_BY(mutex_) = 0;
  bool is_news_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_any_held_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

void XdsServer::Core::Start() {
  FL_CHECK(options_.wall_clock != nullptr && options_.monotonic_clock != nullptr);
  // The library would be torn down with its last object, and that can wait 10 s for a poller of its
  // own. It stays for the life of the process instead.
  [[maybe_unused]] static const bool is_grpc_kept = (grpc_init(), true);
  KeepGrpcCallbackThreads();
  started_ = absl::ToUnixNanos(options_.wall_clock());
  auto environment = std::make_shared<AdsStream::Environment>();
  environment->published = [this] { return Published(); };
  environment->wall_clock = options_.wall_clock;
  environment->monotonic_clock = options_.monotonic_clock;
  environment->on_held = [this] { OnHeld(); };
  environment->on_done = [this](std::uint64_t id) { OnDone(id); };
  environment->proxies = &proxies_;
  environment->identifier = options_.identifier;
  environment->request_bytes_max = options_.request_bytes_max;
  environment_ = std::move(environment);
  pusher_ = std::thread([this] { PushUntilStopped(); });
}

void XdsServer::Core::Publish(std::shared_ptr<const Snapshot> snapshot) {
  FL_CHECK(snapshot != nullptr);
  absl::MutexLock publish_lock(&publish_mutex_);
  if (const auto previous = Published(); previous != nullptr) {
    auto shared = std::make_shared<Snapshot>(*snapshot);
    shared->ShareEqualTypes(*previous);
    snapshot = std::move(shared);
  }
  absl::MutexLock lock(&mutex_);
  published_ = std::move(snapshot);
  is_news_ = true;
  wake_.Signal();
}

std::shared_ptr<const Snapshot> XdsServer::Core::Published() const {
  absl::MutexLock lock(&mutex_);
  return published_;
}

// The only thread that visits streams without being asked by their clients. A stream's lock is held
// by others only while they compute or start an operation, never while one runs.
void XdsServer::Core::PushUntilStopped() {
  for (;;) {
    StreamList streams;
    bool is_news = false;
    {
      absl::MutexLock lock(&mutex_);
      while (!is_news_ && !is_stopping_) {
        if (!is_any_held_) {
          wake_.Wait(&mutex_);
        } else if (wake_.WaitWithTimeout(&mutex_, kHeldCheckInterval)) {
          break;
        }
      }
      if (is_stopping_) return;
      is_news = std::exchange(is_news_, false);
      streams = Streams();
      is_any_held_ = false;
    }
    bool is_any_held = false;
    for (const auto& stream : streams) {
      if (is_news || stream->is_held()) stream->Pump();
      is_any_held = is_any_held || stream->is_held();
    }
    if (is_any_held) OnHeld();
  }
}

XdsServer::Core::StreamList XdsServer::Core::Streams() {
  StreamList list;
  list.reserve(streams_.size());
  for (const auto& [id, stream] : streams_) list.push_back(stream);
  return list;
}

std::vector<fleet::ProxyStatus> XdsServer::Core::Proxies() const {
  std::vector<fleet::ProxyStatus> proxies = proxies_.Proxies();
  for (fleet::ProxyStatus& proxy : proxies) {
    proxy.resources = reports_.Find(proxy.node_id, proxy.address);
  }
  return proxies;
}

void XdsServer::Core::OnHeld() {
  absl::MutexLock lock(&mutex_);
  if (!std::exchange(is_any_held_, true)) wake_.Signal();
}

void XdsServer::Core::OnDone(std::uint64_t id) {
  proxies_.Disconnect(id);
  absl::MutexLock lock(&mutex_);
  streams_.erase(id);
  wake_.SignalAll();
}

std::unique_ptr<Session> XdsServer::Core::NewSession(const StreamMethod& method, std::uint64_t id) {
  Session::Context context;
  context.diffs = &diffs_;
  context.nonce_prefix = absl::StrCat(absl::Hex(started_), "-", id, "-");
  context.only_type_url = method.type_url;
  context.names_max = options_.names_max;
  context.hold_max = options_.hold_max;
  if (method.variant == Variant::kDelta) return std::make_unique<DeltaSession>(context);
  return std::make_unique<SotwSession>(context);
}

DiscoveryService::Reactor* XdsServer::Core::OnStream(const StreamMethod& method,
                                                     grpc::CallbackServerContext* context) {
  if (options_.admits && !options_.admits(*context)) {
    FL_LOG(warn, "xds: stream from {} refused: the bearer token is missing or wrong",
           context->peer());
    return new RefusedStream(
        {grpc::StatusCode::UNAUTHENTICATED, "the bearer token is missing or wrong"});
  }
  std::shared_ptr<AdsStream> stream;
  {
    absl::MutexLock lock(&mutex_);
    if (is_stopping_) {
      return new RefusedStream({grpc::StatusCode::UNAVAILABLE, "the control plane is stopping"});
    }
    if (options_.streams_max != 0 && streams_.size() >= options_.streams_max) {
      FL_LOG(warn, "xds: stream from {} refused: {} streams are open", context->peer(),
             streams_.size());
      return new RefusedStream(
          {grpc::StatusCode::RESOURCE_EXHAUSTED,
           absl::StrCat("at most ", options_.streams_max, " xDS streams at one time")});
    }
    const std::uint64_t id = ++streams_made_;
    stream = std::make_shared<AdsStream>(environment_, id, NewSession(method, id), context);
    streams_[id] = stream;
  }
  // Where all types are on one stream its client may report what became of them.
  if (method.type_url.empty()) context->AddInitialMetadata(kStatusOfferKey, "1");
  stream->Start();
  // Alive until OnDone(), which gRPC calls only after it has taken this.
  return stream.get();
}

void XdsServer::Core::Stop() {
  StreamList streams;
  {
    absl::MutexLock lock(&mutex_);
    is_stopping_ = true;
    wake_.SignalAll();
    streams = Streams();
  }
  for (const auto& stream : streams) {
    stream->End(absl::UnavailableError("the control plane is stopping"));
  }
  status_service_.Shutdown();
  if (pusher_.joinable()) pusher_.join();
  // Their last callbacks use this object.
  absl::MutexLock lock(&mutex_);
  while (!streams_.empty()) wake_.Wait(&mutex_);
}

XdsServer::XdsServer(XdsServerOptions options) : core_(std::make_unique<Core>(std::move(options))) {
  core_->Start();
}

XdsServer::~XdsServer() { Shutdown(); }

void XdsServer::ConfigureBuilder(grpc::ServerBuilder& builder, const XdsServerOptions& options) {
  builder.SetMaxReceiveMessageSize(static_cast<int>(
      std::min<std::size_t>(options.request_bytes_max, std::numeric_limits<int>::max())));
  builder.SetMaxSendMessageSize(-1);
  // A client that is gone without a word must not stay "connected".
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveIntervalMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kClientPingIntervalMinMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
}

void XdsServer::Publish(std::shared_ptr<const Snapshot> snapshot) {
  core_->Publish(std::move(snapshot));
}

std::shared_ptr<const Snapshot> XdsServer::Published() const { return core_->Published(); }

grpc::Service* XdsServer::ads_service() { return core_->service(); }

grpc::Service* XdsServer::status_service() { return core_->status_service(); }

std::vector<fleet::ProxyStatus> XdsServer::Proxies() const { return core_->Proxies(); }

const XdsServerOptions& XdsServer::options() const { return core_->options(); }

void XdsServer::Shutdown() { core_->Stop(); }

}  // namespace fairlead::control::xds
