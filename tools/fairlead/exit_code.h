#ifndef FAIRLEAD_TOOLS_FAIRLEAD_EXIT_CODE_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_EXIT_CODE_H_

// How a command ended, as its process's exit status. Scripts rely on the numbers: they never
// change.
//
// Commands return absl::StatusOr<ExitCode>; an error status becomes a code by ExitCodeOf(). Errors
// whose absl code would say the wrong thing (a usage error is no INVALID_ARGUMENT of the server)
// carry their exit code with them: UsageError(), ChildFailed().
//
// Thread: any.

#include <string_view>

#include "absl/status/status.h"

namespace fairlead::cli {

enum class ExitCode : int {
  kOk = 0,
  // `diff` found that something would change.
  kDifference = 1,
  kUsage = 2,
  // The input is wrong, or the server refused or failed.
  kRefused = 3,
  kNotFound = 4,
  // The resource changed meanwhile (stale etag).
  kConflict = 5,
  // No connection to the server, or no answer in time.
  kUnreachable = 6,
  kUnauthenticated = 7,
  // A child process of `run` failed.
  kChildFailed = 8,
};

// The command line is wrong: what, and what is allowed.
absl::Status UsageError(std::string_view message);

// A child of `run` could not be started, or died.
absl::Status ChildFailed(std::string_view message);

ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_EXIT_CODE_H_
