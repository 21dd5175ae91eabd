#ifndef FAIRLEAD_DATAPLANE_OBSERVE_ACCESS_LOG_FILES_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_ACCESS_LOG_FILES_H_

// The access logs of the process: opens them as configured, and writes them from one background
// thread.
//
//     AccessLogFiles files(&route::CompileHeaderCondition);
//     FL_ASSIGN_OR_RETURN(std::shared_ptr<const AccessLog> log, files.Open(proto));
//
// Workers format a line and append it to a buffer of the file (a short lock, and no writing); the
// thread writes the buffers when they are large or a second old. A buffer that is full (1 MiB)
// drops lines and counts them: a slow disk never holds a worker. Logs of the same path share one
// file.
//
// Thread: Open on the configuration thread; Log on any; Reopen (for log rotation) and Flush on any.
// Source: extensions.access_loggers.file.v3.FileAccessLog, .stream.v3.StdoutAccessLog and
// StderrAccessLog, core.v3.SubstitutionFormatString.

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "dataplane/observe/access_log.h"
#include "dataplane/observe/log_filter.h"

namespace envoy::config::accesslog::v3 {
class AccessLog;
}
namespace fairlead::xds {
class SupportTable;
}

namespace fairlead::observe {

class LogFileWriter;

class AccessLogFiles {
 public:
  // Without a function, logs with a header_filter are refused.
  // `runtime`: where the keys of filters have their values; null: nowhere. Outlives this object.
  explicit AccessLogFiles(CompileHeaderFunction compile_header = nullptr,
                          runtime::Runtime* runtime = nullptr);
  // Writes what is buffered, then ends the thread.
  ~AccessLogFiles();

  // Fails with the path of the field at fault. The log may outlive this object; it then drops
  // lines.
  absl::StatusOr<std::shared_ptr<const AccessLog>> Open(
      const envoy::config::accesslog::v3::AccessLog& proto);
  // Returns when all lines logged before the call are written.
  void Flush();
  // Opens every file anew, by its path.
  void Reopen();
  // Lines lost because a buffer was full or a write failed.
  uint64_t dropped_lines() const;

 private:
  const LogFilterContext filter_context_;
  const std::unique_ptr<LogFileWriter> writer_;
};

// The fields of access logs that are honoured.
void DeclareSupport(xds::SupportTable& table);

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_ACCESS_LOG_FILES_H_
