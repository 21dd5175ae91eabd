#ifndef FAIRLEAD_DATAPLANE_OBSERVE_LOG_FORMAT_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_LOG_FORMAT_H_

// A format string with command operators, compiled once.
//
//     FL_ASSIGN_OR_RETURN(LogFormat format, LogFormat::Compile("%REQ(:METHOD)%
//     %RESPONSE_CODE%\n")); format.AppendText(entry, line);
//
// Values have their control bytes escaped; an operator without a value writes "-". A percent sign
// is written %%. Nothing is allocated beyond the growth of the line.
//
// Thread: any, once compiled. Source: core.v3.SubstitutionFormatString.text_format.

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "dataplane/observe/log_operator.h"

namespace fairlead::observe {

// Envoy's format when none is configured.
inline constexpr std::string_view kDefaultLogFormat =
    "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" "
    "%RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% "
    "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\" \"%REQ(USER-AGENT)%\" "
    "\"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\" \"%UPSTREAM_HOST%\"\n";

class LogFormat {
 public:
  enum class Empty : uint8_t {
    kDash,
    // SubstitutionFormatString.omit_empty_values.
    kOmit,
  };

  // The empty format.
  LogFormat() = default;
  // Errors name the operator and where it stands.
  static absl::StatusOr<LogFormat> Compile(std::string_view text, Empty empty = Empty::kDash);

  // As a line of text.
  void AppendText(const LogEntry& entry, std::string& out) const;
  // As it is, control bytes too: for a body, never for a line or a header.
  void AppendPlain(const LogEntry& entry, std::string& out) const;
  // As the inside of a JSON string.
  void AppendJson(const LogEntry& entry, std::string& out) const;
  // There is no operator in it: it always writes the same.
  bool is_constant() const;
  std::string_view constant() const;
  // The operator, when the format is one and nothing else; else null.
  const LogOperator* single() const;

 private:
  // Literals are the operator's own words, and are written as they are.
  using Part = std::variant<std::string, LogOperator>;
  using AppendPart = void (*)(std::string_view text, std::string& out);

  template <AppendPart append_literal, AppendPart append_value>
  void AppendTo(const LogEntry& entry, std::string& out) const;

  std::vector<Part> parts_;
  Empty empty_ = Empty::kDash;
};

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_LOG_FORMAT_H_
