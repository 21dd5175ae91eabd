#ifndef FAIRLEAD_CONTROLPLANE_XDS_DISCOVERY_SERVICE_H_
#define FAIRLEAD_CONTROLPLANE_XDS_DISCOVERY_SERVICE_H_

// The gRPC methods of kStreamMethods as one service whose messages are bytes: aggregated streams,
// and one stream for each type for clients that still ask so.
//
// The generated services would give the same, one class for each, through deep template names; like
// them this uses what gRPC offers generated code (grpc::internal).
//
// Thread: any. Owner: the xDS server. Source: envoy/service/*/v3/*.proto.

#include <grpcpp/impl/service_type.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <functional>

#include "controlplane/xds/type_table.h"

namespace fairlead::control::xds {

class DiscoveryService final : public grpc::Service {
 public:
  using Reactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;
  // Called on gRPC's threads for each new stream; never returns null.
  using OnStream = std::function<Reactor*(const StreamMethod&, grpc::CallbackServerContext*)>;

  explicit DiscoveryService(const OnStream& on_stream);
};

}  // namespace fairlead::control::xds

#endif  // FAIRLEAD_CONTROLPLANE_XDS_DISCOVERY_SERVICE_H_
