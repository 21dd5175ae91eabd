#ifndef FAIRLEAD_DATAPLANE_OBSERVE_LOG_OPERATOR_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_LOG_OPERATOR_H_

// One command operator of a log format, such as %REQ(USER-AGENT):40%: read from its text once,
// evaluated for every line without allocating.
//
//     FL_ASSIGN_OR_RETURN(LogOperator op, LogOperator::Compile("REQ", "USER-AGENT", 40));
//     LogScratch scratch;
//     LogValue value = op.Evaluate(entry, scratch);    // points into `entry` or `scratch`
//
// To add an operator: a line in the table of log_operator.cc. Values are as the peers sent them:
// whoever writes them down escapes them. Thread: any, once compiled. Owned by its format.
// Source: Envoy's access log "Command Operators".

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "dataplane/codec/header_names.h"
#include "dataplane/observe/access_log.h"
#include "dataplane/observe/time_format.h"

namespace fairlead::observe {

// What an operator yields for one entry.
struct LogValue {
  enum class Kind : uint8_t { kMissing, kText, kNumber };

  LogValue() = default;
  LogValue(std::string_view text) : kind(Kind::kText), text(text) {}  // NOLINT: is a value
  LogValue(uint64_t number) : kind(Kind::kNumber), number(number) {}  // NOLINT: is a value

  Kind kind = Kind::kMissing;
  std::string_view text;
  uint64_t number = 0;
};

// Room for texts that are made on the spot.
using LogScratch = std::array<char, 640>;

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
  using Read = LogValue (*)(const LogOperator&, const LogEntry&, LogScratch&);

  LogOperator() = default;
  // Of the kinds of parameters in the table.
  absl::Status CompileParameters(uint8_t takes, std::optional<std::string_view> parameters);
  absl::Status CompileFields(std::string_view parameters);
  absl::Status CompilePath(std::string_view parameters);

  Read read_ = nullptr;
  size_t length_max_ = std::string::npos;
  Field field_;
  std::optional<Field> alternative_;
  TimeFormat time_;
  std::string constant_;
  bool keeps_spaces_ = false;
  // %PATH%: without the query; the path as it is now, as it came, or as it came if it was changed.
  bool drops_query_ = false;
  enum class WhichPath : uint8_t { kOriginalOrCurrent, kOriginal, kCurrent };
  WhichPath which_path_ = WhichPath::kOriginalOrCurrent;
};

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_LOG_OPERATOR_H_
