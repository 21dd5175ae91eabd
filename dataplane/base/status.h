#ifndef FAIRLEAD_DATAPLANE_BASE_STATUS_H_
#define FAIRLEAD_DATAPLANE_BASE_STATUS_H_

// Helpers for absl::Status, which carries the errors of configuration and start-up (never those of
// requests).
//
//     FL_RETURN_IF_ERROR(Check(x));
//     FL_ASSIGN_OR_RETURN(auto table, Compile(config));
//     return InvalidArgument("route '", name, "': prefix is empty");
//
// Thread: any.

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "dataplane/base/strings.h"

#define FL_STATUS_CONCAT_(a, b) a##b
#define FL_STATUS_CONCAT(a, b) FL_STATUS_CONCAT_(a, b)

// Returns from the function with the error, if `expr` (a Status) is one.
#define FL_RETURN_IF_ERROR(expr)                                            \
  do {                                                                      \
    if (absl::Status fl_status = (expr); !fl_status.ok()) return fl_status; \
  } while (false)

// Declares or assigns `lhs` from the value of `expr` (a StatusOr), or returns its error.
#define FL_ASSIGN_OR_RETURN(lhs, expr) \
  FL_ASSIGN_OR_RETURN_(FL_STATUS_CONCAT(fl_statusor_, __LINE__), lhs, expr)
#define FL_ASSIGN_OR_RETURN_(tmp, lhs, expr) \
  auto tmp = (expr);                         \
  if (!tmp.ok()) return tmp.status();        \
  lhs = *std::move(tmp)

namespace fairlead {

template <typename... Args>
absl::Status InvalidArgument(const Args&... args) {
  return absl::InvalidArgumentError(StrCat(args...));
}

// `status` with "where: " before its message; OK stays OK.
inline absl::Status Annotate(const absl::Status& status, std::string_view where) {
  if (status.ok()) return status;
  return absl::Status(status.code(), StrCat(where, ": ", status.message()));
}

}  // namespace fairlead

#endif  // FAIRLEAD_DATAPLANE_BASE_STATUS_H_
