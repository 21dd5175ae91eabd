#ifndef FAIRLEAD_DATAPLANE_OBSERVE_LOG_FILTER_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_LOG_FILTER_H_

// A condition on a finished exchange, as access logs and the mappers of local replies have it.
//
//     auto filter = CompileLogFilter(proto, {.compile_header = &route::CompileHeaderCondition});
//     if (!filter.ok()) ...                        // "and_filter.filters[1].header_filter...: ..."
//     if ((*filter)->Holds({request, response, info, &random})) ...
//
// Thread: built on the configuration thread, asked on any. Owner: the access log, or the mapper.
// Cost: no allocation but what a header's test makes; at most kDepthMax levels.
// Source: config.accesslog.v3.AccessLogFilter.

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "dataplane/observe/access_log.h"

namespace envoy::config::accesslog::v3 {
class AccessLogFilter;
}
namespace envoy::config::route::v3 {
class HeaderMatcher;
}

namespace fairlead::runtime {
class Runtime;
}

namespace fairlead::observe {

class LogFilter {
 public:
  virtual ~LogFilter() = default;
  virtual bool Holds(const LogEntry& entry) const = 0;
};

// Matchers of headers stand higher up the path (route/), so whoever compiles brings them.
using HeaderTest = std::function<bool(const codec::RequestHead& request)>;
using CompileHeaderFunction =
    std::function<absl::StatusOr<HeaderTest>(const envoy::config::route::v3::HeaderMatcher& proto)>;

struct LogFilterContext {
  // Without it, header_filter is refused.
  CompileHeaderFunction compile_header;
  // Null: keys have no value.
  runtime::Runtime* runtime = nullptr;
};

// and_filter and or_filter inside each other.
inline constexpr int kLogFilterDepthMax = 16;

// Errors begin with the field's path from AccessLogFilter.
absl::StatusOr<std::unique_ptr<const LogFilter>> CompileLogFilter(
    const envoy::config::accesslog::v3::AccessLogFilter& proto, const LogFilterContext& context);

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_LOG_FILTER_H_
