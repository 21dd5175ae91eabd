#include "tools/fairlead/client.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "dataplane/base/strings.h"
#include "tools/fairlead/exit_code.h"
#include "tools/fairlead/terminal.h"

namespace fairlead::cli {

void Client::Prepare(grpc::ClientContext& context, absl::Duration timeout) const {
  if (!options_.token.empty()) {
    context.AddMetadata("authorization", StrCat("Bearer ", options_.token));
  }
  if (timeout == absl::InfiniteDuration()) return;
  // A time span, which gRPC adds to its own monotonic clock.
  context.set_deadline(gpr_time_from_millis(absl::ToInt64Milliseconds(timeout), GPR_TIMESPAN));
}

Client::Stub& Client::stub() {
  if (stub_ == nullptr) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    arguments.SetMaxReceiveMessageSize(kMaxAnswerBytes);
    arguments.SetUserAgentPrefix("fairlead-cli");
    stub_ = v1::Management::NewStub(
        grpc::CreateCustomChannel(options_.server, grpc::InsecureChannelCredentials(), arguments));
  }
  return *stub_;
}

absl::Status Client::Explain(const grpc::Status& status) const {
  const std::string said = Printable(status.error_message(), /*keeps_lines=*/true);
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      return absl::UnavailableError(
          StrCat("cannot reach the control plane at ", options_.server, ": ", said,
                 "\n  start one:     fairlead run -f FILE   (or: fairlead-control --data-dir DIR)",
                 "\n  name another:  --server HOST:PORT     (or: FAIRLEAD_SERVER=HOST:PORT)"));
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return absl::DeadlineExceededError(StrCat(
          "no answer from ", options_.server, " within ", absl::FormatDuration(options_.timeout),
          "\n  wait longer:   --timeout DURATION, such as --timeout 1m"));
    // We never cancel these calls: it is how the server ends a call whose token it does not accept.
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::UNAUTHENTICATED:
    case grpc::StatusCode::PERMISSION_DENIED:
      return absl::UnauthenticatedError(
          StrCat("the control plane at ", options_.server, " refused ",
                 options_.token.empty() ? "a call without a token" : "this token", ": ", said,
                 "\n  give a token:  --token-file FILE      (or: FAIRLEAD_TOKEN=TOKEN)"));
    case grpc::StatusCode::UNIMPLEMENTED:
      return absl::UnimplementedError(
          StrCat(options_.server, " does not know this call: ", said,
                 "\n  is it the management address of fairlead-control, of this version?"));
    default:
      break;
  }
  const absl::StatusCode code = static_cast<absl::StatusCode>(status.error_code());
  return absl::Status(
      code, said.empty() ? StrCat("the server answered ", absl::StatusCodeToString(code)) : said);
}

absl::Status CheckAddress(std::string_view what, std::string_view address) {
  if (address.starts_with("unix:") && address.size() > 5) return absl::OkStatus();
  const size_t colon = address.rfind(':');
  int port = 0;
  const bool has_port = colon != std::string_view::npos && colon > 0 &&
                        absl::SimpleAtoi(ToAbsl(address.substr(colon + 1)), &port) && port >= 0 &&
                        port <= 65535;
  const std::string_view host = address.substr(0, has_port ? colon : 0);
  const bool is_bracketed = host.starts_with("[") && host.ends_with("]");
  if (has_port && (is_bracketed || host.find(':') == std::string_view::npos)) {
    return absl::OkStatus();
  }
  return UsageError(StrCat(what, " '", address, "' is no address; write HOST:PORT, such as ",
                           kDefaultServer, " or [::1]:18001"));
}

}  // namespace fairlead::cli
