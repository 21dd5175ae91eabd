#ifndef FAIRLEAD_DATAPLANE_OBSERVE_LOG_OPERATOR_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_LOG_OPERATOR_H_

// One command operator of a log format, such as %REQ(USER-AGENT):40%: read from its text once,
// evaluated for every line without allocating (but for metadata, which is written as JSON).
//
//     FL_ASSIGN_OR_RETURN(LogOperator op, LogOperator::Compile("REQ", "USER-AGENT", 40));
//     LogScratch scratch;
//     LogValue value = op.Evaluate(entry, scratch);    // points into `entry` or `scratch`
//
// To add an operator: a line in the table of log_operator_table.cc. Values are as the peers sent
// them: whoever writes them down escapes them. Thread: any, once compiled. Owned by its format.
// Source: Envoy's access log "Command Operators".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "dataplane/codec/header_names.h"
#include "dataplane/observe/access_log.h"
#include "dataplane/observe/log_values.h"
#include "dataplane/observe/time_format.h"

namespace fairlead::observe {

class LogOperator {
 public:
  // From the parts of %name(parameters):length%. Errors name the operator.
  static absl::StatusOr<LogOperator> Compile(std::string_view name,
                                             std::optional<std::string_view> parameters,
                                             std::optional<size_t> length_max);

  LogValue Evaluate(const LogEntry& entry, LogScratch& scratch) const;

 private:
  friend struct LogOperatorTable;

  // A header by its name, or what our heads keep beside the headers.
  struct Field {
    enum class Source : uint8_t {
      kHeader,
      kMethod,
      kPath,
      kAuthority,
      kScheme,
      kStatus,
      kContentLength,
      kTransferEncoding
    };
    Source source = Source::kHeader;
    codec::HeaderId id = codec::HeaderId::kOther;
    std::string name;
  };
  // Whose metadata.
  enum class Resource : uint8_t {
    kNone,
    kRoute,
    kVirtualHost,
    kCluster,
    kHost,
    kListener,
    kFilterChain
  };
  using Read = LogValue (*)(const LogOperator&, const LogEntry&, LogScratch&);
  using TimePoint = event::MonotonicTime StreamInfo::*;

  LogOperator() = default;
  // Of the kinds of parameters in the table.
  absl::Status CompileParameters(uint8_t takes, std::optional<std::string_view> parameters);
  absl::Status CompileFields(std::string_view parameters);
  absl::Status CompilePath(std::string_view parameters);
  absl::Status CompileMask(std::string_view parameters);
  absl::Status CompileDuration(std::string_view parameters);
  absl::Status CompileMetadata(std::string_view parameters);
  absl::Status CompileChoices(std::string_view parameters);
  absl::Status CompileServerName(std::string_view parameters);
  // "namespace:key:key".
  absl::Status CompileMetadataPath(std::string_view text);

  Read read_ = nullptr;
  size_t length_max_ = std::string::npos;
  Field field_;
  std::optional<Field> alternative_;
  TimeFormat time_;
  std::string constant_;
  // ALLOW_WHITESPACES, and DECODED for a query.
  bool keeps_spaces_ = false;
  bool is_decoded_ = false;
  // %PATH%: without the query; the path as it is now, as it came, or as it came if it was changed.
  bool drops_query_ = false;
  enum class WhichPath : uint8_t { kOriginalOrCurrent, kOriginal, kCurrent };
  WhichPath which_path_ = WhichPath::kOriginalOrCurrent;
  // Of an address without its port: so many bits of it, and how many.
  std::optional<uint8_t> mask_bits_;
  // %COMMON_DURATION%.
  TimePoint from_ = nullptr;
  TimePoint until_ = nullptr;
  int64_t nanoseconds_per_unit_ = 1'000'000;
  // %METADATA%.
  Resource resource_ = Resource::kNone;
  std::vector<std::string> path_;
  // %COALESCE%.
  std::vector<LogOperator> choices_;
};

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_LOG_OPERATOR_H_
