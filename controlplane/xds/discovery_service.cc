#include "controlplane/xds/discovery_service.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/rpc_service_method.h>

namespace fairlead::control::xds {

DiscoveryService::DiscoveryService(const OnStream& on_stream) {
  int index = 0;
  for (const StreamMethod& method : kStreamMethods) {
    AddMethod(new grpc::internal::RpcServiceMethod(
        method.path, grpc::internal::RpcMethod::BIDI_STREAMING, nullptr));
    MarkMethodRawCallback(
        index++, new grpc::internal::CallbackBidiHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                     [on_stream, &method](grpc::CallbackServerContext* context) {
                       return on_stream(method, context);
                     }));
  }
}

}  // namespace fairlead::control::xds
