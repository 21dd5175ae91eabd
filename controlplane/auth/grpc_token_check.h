#ifndef FAIRLEAD_CONTROLPLANE_AUTH_GRPC_TOKEN_CHECK_H_
#define FAIRLEAD_CONTROLPLANE_AUTH_GRPC_TOKEN_CHECK_H_

// Makes a gRPC server refuse every call without the bearer token, whatever service it is for.
//
//     AddTokenCheck(auth, builder);      // before BuildAndStart
//
// The refused call is cancelled before its first message is read and ends with UNAUTHENTICATED
// where the service answers it, with CANCELLED where the cancellation is faster. Thread: any. The
// TokenAuth must outlive the server.

#include "absl/strings/string_view.h"
#include "controlplane/auth/token_auth.h"

namespace grpc {
class ServerBuilder;
class ServerContextBase;
}  // namespace grpc

namespace fairlead::control::auth {

// For handlers that check by themselves and answer UNAUTHENTICATED.
bool AcceptsCall(const TokenAuth& auth, const grpc::ServerContextBase& context);

// Does nothing when no token is required.
void AddTokenCheck(const TokenAuth& auth, grpc::ServerBuilder& builder);

}  // namespace fairlead::control::auth

#endif  // FAIRLEAD_CONTROLPLANE_AUTH_GRPC_TOKEN_CHECK_H_
