#include "dataplane/xds/grpc_stream.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "dataplane/base/grpc_threads.h"
#include "dataplane/base/log.h"
#include "dataplane/xds/delta_client.h"
#include "dataplane/xds/sotw_client.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"

namespace fairlead::xds {
namespace {

// A server that has gone without a word is noticed after about this time; gRPC servers tolerate a
// ping every five minutes without being asked.
constexpr int kKeepaliveMillis = 300'000;
constexpr int kKeepaliveTimeoutMillis = 20'000;

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string ToString(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

std::shared_ptr<grpc::Channel> NewChannel(const GrpcTarget& target, const std::string& uri) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(target.message_bytes_max);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMillis);
  // Retries are ours: one channel is one connection, and is given up with it.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // The environment's proxy is not part of the configuration.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetUserAgentPrefix("fairlead-proxy");
  if (!target.authority.empty()) {
    arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, target.authority);
  }
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
  if (target.has_tls) {
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = target.root_certs;
    tls.pem_cert_chain = target.cert_chain;
    tls.pem_private_key = target.private_key;
    credentials = grpc::SslCredentials(tls);
  }
  return grpc::CreateCustomChannel(uri, credentials, arguments);
}

}  // namespace

struct GrpcStream::Anchor {
  GrpcStream* stream;  // Null once it is gone. Loop's thread only.
};

// One call. Its operations may be started from the loop's thread at any time, for which it holds
// itself (AddHold) until Close; gRPC's reactions come on gRPC's threads and post to the loop.
class GrpcStream::Call final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  Call(std::shared_ptr<Anchor> anchor, event::Loop& loop, std::shared_ptr<grpc::Channel> channel)
      : anchor_(std::move(anchor)), loop_(loop), stub_(std::move(channel)) {}

  // Keeps `self` until gRPC is done with it.
  void Start(const std::string& method,
             const std::vector<std::pair<std::string, std::string>>& metadata,
             std::shared_ptr<Call> self) {
    self_ = std::move(self);
    for (const auto& [key, value] : metadata) context_.AddMetadata(key, value);
    stub_.PrepareBidiStreamingCall(&context_, method, {}, this);
    AddHold();
    StartRead(&incoming_);
    StartCall();
  }

  void Write(std::string message) {
    absl::MutexLock lock(&mutex_);
    if (is_closed_) return;
    outgoing_.push_back(std::move(message));
    if (!is_writing_) WriteNext();
  }
  void Read() {
    absl::MutexLock lock(&mutex_);
    if (!is_closed_) StartRead(&incoming_);
  }
  // Ends the call.
  void Close() {
    context_.TryCancel();
    LetGo();
  }
  void WaitUntilDone() { done_.WaitForNotification(); }

 private:
  // No operation is started from here on. May be called twice.
  void LetGo() {
    {
      absl::MutexLock lock(&mutex_);
      if (std::exchange(is_closed_, true)) return;
    }
    RemoveHold();
  }
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    is_writing_ = true;
    writing_ = ToBuffer(outgoing_.front());
    outgoing_.pop_front();
    StartWrite(&writing_);
  }
  // Runs `what` on the loop if the stream still exists and this is still its call.
  template <typename What>
  void Post(What what) {
    loop_.Post([anchor = anchor_, call = this, what = std::move(what)]() mutable {
      GrpcStream* stream = anchor->stream;
      if (stream != nullptr && stream->call_.get() == call) what(*stream);
    });
  }

  void OnWriteDone(bool ok) override {
    bool is_first = false;
    {
      absl::MutexLock lock(&mutex_);
      is_writing_ = false;
      is_first = !std::exchange(has_written_, true);
      if (ok && !is_closed_ && !outgoing_.empty()) WriteNext();
    }
    if (ok && is_first) Post([](GrpcStream& stream) { stream.OnWritten(); });
  }
  void OnReadDone(bool ok) override {
    if (ok) {
      Post([bytes = ToString(incoming_)](GrpcStream& stream) { stream.OnMessage(bytes); });
      return;
    }
    LetGo();  // Nothing more will come: OnDone tells why.
  }
  void OnDone(const grpc::Status& status) override {
    Post([is_ok = status.ok(), error = StrCat("status ", static_cast<int>(status.error_code()),
                                              ": ", status.error_message())](GrpcStream& stream) {
      stream.OnClosed(is_ok, error);
    });
    done_.Notify();
    const std::shared_ptr<Call> last = std::move(self_);
  }

  const std::shared_ptr<Anchor> anchor_;
  event::Loop& loop_;
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::ByteBuffer incoming_;
  std::shared_ptr<Call> self_;
  absl::Notification done_;
  absl::Mutex mutex_;
  grpc::ByteBuffer writing_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> outgoing_ ABSL_GUARDED_BY(mutex_);
  bool is_writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool has_written_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_closed_ ABSL_GUARDED_BY(mutex_) = false;
};

