#include "dataplane/base/grpc_threads.h"

#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"

namespace fairlead {
namespace {

struct Nothing final : grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
  grpc::GenericStub stub{
      grpc::CreateChannel("unix:/nonexistent", grpc::InsecureChannelCredentials())};
  grpc::ClientContext context;
  void OnDone(const grpc::Status&) override {}
};

}  // namespace

void KeepGrpcCallbackThreads() {
  [[maybe_unused]] static const Nothing* const nothing = [] {
    auto* made = new Nothing;
    made->stub.PrepareBidiStreamingCall(&made->context, "/none", {}, made);
    made->context.TryCancel();
    made->StartCall();
    return made;
  }();
}

}  // namespace fairlead
