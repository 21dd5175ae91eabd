#include "controlplane/auth/grpc_token_check.h"

#include "absl/strings/string_view.h"
#include "grpcpp/server_context.h"

namespace fairlead::control::auth {

bool AcceptsCall(const TokenAuth& auth, const grpc::ServerContextBase& context) {
  if (!auth.is_required()) return true;
  const auto it = context.client_metadata().find("authorization");
  if (it == context.client_metadata().end()) return false;
  return auth.Accepts(absl::string_view(it->second.data(), it->second.size()));
}

}  // namespace fairlead::control::auth
