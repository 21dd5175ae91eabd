#ifndef FAIRLEAD_TOOLS_FAIRLEAD_CLIENT_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_CLIENT_H_

// A caller of the management API that turns failures into what the user should do next.
//
//     Client client({.server = "127.0.0.1:18001", .token = "", .timeout = absl::Seconds(10)});
//     FL_ASSIGN_OR_RETURN(v1::ListProxiesResponse proxies, client.Call(&Stub::ListProxies,
//     request));
//
// The channel is made at the first call; a call fails at once when nobody listens, rather than at
// its timeout. http_proxy of the environment is not used: a control plane is near.
//
// Thread: main. Limits: answers up to kMaxAnswerBytes.

#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "fairlead/v1/management.grpc.pb.h"

namespace fairlead::cli {

inline constexpr int kMaxAnswerBytes = 512 << 20;
inline constexpr std::string_view kDefaultServer = "127.0.0.1:18001";

class Client {
 public:
  struct Options {
    // "host:port" or "unix:/path".
    std::string server;
    // Sent as bearer token unless empty.
    std::string token;
    absl::Duration timeout = absl::Seconds(10);
  };
  using Stub = v1::Management::StubInterface;

  explicit Client(Options options) : options_(std::move(options)) {}

  // Calls a method of one request and one answer.
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request) {
    grpc::ClientContext context;
    Prepare(context, options_.timeout);
    Response response;
    const grpc::Status status = (stub().*method)(&context, request, &response);
    if (!status.ok()) return Explain(status);
    return response;
  }

  // Sets token and deadline of a call that is made through stub(), such as a stream.
  void Prepare(grpc::ClientContext& context, absl::Duration timeout) const;

  Stub& stub();

  // The error with what to do about it; never OK.
  absl::Status Explain(const grpc::Status& status) const;

  const Options& options() const { return options_; }

 private:
  Options options_;
  std::unique_ptr<Stub> stub_;
};

// Refuses what is no "host:port" ("[::1]:18001" for IPv6) or "unix:/path"; `what` names the flag.
absl::Status CheckAddress(std::string_view what, std::string_view address);

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_CLIENT_H_
