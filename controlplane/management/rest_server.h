#ifndef FAIRLEAD_CONTROLPLANE_MANAGEMENT_REST_SERVER_H_
#define FAIRLEAD_CONTROLPLANE_MANAGEMENT_REST_SERVER_H_

// RestApi on a socket, with /v1/watch (a JSON line per event) and /healthz.
//
//     FL_ASSIGN_OR_RETURN(auto rest, RestServer::Start(management, auth, {"127.0.0.1", 0}));
//     rest->port();
//     management.Stop();       // ends the watches, which hold threads
//     rest.reset();            // waits for the requests that run
//
// Who may ask: with a token file, who shows the token. Without, whoever is on this machine and is
// no web page of another origin: the Host must name the loopback, and a foreign Origin cannot
// change anything. Thread: any. Limits: body 32 MiB, 16 requests at a time, 8 of them watches.
// Source: api/fairlead/v1/management.md; RFC 6454 for Origin.

#include <memory>

#include "absl/status/statusor.h"
#include "controlplane/auth/token_auth.h"

namespace fairlead::control::management {

class Management;

class RestServer {
 public:
  // `management` and `auth` must outlive the server.
  static absl::StatusOr<std::unique_ptr<RestServer>> Start(Management& management,
                                                           const auth::TokenAuth& auth,
                                                           const auth::HostPort& address);
  ~RestServer();

  int port() const;

 private:
  class Core;
  explicit RestServer(std::unique_ptr<Core> core);
  const std::unique_ptr<Core> core_;
};

}  // namespace fairlead::control::management

#endif  // FAIRLEAD_CONTROLPLANE_MANAGEMENT_REST_SERVER_H_
