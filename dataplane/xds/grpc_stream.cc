#include "dataplane/xds/grpc_stream.h"

#include <algorithm>
#include <utility>

#include "dataplane/base/log.h"
#include "dataplane/xds/delta_client.h"
#include "dataplane/xds/sotw_client.h"
#include "grpcpp/channel.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"

namespace fairlead::xds {
namespace {

// A server that has gone without a word is noticed after about this time; gRPC servers tolerate a
// ping every five minutes without being asked.
constexpr int kKeepaliveMillis = 300'000;
constexpr int kKeepaliveTimeoutMillis = 20'000;

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

GrpcStream::GrpcStream(Options options, UpdateHandler& handler, event::Loop& loop)
    : options_(std::move(options)),
      loop_(loop),
      retry_([](void* self) { static_cast<GrpcStream*>(self)->Open(); }, this),
      backoff_(options_.target.backoff_base) {
  Transport& transport = *this;
  if (options_.is_delta) {
    client_ = std::make_unique<DeltaClient>(options_.client, transport, handler, loop.timers());
  } else {
    client_ = std::make_unique<SotwClient>(options_.client, transport, handler, loop.timers());
  }
}

GrpcStream::~GrpcStream() { GrpcCall::End(call_); }

void GrpcStream::Start() {
  if (call_ == nullptr && !retry_.is_armed()) Open();
}

void GrpcStream::SetInterest(ResourceType type, Interest interest) {
  client_->SetInterest(type, std::move(interest));
}

void GrpcStream::Refresh(ResourceType type, const std::vector<std::string>& names) {
  client_->Refresh(type, names);
}

void GrpcStream::Restore(ResourceType type,
                         const std::vector<std::pair<std::string, std::string>>& versions) {
  client_->Restore(type, versions);
  if (options_.is_delta && call_ != nullptr) call_->Cancel();
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
  call_ = GrpcCall::Start({channel_, options_.method, options_.target.metadata}, *this, loop_);
  client_->OnConnected();
}

void GrpcStream::OnServerHeaders(const std::vector<std::string>& keys) {
  if (options_.observer != nullptr) {
    options_.observer->OnServed({channel_, "", options_.target.metadata}, keys);
  }
}

void GrpcStream::OnWritten() { stats_.is_connected = true; }

void GrpcStream::OnMessage(std::string_view bytes) {
  has_response_ = true;
  backoff_ = options_.target.backoff_base;
  if (!client_->OnMessage(bytes)) {
    FL_LOG(warn, "xds: the control plane sent what is no response; the stream is given up");
    has_response_ = false;
    call_->Cancel();
    return;
  }
  if (client_->ReadyForMessages()) call_->Read();
}

void GrpcStream::OnClosed(int code, const std::string& error) {
  call_.reset();
  if (options_.observer != nullptr) options_.observer->OnEnded();
  stats_.is_connected = false;
  stats_.last_error = code == 0 ? "the control plane ended the stream" : error;
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
  const event::Duration bound = backoff_;
  backoff_ = std::min(bound * 2, event::Duration(options_.target.backoff_max));
  const auto jittered = loop_.random().Below(static_cast<uint64_t>(bound.count()));
  return std::max<event::Duration>(event::Duration(static_cast<int64_t>(jittered)),
                                   std::chrono::milliseconds(1));
}

}  // namespace fairlead::xds
