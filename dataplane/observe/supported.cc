#include "dataplane/observe/access_log_files.h"
#include "dataplane/xds/support_table.h"

namespace fairlead::observe {

void DeclareSupport(xds::SupportTable& table) {
  table.Allow("envoy.config.accesslog.v3.AccessLog", {"name", "typed_config"});
  // The deprecated formats are supported, as Envoy supports them.
  table.Allow("envoy.extensions.access_loggers.file.v3.FileAccessLog",
              {"path", "format", "json_format", "typed_json_format", "log_format"});
  table.Allow("envoy.extensions.access_loggers.stream.v3.StdoutAccessLog", {"log_format"});
  table.Allow("envoy.extensions.access_loggers.stream.v3.StderrAccessLog", {"log_format"});
  table.Allow("envoy.config.core.v3.SubstitutionFormatString",
              {"text_format", "text_format_source", "json_format", "omit_empty_values"});
  table.Allow("envoy.config.core.v3.DataSource",
              {"filename", "inline_bytes", "inline_string", "environment_variable"});
}

}  // namespace fairlead::observe
