#include "dataplane/xds/grpc_call.h"

#include <deque>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "dataplane/base/grpc_threads.h"
#include "dataplane/base/strings.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/generic/generic_stub.h"

namespace fairlead::xds {
namespace {

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

// Its operations may be started from the loop's thread at any time, for which it holds itself
// (AddHold) until it is closed; gRPC's reactions come on gRPC's threads and post to the loop.
class Call final : public GrpcCall,
                   public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  Call(const Options& options, GrpcCallHandler& handler, event::Loop& loop)
      : loop_(loop), handler_(&handler), stub_(options.channel) {
    for (const auto& [key, value] : options.metadata) context_.AddMetadata(key, value);
  }

  // Keeps `self` until gRPC is done with it.
  void Begin(const std::string& method, std::shared_ptr<Call> self) {
    self_ = std::move(self);
    weak_ = self_;
    stub_.PrepareBidiStreamingCall(&context_, method, {}, this);
    AddHold();
    StartRead(&incoming_);
    StartCall();
  }

  void Write(std::string message) override {
    absl::MutexLock lock(&mutex_);
    if (is_closed_) return;
    outgoing_.push_back(std::move(message));
    if (!is_writing_) WriteNext();
  }
  void Read() override {
    absl::MutexLock lock(&mutex_);
    if (!is_closed_) StartRead(&incoming_);
  }
  void Cancel() override {
    context_.TryCancel();
    LetGo();
  }
  void Detach() override { handler_ = nullptr; }
  void WaitUntilDone() override { done_.WaitForNotification(); }

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
  // Runs `what` on the loop if the owner still wants to hear of this call.
  template <typename What>
  void Post(What what) {
    loop_.Post([self = weak_.lock(), what = std::move(what)]() mutable {
      if (self->handler_ != nullptr) what(*self->handler_);
    });
  }

  void OnReadInitialMetadataDone(bool ok) override {
    if (!ok) return;
    std::vector<std::string> keys;
    for (const auto& [key, value] : context_.GetServerInitialMetadata()) {
      keys.emplace_back(key.data(), key.size());
    }
    Post([keys = std::move(keys)](GrpcCallHandler& handler) { handler.OnServerHeaders(keys); });
  }
  void OnWriteDone(bool ok) override {
    bool is_first = false;
    {
      absl::MutexLock lock(&mutex_);
      is_writing_ = false;
      is_first = !std::exchange(has_written_, true);
      if (ok && !is_closed_ && !outgoing_.empty()) WriteNext();
    }
    if (ok && is_first) Post([](GrpcCallHandler& handler) { handler.OnWritten(); });
  }
  void OnReadDone(bool ok) override {
    if (ok) {
      Post([bytes = ToString(incoming_)](GrpcCallHandler& handler) { handler.OnMessage(bytes); });
      return;
    }
    LetGo();  // Nothing more will come: OnDone tells why.
  }
  void OnDone(const grpc::Status& status) override {
    const int code = status.error_code();
    Post([code, error = StrCat("status ", code, ": ", status.error_message())](
             GrpcCallHandler& handler) { handler.OnClosed(code, error); });
    // Kept to the end of this: the last reference may be this one.
    const std::shared_ptr<Call> last = std::move(self_);
    done_.Notify();
  }

  event::Loop& loop_;
  GrpcCallHandler* handler_;  // Null once nobody listens. The loop's thread only.
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::ByteBuffer incoming_;
  std::shared_ptr<Call> self_;
  std::weak_ptr<Call> weak_;
  absl::Notification done_;
  absl::Mutex mutex_;
  grpc::ByteBuffer writing_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> outgoing_ ABSL_GUARDED_BY(mutex_);
  bool is_writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool has_written_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace

std::shared_ptr<GrpcCall> GrpcCall::Start(const Options& options, GrpcCallHandler& handler,
                                          event::Loop& loop) {
  KeepGrpcCallbackThreads();
  auto call = std::make_shared<Call>(options, handler, loop);
  call->Begin(options.method, call);
  return call;
}

void GrpcCall::End(std::shared_ptr<GrpcCall>& call) {
  const std::shared_ptr<GrpcCall> last = std::exchange(call, nullptr);
  if (last == nullptr) return;
  last->Detach();
  last->Cancel();
  last->WaitUntilDone();
}

}  // namespace fairlead::xds
