#include <string>

#include "dataplane/observe/access_log_files.h"
#include "dataplane/xds/support_table.h"

namespace fairlead::observe {
namespace {

void DeclareFilters(xds::SupportTable& table) {
  const std::string package = "envoy.config.accesslog.v3.";
  table.Allow(
      package + "AccessLogFilter",
      {"status_code_filter", "duration_filter", "not_health_check_filter", "runtime_filter",
       "and_filter", "or_filter", "header_filter", "response_flag_filter", "log_type_filter"});
  table.Allow(package + "StatusCodeFilter", {"comparison"});
  table.Allow(package + "DurationFilter", {"comparison"});
  table.Allow(package + "ComparisonFilter", {"op", "value"});
  table.Allow("envoy.config.core.v3.RuntimeUInt32", {"default_value", "runtime_key"});
  table.Allow(package + "NotHealthCheckFilter", {});
  table.Allow(package + "RuntimeFilter",
              {"runtime_key", "percent_sampled", "use_independent_randomness"});
  table.Allow("envoy.type.v3.FractionalPercent", {"numerator", "denominator"});
  table.Allow(package + "AndFilter", {"filters"});
  table.Allow(package + "OrFilter", {"filters"});
  // What is below it is declared by route/, which compiles it.
  table.Allow(package + "HeaderFilter", {"header"});
  table.Allow(package + "ResponseFlagFilter", {"flags"});
  table.Allow(package + "LogTypeFilter", {"types", "exclude"});
}

}  // namespace

void DeclareSupport(xds::SupportTable& table) {
  table.Allow("envoy.config.accesslog.v3.AccessLog", {"name", "filter", "typed_config"});
  DeclareFilters(table);
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
