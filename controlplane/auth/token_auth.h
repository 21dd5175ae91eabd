#ifndef FAIRLEAD_CONTROLPLANE_AUTH_TOKEN_AUTH_H_
#define FAIRLEAD_CONTROLPLANE_AUTH_TOKEN_AUTH_H_

// Who may use the control plane: whoever shows the bearer token of the token file. Without a token
// file everybody may, and then the servers listen on loopback only.
//
//     FL_ASSIGN_OR_RETURN(TokenAuth auth, TokenAuth::FromFile("/etc/fairlead/token"));
//     if (!auth.Accepts(header)) ...            // "Bearer 6f0c..."
//
// Thread: any (immutable). Limits: a token has 16 to 4096 bytes. Source: RFC 6750 section 2.1.

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fairlead::control::auth {

class TokenAuth {
 public:
  // Accepts everybody.
  TokenAuth() = default;

  // The first line of the file is the token.
  static absl::StatusOr<TokenAuth> FromFile(const std::string& path);

  bool is_required() const { return !token_.empty(); }

  // `authorization` is the value of the header, empty when there is none. Takes the same time for
  // every wrong token of one length.
  bool Accepts(absl::string_view authorization) const;

 private:
  explicit TokenAuth(std::string token) : token_(std::move(token)) {}

  std::string token_;
};

// Whether host ("127.0.0.1", "::1", "localhost") is this machine only.
bool IsLoopback(absl::string_view host);

// "127.0.0.1:18000", "[::1]:18000".
struct HostPort {
  std::string host;
  int port = 0;

  std::string ToString() const;
};
absl::StatusOr<HostPort> ParseHostPort(absl::string_view text);

// An error unless the address is loopback or a token is required. `flag` names it.
absl::Status CheckBind(const HostPort& address, const TokenAuth& auth, absl::string_view flag);

}  // namespace fairlead::control::auth

#endif  // FAIRLEAD_CONTROLPLANE_AUTH_TOKEN_AUTH_H_
