#include "dataplane/observe/log_operator.h"

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <utility>

#include "dataplane/base/status.h"
#include "dataplane/observe/log_operator_table.h"
#include "nlohmann/json.hpp"

namespace fairlead::observe {
namespace {

using Takes = LogOperatorTable::Takes;

// In %COALESCE%.
constexpr size_t kChoicesMax = 16;

std::string HostName() {
  char name[256] = {};
  return gethostname(name, sizeof(name) - 1) == 0 ? name : "";
}

// Takes what stands before the first ':' off `text`.
std::string_view TakePart(std::string_view& text) {
  const size_t colon = text.find(':');
  const std::string_view part = text.substr(0, colon);
  text = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  return part;
}

bool MayHaveLength(Takes takes) {
  switch (takes) {
    case Takes::kFields:
    case Takes::kQueryName:
    case Takes::kQueryForm:
    case Takes::kPath:
    case Takes::kVariable:
    case Takes::kMetadata:
    case Takes::kMetadataPath:
    case Takes::kKey:
    case Takes::kChoices:
      return true;
    default:
      return false;
  }
}

// One of %COALESCE%'s operators: "NAME", or {"command": "NAME", "param": ..., "max_length": ...}.
absl::StatusOr<LogOperator> CompileChoice(const nlohmann::json& json) {
  if (json.is_string()) return LogOperator::Compile(json.get<std::string>(), {}, {});
  if (!json.is_object() || !json.contains("command") || !json["command"].is_string()) {
    return InvalidArgument("is neither an operator's name nor an object with \"command\"");
  }
  std::string parameters;
  std::optional<std::string_view> has_parameters;
  std::optional<size_t> length;
  for (const auto& [key, value] : json.items()) {
    if (key == "command") continue;
    if (key == "param" && value.is_string()) {
      parameters = value.get<std::string>();
      has_parameters = parameters;
    } else if (key == "max_length" && value.is_number_unsigned()) {
      length = value.get<size_t>();
    } else {
      return InvalidArgument("'", key,
                             "': allowed are command and param (texts) and max_length (a number)");
    }
  }
  return LogOperator::Compile(json["command"].get<std::string>(), has_parameters, length);
}

}  // namespace

absl::Status LogOperator::CompileFields(std::string_view parameters) {
  const size_t mark = parameters.find('?');
  FL_ASSIGN_OR_RETURN(field_, LogOperatorTable::CompileField(parameters.substr(0, mark)));
  if (mark == std::string_view::npos) return absl::OkStatus();
  const std::string_view rest = parameters.substr(mark + 1);
  if (rest.find('?') != std::string_view::npos) {
    return InvalidArgument("'", parameters, "' names more than one alternative");
  }
  FL_ASSIGN_OR_RETURN(alternative_, LogOperatorTable::CompileField(rest));
  return absl::OkStatus();
}

absl::Status LogOperator::CompilePath(std::string_view parameters) {
  const size_t colon = parameters.find(':');
  const std::string_view query = parameters.substr(0, colon);
  if (query != "WQ" && query != "NQ" && !query.empty()) {
    return InvalidArgument("'", query, "' is no option; allowed are WQ and NQ");
  }
  drops_query_ = query == "NQ";
  const std::string_view which =
      colon == std::string_view::npos ? "ORIG_OR_PATH" : parameters.substr(colon + 1);
  if (which == "ORIG") {
    which_path_ = WhichPath::kOriginal;
  } else if (which == "PATH") {
    which_path_ = WhichPath::kCurrent;
  } else if (which != "ORIG_OR_PATH" && !which.empty()) {
    return InvalidArgument("'", which, "' is no option; allowed are ORIG, PATH and ORIG_OR_PATH");
  }
  return absl::OkStatus();
}

absl::Status LogOperator::CompileMask(std::string_view parameters) {
  uint8_t bits = 0;
  const char* const end = parameters.data() + parameters.size();
  const auto [at, error] = std::from_chars(parameters.data(), end, bits);
  if (error != std::errc() || at != end || bits > 128) {
    return InvalidArgument("'", parameters,
                           "' is no prefix length; 0 to 32 (IPv4) or 128 (IPv6) are allowed");
  }
  mask_bits_ = bits;
  return absl::OkStatus();
}

absl::Status LogOperator::CompileDuration(std::string_view parameters) {
  std::string_view rest = parameters;
  for (TimePoint* const point : {&from_, &until_}) {
    const std::string_view name = TakePart(rest);
    *point = LogOperatorTable::FindTimePoint(name);
    if (*point == nullptr) {
      return InvalidArgument("'", name,
                             "' is no point in time of an exchange; there are DS_RX_BEG, "
                             "DS_RX_END, US_CX_BEG, US_CX_END, US_TX_BEG, US_TX_END, US_RX_BEG, "
                             "US_RX_BODY_BEG, US_RX_END, DS_TX_BEG and DS_TX_END");
    }
  }
  if (rest == "us") {
    nanoseconds_per_unit_ = 1000;
  } else if (rest == "ns") {
    nanoseconds_per_unit_ = 1;
  } else if (rest != "ms") {
    return InvalidArgument("'", rest,
                           "' is no precision; allowed are ms, us and ns, after two "
                           "points in time (FROM:UNTIL:ms)");
  }
  return absl::OkStatus();
}

absl::Status LogOperator::CompileMetadata(std::string_view parameters) {
  const std::string_view name = TakePart(parameters);
  // DYNAMIC is what filters leave behind: none of them does.
  resource_ = LogOperatorTable::FindResource(name);
  if (resource_ == Resource::kNone && name != "DYNAMIC") {
    return InvalidArgument("'", name,
                           "' has no metadata; allowed are DYNAMIC, CLUSTER, ROUTE, "
                           "VIRTUAL_HOST, UPSTREAM_HOST, LISTENER and LISTENER_FILTER_CHAIN");
  }
  return CompileMetadataPath(parameters);
}

absl::Status LogOperator::CompileMetadataPath(std::string_view text) {
  if (text.empty()) return InvalidArgument("needs a namespace in parentheses");
  while (!text.empty()) path_.emplace_back(TakePart(text));
  return absl::OkStatus();
}

absl::Status LogOperator::CompileServerName(std::string_view parameters) {
  // There is no TLS, hence no server name: Host stands in where the operator asks for it.
  const std::string_view which = TakePart(parameters);
  if (which != "SNI_ONLY" && which != "SNI_FIRST" && which != "HOST_FIRST" && !which.empty()) {
    return InvalidArgument("'", which,
                           "' is no option; allowed are SNI_ONLY, SNI_FIRST and HOST_FIRST");
  }
  if (which.empty() || which == "SNI_ONLY") {
    // No request has it.
    field_.source = Field::Source::kStatus;
  } else if (parameters == "ORIG") {
    field_.id = codec::HeaderId::kXEnvoyOriginalHost;
  } else if (parameters.empty() || parameters == "HOST") {
    field_.source = Field::Source::kAuthority;
  } else {
    return InvalidArgument("'", parameters, "' is no option; allowed are ORIG and HOST");
  }
  return absl::OkStatus();
}

absl::Status LogOperator::CompileChoices(std::string_view parameters) {
  const auto json = nlohmann::json::parse(parameters, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || json.size() != 1 || !json.contains("operators") ||
      !json["operators"].is_array()) {
    return InvalidArgument("needs a JSON object with the list \"operators\"");
  }
  const auto& operators = json["operators"];
  if (operators.empty() || operators.size() > kChoicesMax) {
    return InvalidArgument("operators: has ", operators.size(), " entries; 1 to ", kChoicesMax,
                           " are allowed");
  }
  for (size_t i = 0; i < operators.size(); ++i) {
    auto choice = CompileChoice(operators[i]);
    if (choice.ok() && !choice->choices_.empty()) {
      choice = InvalidArgument("%COALESCE% inside of %COALESCE%");
    }
    if (!choice.ok()) return Annotate(choice.status(), StrCat("operators[", i, "]"));
    choices_.push_back(*std::move(choice));
  }
  return absl::OkStatus();
}

absl::Status LogOperator::CompileParameters(uint8_t takes,
                                            std::optional<std::string_view> parameters) {
  const std::string_view text = parameters.value_or("");
  switch (static_cast<Takes>(takes)) {
    case Takes::kNothing:
      return parameters.has_value() ? InvalidArgument("takes no parameters") : absl::OkStatus();
    case Takes::kFields:
      if (text.empty()) return InvalidArgument("needs a header's name in parentheses");
      return CompileFields(text);
    case Takes::kLocalTime:
    case Takes::kTime:
      if (!text.empty()) {
        FL_ASSIGN_OR_RETURN(time_, TimeFormat::Compile(text));
      } else if (static_cast<Takes>(takes) == Takes::kLocalTime) {
        FL_ASSIGN_OR_RETURN(time_, TimeFormat::Compile("%Y-%m-%dT%H:%M:%S.%3f%z"));
      }
      if (static_cast<Takes>(takes) == Takes::kLocalTime) time_.UseLocalTime();
      return absl::OkStatus();
    case Takes::kSpacesOption:
      if (parameters.has_value() && text != "ALLOW_WHITESPACES") {
        return InvalidArgument("'", text, "' is not an option; allowed is ALLOW_WHITESPACES");
      }
      keeps_spaces_ = parameters.has_value();
      return absl::OkStatus();
    case Takes::kQueryName:
      if (text.empty()) return InvalidArgument("needs a parameter's name in parentheses");
      constant_ = text;
      return absl::OkStatus();
    case Takes::kQueryForm:
      if (!text.empty() && text != "ORIG" && text != "DECODED") {
        return InvalidArgument("'", text, "' is no option; allowed are ORIG and DECODED");
      }
      is_decoded_ = text == "DECODED";
      return absl::OkStatus();
    case Takes::kVariable: {
      if (text.empty()) return InvalidArgument("needs a variable's name in parentheses");
      const char* value = std::getenv(std::string(text).c_str());
      // As Envoy: also where values that are missing are left out.
      constant_ = value != nullptr ? value : "-";
      return absl::OkStatus();
    }
    case Takes::kPath:
      return CompilePath(text);
    case Takes::kMask:
      return parameters.has_value() ? CompileMask(text) : absl::OkStatus();
    case Takes::kDuration:
      return CompileDuration(text);
    case Takes::kMetadata:
      return CompileMetadata(text);
    case Takes::kMetadataPath:
      return CompileMetadataPath(text);
    case Takes::kKey:
      return text.empty() ? InvalidArgument("needs a key in parentheses") : absl::OkStatus();
    case Takes::kServerName:
      return CompileServerName(text);
    case Takes::kChoices:
      return CompileChoices(text);
  }
  return absl::OkStatus();
}

absl::StatusOr<LogOperator> LogOperator::Compile(std::string_view name,
                                                 std::optional<std::string_view> parameters,
                                                 std::optional<size_t> length_max) {
  const LogOperatorTable::Row* row = LogOperatorTable::Find(name);
  if (row == nullptr) {
    const std::string_view refusal = LogOperatorTable::Refusal(name);
    if (refusal.empty()) return InvalidArgument("unknown operator %", name, "%");
    return InvalidArgument("operator %", name, "% is not supported: ", refusal);
  }
  const std::string label = StrCat("operator %", name, "%");
  LogOperator op;
  op.read_ = row->read;
  op.resource_ = row->resource;
  if (length_max.has_value()) {
    if (!MayHaveLength(row->takes)) return InvalidArgument(label, " takes no length");
    op.length_max_ = *length_max;
  }
  FL_RETURN_IF_ERROR(
      Annotate(op.CompileParameters(static_cast<uint8_t>(row->takes), parameters), label));
  if (row->name == "HOSTNAME") op.constant_ = HostName();
  if (row->takes == Takes::kVariable) op.constant_ = op.constant_.substr(0, op.length_max_);
  return op;
}

LogValue LogOperator::Evaluate(const LogEntry& entry, LogScratch& scratch) const {
  return read_(*this, entry, scratch);
}

}  // namespace fairlead::observe
