#include "dataplane/server/admin/stats_page.h"

#include <optional>
#include <string>
#include <utility>

#include "dataplane/base/strings.h"
#include "dataplane/codec/body.h"
#include "dataplane/server/admin/collect_stats.h"
#include "dataplane/server/admin/stats_baseline.h"

namespace fairlead::server::admin {
namespace {

using observe::StatsFormat;

constexpr std::string_view kPrometheusType = "text/plain; version=0.0.4; charset=utf-8";
// What is printed at once; the main loop does other things in between.
constexpr size_t kPieceBytes = 64 * 1024;

// The statistics as the body of a response.
class StatsBody final : public codec::BodyReader {
 public:
  explicit StatsBody(std::unique_ptr<observe::StatsPrinter> printer)
      : printer_(std::move(printer)) {}

  bool TryRead(codec::BodyPiece& piece) override {
    text_.clear();
    if (has_more_) has_more_ = printer_->Print(kPieceBytes, text_);
    piece.kind = text_.empty() ? codec::BodyPiece::Kind::kEnd : codec::BodyPiece::Kind::kData;
    piece.data = text_.empty() ? net::Slice() : net::Slice::Copy(text_);
    if (piece.data.empty() && !text_.empty()) piece.kind = codec::BodyPiece::Kind::kFailed;
    return true;
  }
  event::Task<codec::BodyPiece> Read() override {
    codec::BodyPiece piece;
    TryRead(piece);
    co_return piece;
  }

 private:
  const std::unique_ptr<observe::StatsPrinter> printer_;
  std::string text_;
  bool has_more_ = true;
};

std::optional<StatsFormat> FormatOf(std::string_view name) {
  if (name == "text") return StatsFormat::kText;
  if (name == "json") return StatsFormat::kJson;
  if (name == "prometheus") return StatsFormat::kPrometheus;
  return std::nullopt;
}

std::string_view ContentType(StatsFormat format) {
  switch (format) {
    case StatsFormat::kJson:
      return kJsonType;
    case StatsFormat::kPrometheus:
      return kPrometheusType;
    default:
      return kTextType;
  }
}

AdminReply StatsPage(AdminSource& source, const HealthOverride& health,
                     const StatsBaseline& baseline, const AdminRequest& request,
                     std::string_view format_name) {
  auto selection = ParseStatsSelection(request);
  if (!selection.ok()) return BadRequest(ToStd(selection.status().message()));
  const std::optional<StatsFormat> format = FormatOf(format_name);
  if (!format.has_value()) return BadRequest("format: allowed are text, json and prometheus");
  observe::StatsList list = CollectStats(source, health.StateOf(source));
  baseline.SubtractFrom(list);
  return {.content_type = ContentType(*format),
          .stream = std::make_unique<StatsBody>(
              observe::MakeStatsPrinter(*format, std::move(list), *std::move(selection)))};
}

}  // namespace

void AddStatsPages(AdminSource& source, std::shared_ptr<const HealthOverride> health,
                   std::vector<AdminPage>& pages) {
  const std::vector<AdminPage::Parameter> common = {
      {"filter", "only names in which this regular expression is found"},
      {"usedonly", "only what is not 0 (no value)"},
      {"type", "All (default), Counters, Gauges, TextReadouts, Histograms"},
      {"histogram_buckets", "none (default: quantiles), cumulative, disjoint"}};
  std::vector<AdminPage::Parameter> with_format = common;
  with_format.push_back({"format", "text (default), json or prometheus"});
  const auto baseline = std::make_shared<StatsBaseline>();
  pages.push_back({.path = "/reset_counters",
                   .changes_state = true,
                   .help = "counters begin at 0 again, as far as /stats shows them",
                   .handler = [&source, health, baseline](const AdminRequest&) {
                     baseline->Take(CollectStats(source, health->StateOf(source)));
                     return AdminReply{.body = "OK\n"};
                   }});
  pages.push_back({.path = "/stats",
                   .help = "statistics",
                   .parameters = std::move(with_format),
                   .handler = [&source, health, baseline](const AdminRequest& request) {
                     return StatsPage(source, *health, *baseline, request,
                                      request.Find("format").value_or("text"));
                   }});
  pages.push_back({.path = "/stats/prometheus",
                   .help = "statistics in the text format of Prometheus",
                   .parameters = common,
                   .handler = [&source, health, baseline](const AdminRequest& request) {
                     return StatsPage(source, *health, *baseline, request, "prometheus");
                   }});
}

}  // namespace fairlead::server::admin
