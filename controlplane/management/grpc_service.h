#ifndef FAIRLEAD_CONTROLPLANE_MANAGEMENT_GRPC_SERVICE_H_
#define FAIRLEAD_CONTROLPLANE_MANAGEMENT_GRPC_SERVICE_H_

// fairlead.v1.Management on gRPC: checks the token, calls Management, turns statuses into gRPC's.
// What was found wrong with resources goes into the status details (google.rpc.Status with a
// ProblemList).
//
// Thread: any. Owner: the program; must outlive the grpc::Server, as Management and TokenAuth must.
// Source: api/fairlead/v1/management.proto.

#include <memory>

#include "controlplane/auth/token_auth.h"

namespace grpc {
class Service;
class ServerBuilder;
}  // namespace grpc

namespace fairlead::control::management {

class Management;

std::unique_ptr<grpc::Service> MakeGrpcService(Management& management, const auth::TokenAuth& auth);

// Message size and threads that the service relies on.
void ConfigureManagementServer(grpc::ServerBuilder& builder);

}  // namespace fairlead::control::management

#endif  // FAIRLEAD_CONTROLPLANE_MANAGEMENT_GRPC_SERVICE_H_
