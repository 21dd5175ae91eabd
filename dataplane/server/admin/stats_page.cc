#include "dataplane/server/admin/stats_page.h"

#include <utility>

#include "dataplane/base/strings.h"
#include "dataplane/observe/prometheus_text.h"
#include "dataplane/observe/stats_text.h"
#include "dataplane/server/admin/collect_stats.h"

namespace fairlead::server::admin {
namespace {

constexpr std::string_view kPrometheusType = "text/plain; version=0.0.4; charset=utf-8";

AdminReply StatsPage(const AdminSource& source, const HealthOverride& health,
                     const AdminRequest& request, std::string_view format) {
  const auto selection = StatsSelection::Parse(request);
  if (!selection.ok()) return BadRequest(ToStd(selection.status().message()));
  if (format != "text" && format != "json" && format != "prometheus") {
    return BadRequest("format: allowed are text, json and prometheus");
  }
  const Stats stats = CollectStats(source, health.StateOf(source), *selection);
  if (format == "json") {
    return {.body = observe::StatsJson(stats.numbers), .content_type = kJsonType};
  }
  if (format == "prometheus") {
    return {.body = observe::PrometheusText(stats.numbers), .content_type = kPrometheusType};
  }
  AdminReply reply;
  for (const auto& [name, text] : stats.texts) {
    StrAppend(&reply.body, name, ": \"", text, "\"\n");
  }
  reply.body += observe::StatsText(stats.numbers);
  return reply;
}

}  // namespace

void AddStatsPages(const AdminSource& source, std::shared_ptr<const HealthOverride> health,
                   std::vector<AdminPage>& pages) {
  const std::vector<AdminPage::Parameter> common = {
      {"filter", "only names in which this regular expression is found"},
      {"usedonly", "only what is not 0 (no value)"},
      {"type", "All (default), Counters, Gauges, TextReadouts"},
      {"histogram_buckets", "accepted; there are no histograms"}};
  std::vector<AdminPage::Parameter> with_format = common;
  with_format.push_back({"format", "text (default), json or prometheus"});
  pages.push_back({.path = "/stats",
                   .help = "statistics",
                   .parameters = std::move(with_format),
                   .handler = [&source, health](const AdminRequest& request) {
                     return StatsPage(source, *health, request,
                                      request.Find("format").value_or("text"));
                   }});
  pages.push_back({.path = "/stats/prometheus",
                   .help = "statistics in the text format of Prometheus",
                   .parameters = common,
                   .handler = [&source, health](const AdminRequest& request) {
                     return StatsPage(source, *health, request, "prometheus");
                   }});
}

}  // namespace fairlead::server::admin
