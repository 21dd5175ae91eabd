#include <string>

#include "dataplane/base/strings.h"
#include "dataplane/server/admin/stats_columns.h"
#include "dataplane/server/admin/traffic_stats.h"

namespace fairlead::server::admin {
namespace {

using observe::CallScopes;
using observe::CallStats;
using observe::StatsRow;

// As in Envoy, a counter of a code begins with its first response.
void AddResponses(const observe::ResponseStats& responses, StatsRow& row) {
  uint64_t completed = 0;
  responses.ForEachCode([&row](uint16_t status, uint64_t count) {
    const std::string code = StrCat(status);
    row.Counter(StrCat("upstream_rq_", code), count, {"upstream_rq", "envoy_response_code", code});
  });
  for (size_t i = 0; i < 5; ++i) {
    const uint64_t count = responses.OfClass(i);
    completed += count;
    if (count == 0) continue;
    const std::string digit = StrCat(i + 1);
    row.Counter(StrCat("upstream_rq_", digit, "xx"), count,
                {"upstream_rq_xx", "envoy_response_code_class", digit});
  }
  if (completed > 0) row.Counter("upstream_rq_completed", completed);
}

}  // namespace

void AddCallStats(CallScopes& calls, observe::StatsList& list) {
  calls.ForEach([&list](CallScopes::Kind kind, std::string_view virtual_host, std::string_view name,
                        const observe::SharedCallStats& stats) {
    const bool is_route = kind == CallScopes::Kind::kRoute;
    StatsRow& row = list.Table(is_route ? "vhost.route." : "vhost.vcluster.")
                        .Row("vhost.", {virtual_host, "envoy_virtual_host"},
                             is_route ? ".route." : ".vcluster.",
                             {name, is_route ? "envoy_route" : "envoy_virtual_cluster"}, ".");
    row.Keep(stats);
    row.Counter("upstream_rq_total", stats->Sum(&CallStats::rq_total));
    row.Counter("upstream_rq_timeout", stats->Sum(&CallStats::rq_timeout));
    stats->ForEach([&row](const CallStats& of_worker) {
      AddResponses(of_worker.responses, row);
      row.AddHistogram("upstream_rq_time", of_worker.responses.time);
    });
  });
}

}  // namespace fairlead::server::admin
