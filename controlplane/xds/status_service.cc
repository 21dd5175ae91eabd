#include "controlplane/xds/status_service.h"

#include <grpcpp/server_context.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controlplane/xds/ads_stream.h"

namespace fairlead::control::xds {
namespace {

using fairlead::v1::ResourceStatusAnswer;
using fairlead::v1::ResourceStatusReport;
using Reactor = grpc::ServerBidiReactor<ResourceStatusReport, ResourceStatusAnswer>;

class RefusedCall final : public Reactor {
 public:
  explicit RefusedCall(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

}  // namespace

// A read, then an answer, then the next read: one operation at a time.
class StatusService::Call final : public Reactor {
 public:
  Call(StatusService& service, std::uint64_t id, grpc::CallbackServerContext* context)
      : service_(service), id_(id), address_(ReadablePeer(context->peer())), context_(context) {}

  // Keeps `self` while gRPC may call it.
  void Start(std::shared_ptr<Call> self) {
    absl::MutexLock lock(&mutex_);
    self_ = std::move(self);
    // The service may have been stopped since it made the call.
    if (!end_.has_value()) StartRead(&report_);
  }
  void End(const grpc::Status& status) {
    absl::MutexLock lock(&mutex_);
    // A client that does not read would keep the answer, and so the call, for ever.
    if (is_writing_ && !is_finished_) context_->TryCancel();
    EndLocked(status);
  }

 private:
  void EndLocked(const grpc::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!end_.has_value()) end_ = status;
    if (!is_writing_ && !std::exchange(is_finished_, true)) Finish(*end_);
  }
  void OnReadDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    if (!ok) return EndLocked(grpc::Status::OK);
    if (end_.has_value()) return;
    service_.reports_.Apply(id_, address_, report_);
    report_.Clear();
    is_writing_ = true;
    StartWrite(&answer_);
  }
  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    is_writing_ = false;
    if (end_.has_value() || !ok) return EndLocked(grpc::Status::OK);
    StartRead(&report_);
  }
  void OnDone() override {
    // The last reference may be this one.
    const auto self = std::exchange(self_, nullptr);
    service_.OnDone(id_);
  }

  StatusService& service_;
  const std::uint64_t id_;
  const std::string address_;
  std::shared_ptr<Call> self_;
  const ResourceStatusAnswer answer_;
  absl::Mutex mutex_;
  // Valid until OnDone().
  grpc::CallbackServerContext* const context_ ABSL_PT_GUARDED_BY(mutex_);
  ResourceStatusReport report_ ABSL_GUARDED_BY(mutex_);
  bool is_writing_ ABSL_GUARDED_BY(mutex_) = false;
  // Set once; Finish() follows when no write is under way.
  std::optional<grpc::Status> end_ ABSL_GUARDED_BY(mutex_);
  bool is_finished_ ABSL_GUARDED_BY(mutex_) = false;
};

grpc::Status StatusService::Admit(const grpc::CallbackServerContext& context) const {
  if (admits_ && !admits_(context)) {
    return {grpc::StatusCode::UNAUTHENTICATED, "the bearer token is missing or wrong"};
  }
  if (is_stopping_) return {grpc::StatusCode::UNAVAILABLE, "the control plane is stopping"};
  if (streams_max_ != 0 && calls_.size() >= streams_max_) {
    return {grpc::StatusCode::RESOURCE_EXHAUSTED, "too many calls report on resources"};
  }
  return grpc::Status::OK;
}

Reactor* StatusService::Report(grpc::CallbackServerContext* context) {
  std::shared_ptr<Call> call;
  {
    absl::MutexLock lock(&mutex_);
    if (const grpc::Status status = Admit(*context); !status.ok()) return new RefusedCall(status);
    const std::uint64_t id = ++calls_made_;
    call = std::make_shared<Call>(*this, id, context);
    calls_[id] = call;
  }
  call->Start(call);
  // Alive until OnDone(), which gRPC calls only after it has taken this.
  return call.get();
}

void StatusService::OnDone(std::uint64_t id) {
  reports_.Disconnect(id);
  absl::MutexLock lock(&mutex_);
  calls_.erase(id);
  gone_.SignalAll();
}

void StatusService::Shutdown() {
  std::vector<std::shared_ptr<Call>> calls;
  {
    absl::MutexLock lock(&mutex_);
    is_stopping_ = true;
    for (const auto& [id, call] : calls_) calls.push_back(call);
  }
  for (const auto& call : calls) {
    call->End({grpc::StatusCode::UNAVAILABLE, "the control plane is stopping"});
  }
  calls.clear();
  absl::MutexLock lock(&mutex_);
  while (!calls_.empty()) gone_.Wait(&mutex_);
}

}  // namespace fairlead::control::xds