GrpcStream::GrpcStream(Options options, UpdateHandler& handler, event::Loop& loop)
    : options_(std::move(options)),
      loop_(loop),
      anchor_(std::make_shared<Anchor>(Anchor{this})),
      retry_([](void* self) { static_cast<GrpcStream*>(self)->Open(); }, this) {
  KeepGrpcCallbackThreads();
  Transport& transport = *this;
  if (options_.is_delta) {
    client_ = std::make_unique<DeltaClient>(options_.client, transport, handler, loop.timers());
  } else {
    client_ = std::make_unique<SotwClient>(options_.client, transport, handler, loop.timers());
  }
}

GrpcStream::~GrpcStream() {
  anchor_->stream = nullptr;
  if (call_ == nullptr) return;
  call_->Close();
  call_->WaitUntilDone();
}

void GrpcStream::Start() {
  if (call_ == nullptr && !retry_.is_armed()) Open();
}

void GrpcStream::SetInterest(ResourceType type, Interest interest) {
  client_->SetInterest(type, std::move(interest));
}

void GrpcStream::Refresh(ResourceType type, const std::vector<std::string>& names) {
  client_->Refresh(type, names);
}

GrpcStreamStats GrpcStream::stats() const {
  GrpcStreamStats stats = stats_;
  stats.client = client_->stats();
  return stats;
}

void GrpcStream::Send(std::string message) {
  if (call_ != nullptr) call_->Write(std::move(message));
}

void GrpcStream::ReadOn() {
  if (call_ != nullptr) call_->Read();
}

void GrpcStream::Open() {
  if (channel_ == nullptr) {
    const std::vector<std::string>& uris = options_.target.uris;
    channel_ = NewChannel(options_.target, uris[next_uri_++ % uris.size()]);
  }
  ++stats_.streams_opened;
  has_response_ = false;
  opened_at_ = loop_.now();
  call_ = std::make_shared<Call>(anchor_, loop_, channel_);
  call_->Start(options_.method, options_.target.metadata, call_);
  client_->OnConnected();
}

void GrpcStream::OnWritten() { stats_.is_connected = true; }

void GrpcStream::OnMessage(std::string_view bytes) {
  has_response_ = true;
  failures_ = 0;
  if (!client_->OnMessage(bytes)) {
    FL_LOG(warn, "xds: the control plane sent what is no response; the stream is given up");
    has_response_ = false;
    call_->Close();
    return;
  }
  if (client_->ReadyForMessages()) call_->Read();
}

void GrpcStream::OnClosed(bool is_ok, const std::string& error) {
  call_.reset();
  stats_.is_connected = false;
  stats_.last_error = is_ok ? "the control plane ended the stream" : error;
  if (has_response_) {
    short_lives_ = loop_.now() - opened_at_ < kShortLife ? short_lives_ + 1 : 0;
  }
  client_->OnDisconnected(has_response_ ? "" : stats_.last_error);
  const event::Duration delay = NextDelay();
  FL_LOG(info, "xds: stream {} ended ({}); again in {} ms", options_.method, stats_.last_error,
         std::chrono::duration_cast<std::chrono::milliseconds>(delay).count());
  if (delay == event::Duration::zero()) return Open();
  channel_.reset();
  retry_.Arm(loop_.timers(), delay);
}

event::Duration GrpcStream::NextDelay() {
  const bool is_failure = !has_response_ || short_lives_ > kShortLivesMax;
  if (!is_failure) return event::Duration::zero();
  if (!has_response_) ++stats_.streams_failed;
  // 500 ms * 2^6 is past 30 s.
  const int doublings = std::min(failures_++, 6);
  const event::Duration bound = std::min(kBackoffBase * (1 << doublings), kBackoffMax);
  const auto jittered = loop_.random().Below(static_cast<uint64_t>(bound.count()));
  return std::max<event::Duration>(event::Duration(static_cast<int64_t>(jittered)),
                                   std::chrono::milliseconds(1));
}

}  // namespace fairlead::xds
