#include "dataplane/observe/compile_log_format.h"

#include <cstdlib>

#include "dataplane/base/file.h"
#include "dataplane/base/status.h"
#include "envoy/config/core/v3/base.pb.h"
#include "envoy/config/core/v3/substitution_format_string.pb.h"

namespace fairlead::observe {
namespace {

using envoy::config::core::v3::DataSource;
using envoy::config::core::v3::SubstitutionFormatString;

constexpr size_t kFormatFileMax = 64 * 1024;

absl::StatusOr<LineFormat> CompileText(const std::string& text, LogFormat::Empty empty,
                                       std::string_view field) {
  auto format = LogFormat::Compile(text, empty);
  if (!format.ok()) return Annotate(format.status(), field);
  return LineFormat(*std::move(format));
}

}  // namespace

absl::StatusOr<std::string> ReadText(const DataSource& source) {
  switch (source.specifier_case()) {
    case DataSource::kInlineString:
      return source.inline_string();
    case DataSource::kInlineBytes:
      return source.inline_bytes();
    case DataSource::kFilename: {
      if (source.has_watched_directory()) {
        return InvalidArgument("watched_directory: is not supported");
      }
      auto text = ReadFile(source.filename(), kFormatFileMax);
      if (!text.ok()) return Annotate(text.status(), StrCat("filename: '", source.filename(), "'"));
      return text;
    }
    case DataSource::kEnvironmentVariable: {
      const char* value = std::getenv(source.environment_variable().c_str());
      if (value == nullptr) {
        return InvalidArgument("environment_variable: '", source.environment_variable(),
                               "' is not set");
      }
      return std::string(value);
    }
    default:
      return InvalidArgument("has no text");
  }
}

void AppendLine(const LineFormat& format, const LogEntry& entry, std::string& out) {
  if (const auto* text = std::get_if<LogFormat>(&format)) {
    text->AppendText(entry, out);
  } else {
    std::get<JsonFormat>(format).Append(entry, out);
  }
}

absl::StatusOr<LineFormat> CompileLogFormat(const SubstitutionFormatString& proto) {
  const LogFormat::Empty empty =
      proto.omit_empty_values() ? LogFormat::Empty::kOmit : LogFormat::Empty::kDash;
  switch (proto.format_case()) {
    case SubstitutionFormatString::kTextFormat:
      return CompileText(proto.text_format(), empty, "text_format");
    case SubstitutionFormatString::kTextFormatSource: {
      auto text = ReadText(proto.text_format_source());
      if (!text.ok()) return Annotate(text.status(), "text_format_source");
      return CompileText(*text, empty, "text_format_source");
    }
    case SubstitutionFormatString::kJsonFormat: {
      auto format = JsonFormat::Compile(proto.json_format(),
                                        {.omit_empty_values = proto.omit_empty_values()});
      if (!format.ok()) return Annotate(format.status(), "json_format");
      return LineFormat(*std::move(format));
    }
    default:
      return InvalidArgument("has none of text_format_source, json_format and text_format");
  }
}

}  // namespace fairlead::observe
