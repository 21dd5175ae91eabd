#ifndef FAIRLEAD_DATAPLANE_OBSERVE_COMPILE_LOG_FORMAT_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_COMPILE_LOG_FORMAT_H_

// From core.v3.SubstitutionFormatString to a format. Thread: configuration.

#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "dataplane/observe/json_format.h"
#include "dataplane/observe/log_format.h"

namespace envoy::config::core::v3 {
class DataSource;
class SubstitutionFormatString;
}  // namespace envoy::config::core::v3

namespace fairlead::observe {

using LineFormat = std::variant<LogFormat, JsonFormat>;

void AppendLine(const LineFormat& format, const LogEntry& entry, std::string& out);

// Errors begin with the field's name. A format that is read from a file is read now, and not again.
absl::StatusOr<LineFormat> CompileLogFormat(
    const envoy::config::core::v3::SubstitutionFormatString& proto);

// A file is read now, and not again; of 64 KiB at most.
absl::StatusOr<std::string> ReadText(const envoy::config::core::v3::DataSource& source);

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_COMPILE_LOG_FORMAT_H_
