#include "tools/fairlead/exit_code.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "dataplane/base/strings.h"

namespace fairlead::cli {
namespace {

constexpr std::string_view kPayload = "fairlead.cli.exit_code";

absl::Status WithExitCode(absl::Status status, ExitCode code) {
  status.SetPayload(ToAbsl(kPayload),
                    absl::Cord(absl::string_view(StrCat(static_cast<int>(code)))));
  return status;
}

}  // namespace

absl::Status UsageError(std::string_view message) {
  return WithExitCode(absl::InvalidArgumentError(ToAbsl(message)), ExitCode::kUsage);
}

absl::Status ChildFailed(std::string_view message) {
  return WithExitCode(absl::AbortedError(ToAbsl(message)), ExitCode::kChildFailed);
}

ExitCode ExitCodeOf(const absl::Status& status) {
  if (const absl::optional<absl::Cord> payload = status.GetPayload(ToAbsl(kPayload))) {
    int code = 0;
    if (absl::SimpleAtoi(std::string(*payload), &code)) return static_cast<ExitCode>(code);
  }
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kOk;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kAlreadyExists:
      return ExitCode::kConflict;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return ExitCode::kUnreachable;
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
      return ExitCode::kUnauthenticated;
    default:
      return ExitCode::kRefused;
  }
}

}  // namespace fairlead::cli
