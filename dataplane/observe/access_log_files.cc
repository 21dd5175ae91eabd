#include "dataplane/observe/access_log_files.h"

#include <string>
#include <utility>

#include "dataplane/base/status.h"
#include "dataplane/observe/compile_log_format.h"
#include "dataplane/observe/log_file_writer.h"
#include "envoy/config/accesslog/v3/accesslog.pb.h"
#include "envoy/config/core/v3/substitution_format_string.pb.h"
#include "envoy/extensions/access_loggers/file/v3/file.pb.h"
#include "envoy/extensions/access_loggers/stream/v3/stream.pb.h"

namespace fairlead::observe {
namespace {

using envoy::extensions::access_loggers::file::v3::FileAccessLog;
using envoy::extensions::access_loggers::stream::v3::StderrAccessLog;
using envoy::extensions::access_loggers::stream::v3::StdoutAccessLog;

class FileLog final : public AccessLog {
 public:
  // `filter` may be null.
  FileLog(std::shared_ptr<LogFile> file, LineFormat format, std::unique_ptr<const LogFilter> filter)
      : file_(std::move(file)), format_(std::move(format)), filter_(std::move(filter)) {}

  void Log(const LogEntry& entry) const override {
    if (filter_ != nullptr && !filter_->Holds(entry)) return;
    // Keeps its memory from one line to the next.
    static thread_local std::string line;
    line.clear();
    AppendLine(format_, entry, line);
    file_->Append(line);
  }

 private:
  const std::shared_ptr<LogFile> file_;
  const LineFormat format_;
  const std::unique_ptr<const LogFilter> filter_;
};

struct Compiled {
  std::string path;
  LineFormat format;
};

absl::StatusOr<LineFormat> DefaultFormat() {
  FL_ASSIGN_OR_RETURN(LogFormat format, LogFormat::Compile(kDefaultLogFormat));
  return LineFormat(std::move(format));
}

absl::StatusOr<LineFormat> CompileField(
    const envoy::config::core::v3::SubstitutionFormatString& proto) {
  auto format = CompileLogFormat(proto);
  if (!format.ok()) return Annotate(format.status(), "log_format");
  return format;
}

absl::StatusOr<LineFormat> CompileStruct(const google::protobuf::Struct& proto, bool strings_only,
                                         std::string_view field) {
  auto format = JsonFormat::Compile(proto, {.strings_only = strings_only});
  if (!format.ok()) return Annotate(format.status(), field);
  return LineFormat(*std::move(format));
}

absl::StatusOr<LineFormat> CompileFormat(const FileAccessLog& proto) {
  switch (proto.access_log_format_case()) {
    case FileAccessLog::kFormat: {
      // An empty format is none, as in Envoy.
      if (proto.format().empty()) return DefaultFormat();
      auto format = LogFormat::Compile(proto.format());
      if (!format.ok()) return Annotate(format.status(), "format");
      return LineFormat(*std::move(format));
    }
    case FileAccessLog::kJsonFormat:
      return CompileStruct(proto.json_format(), /*strings_only=*/true, "json_format");
    case FileAccessLog::kTypedJsonFormat:
      return CompileStruct(proto.typed_json_format(), /*strings_only=*/false, "typed_json_format");
    case FileAccessLog::kLogFormat:
      return CompileField(proto.log_format());
    default:
      return DefaultFormat();
  }
}

// For the messages of streams.
template <typename Proto>
absl::StatusOr<LineFormat> CompileFormat(const Proto& proto) {
  return proto.has_log_format() ? CompileField(proto.log_format()) : DefaultFormat();
}

template <typename Proto>
absl::StatusOr<Compiled> CompileTyped(const google::protobuf::Any& config) {
  Proto proto;
  if (!config.UnpackTo(&proto)) {
    return InvalidArgument("is not a readable ", Proto::descriptor()->full_name());
  }
  Compiled compiled;
  if constexpr (std::is_same_v<Proto, FileAccessLog>) {
    if (proto.path().empty()) return InvalidArgument("path: is empty");
    compiled.path = proto.path();
  } else {
    compiled.path = std::is_same_v<Proto, StdoutAccessLog> ? "/dev/stdout" : "/dev/stderr";
  }
  FL_ASSIGN_OR_RETURN(compiled.format, CompileFormat(proto));
  return compiled;
}

absl::StatusOr<Compiled> Compile(const google::protobuf::Any& config) {
  if (config.Is<FileAccessLog>()) return CompileTyped<FileAccessLog>(config);
  if (config.Is<StdoutAccessLog>()) return CompileTyped<StdoutAccessLog>(config);
  if (config.Is<StderrAccessLog>()) return CompileTyped<StderrAccessLog>(config);
  return InvalidArgument("'", config.type_url(),
                         "' is not supported; allowed are FileAccessLog, StdoutAccessLog and "
                         "StderrAccessLog of envoy.extensions.access_loggers");
}

}  // namespace

AccessLogFiles::AccessLogFiles(CompileHeaderFunction compile_header, runtime::Runtime* runtime)
    : filter_context_{std::move(compile_header), runtime},
      writer_(std::make_unique<LogFileWriter>()) {}
AccessLogFiles::~AccessLogFiles() = default;

absl::StatusOr<std::shared_ptr<const AccessLog>> AccessLogFiles::Open(
    const envoy::config::accesslog::v3::AccessLog& proto) {
  std::unique_ptr<const LogFilter> filter;
  if (proto.has_filter()) {
    auto made = CompileLogFilter(proto.filter(), filter_context_);
    if (!made.ok()) return Annotate(made.status(), "filter");
    filter = *std::move(made);
  }
  if (!proto.has_typed_config()) return InvalidArgument("typed_config: is missing");
  auto compiled = Compile(proto.typed_config());
  if (!compiled.ok()) return Annotate(compiled.status(), "typed_config");
  auto file = writer_->Open(compiled->path);
  if (!file.ok()) return Annotate(file.status(), "typed_config: path");
  return std::make_shared<FileLog>(*std::move(file), std::move(compiled->format),
                                   std::move(filter));
}

void AccessLogFiles::Flush() { writer_->Flush(); }
void AccessLogFiles::Reopen() { writer_->Reopen(); }
uint64_t AccessLogFiles::dropped_lines() const { return writer_->dropped_lines(); }

}  // namespace fairlead::observe
