#ifndef FAIRLEAD_CONTROLPLANE_AUTH_GRPC_TOKEN_CHECK_H_
#define FAIRLEAD_CONTROLPLANE_AUTH_GRPC_TOKEN_CHECK_H_

// Whether a gRPC call carries the bearer token. Every handler asks before it does anything, and
// answers UNAUTHENTICATED:
//
//     if (!auth::AcceptsCall(auth, context)) return {grpc::StatusCode::UNAUTHENTICATED, ...};
//
// Thread: any.

#include "controlplane/auth/token_auth.h"

namespace grpc {
class ServerContextBase;
}  // namespace grpc

namespace fairlead::control::auth {

// True where no token is required.
bool AcceptsCall(const TokenAuth& auth, const grpc::ServerContextBase& context);

}  // namespace fairlead::control::auth

#endif  // FAIRLEAD_CONTROLPLANE_AUTH_GRPC_TOKEN_CHECK_H_
