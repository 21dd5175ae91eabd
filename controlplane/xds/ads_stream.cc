#include "controlplane/xds/ads_stream.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/slice.h>
#include <grpcpp/support/status.h>

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "controlplane/xds/response.h"
#include "dataplane/base/log.h"

namespace fairlead::control::xds {
namespace {

// A slice costs about 80 bytes and an allocation; below this a copy is cheaper.
constexpr std::size_t kCopyBytesMax = 256;

// Keeps the resources of one response until gRPC has let go of the last slice that points to them.
struct Pin {
  std::shared_ptr<const ResourceList> resources;
  std::atomic<std::size_t> users = 0;

  static void Release(void* pin) {
    auto* const self = static_cast<Pin*>(pin);
    if (self->users.fetch_sub(1, std::memory_order_acq_rel) == 1) delete self;
  }
};

grpc::ByteBuffer Assemble(const Response& response, std::string_view identifier) {
  std::vector<grpc::Slice> slices;
  std::string small = response.Head();
  auto* const pin = new Pin{response.resources, 1};
  for (const auto& resource : *response.resources) {
    const std::string_view element = response.Element(*resource);
    if (element.size() <= kCopyBytesMax) {
      small.append(element);
      continue;
    }
    if (!small.empty()) slices.emplace_back(small);
    small.clear();
    pin->users.fetch_add(1, std::memory_order_relaxed);
    slices.emplace_back(const_cast<char*>(element.data()), element.size(), &Pin::Release, pin);
  }
  small.append(response.Tail(identifier));
  slices.emplace_back(small);
  Pin::Release(pin);
  return grpc::ByteBuffer(slices.data(), slices.size());
}

grpc::Status ToGrpc(const absl::Status& status) {
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()));
}

}  // namespace

std::string ReadablePeer(std::string_view peer) {
  for (const std::string_view family : {"ipv4:", "ipv6:"}) {
    if (peer.starts_with(family)) return ReadablePeer(peer.substr(family.size()));
  }
  return absl::StrReplaceAll(absl::string_view(peer.data(), peer.size()),
                             {{"%5B", "["}, {"%5D", "]"}, {"%25", "%"}});
}

AdsStream::AdsStream(std::shared_ptr<const Environment> environment, std::uint64_t id,
                     std::unique_ptr<Session> session, grpc::CallbackServerContext* context)
    : environment_(std::move(environment)),
      id_(id),
      address_(ReadablePeer(context->peer())),
      context_(context),
      session_(std::move(session)) {}

void AdsStream::Start() {
  self_ = shared_from_this();
  absl::MutexLock lock(&mutex_);
  // The server may have been stopped since it made the stream.
  if (!end_.has_value()) StartRead(&request_);
}

void AdsStream::Pump() {
  absl::MutexLock lock(&mutex_);
  PumpLocked();
}

void AdsStream::PumpLocked() {
  if (is_writing_ || end_.has_value()) return;
  auto snapshot = environment_->published();
  if (snapshot == nullptr) return;
  session_->SetTarget(std::move(snapshot));
  const std::optional<Response> response = session_->Next(environment_->monotonic_clock());
  const bool is_held = session_->HeldUntil().has_value();
  if (is_held != is_held_.exchange(is_held, std::memory_order_relaxed) && is_held) {
    environment_->on_held();
  }
  if (response.has_value()) {
    FL_LOG(debug, "xds: to {}: {} version {} nonce {}: {} resources, {} removed", address_,
           response->type_url, response->version, response->nonce, response->resources->size(),
           response->removed.size());
    response_ = Assemble(*response, environment_->identifier);
    is_writing_ = true;
    StartWrite(&response_);
  }
  Report();
}

void AdsStream::Report() {
  const Session::Node* const node = session_->node();
  if (node == nullptr) return;
  if (std::exchange(is_registered_, true)) {
    environment_->proxies->Update(id_, session_->Statuses(), session_->revision_acknowledged());
    return;
  }
  environment_->proxies->Connect(id_, {.node_id = node->id,
                                       .cluster = node->cluster,
                                       .address = address_,
                                       .types = session_->Statuses(),
                                       .user_agent = node->user_agent});
  FL_LOG(info, "xds: {} ({}) connected from {}", node->id, node->user_agent, address_);
}

absl::Status AdsStream::Receive() {
  if (request_.Length() > environment_->request_bytes_max) {
    return absl::ResourceExhaustedError(absl::StrCat("the request has ", request_.Length(),
                                                     " bytes; at most ",
                                                     environment_->request_bytes_max));
  }
  grpc::ProtoBufferReader reader(&request_);
  if (!reader.status().ok()) return absl::InvalidArgumentError("the request cannot be read");
  return session_->OnMessage(reader, environment_->wall_clock());
}

void AdsStream::OnReadDone(bool ok) {
  const auto self = shared_from_this();
  absl::MutexLock lock(&mutex_);
  if (!ok) {
    EndLocked(absl::OkStatus());
    return;
  }
  if (end_.has_value()) return;
  if (const absl::Status status = Receive(); !status.ok()) {
    FL_LOG(warn, "xds: stream from {} ended: {}", address_, status.ToString());
    EndLocked(status);
    return;
  }
  request_.Clear();
  Report();
  PumpLocked();
  StartRead(&request_);
}

void AdsStream::OnWriteDone(bool ok) {
  const auto self = shared_from_this();
  absl::MutexLock lock(&mutex_);
  is_writing_ = false;
  response_.Clear();
  if (end_.has_value()) {
    if (!std::exchange(is_finished_, true)) Finish(ToGrpc(*end_));
  } else if (ok) {
    PumpLocked();
  } else {
    EndLocked(absl::OkStatus());
  }
}

void AdsStream::End(const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  // A client that does not read would keep the write, and so the stream, for ever.
  if (is_writing_ && !is_finished_) context_->TryCancel();
  EndLocked(status);
}

void AdsStream::EndLocked(const absl::Status& status) {
  if (!end_.has_value()) end_ = status;
  if (!is_writing_ && !std::exchange(is_finished_, true)) Finish(ToGrpc(*end_));
}

void AdsStream::OnDone() {
  // The last reference may be this one.
  const auto self = std::exchange(self_, nullptr);
  environment_->on_done(id_);
}

}  // namespace fairlead::control::xds
