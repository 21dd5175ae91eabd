// Prometheus's text format: the lines of a family stand together, so that tables are printed column
// by column.

#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "dataplane/base/strings.h"
#include "dataplane/observe/stats_printer.h"

namespace fairlead::observe {
namespace {

std::string MetricName(std::string_view table, std::string_view family) {
  std::string name = StrCat("envoy_", table, family);
  for (char& c : name) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
}

std::string_view TypeName(StatsType type) {
  switch (type) {
    case StatsType::kCounter:
      return "counter";
    case StatsType::kHistogram:
      return "histogram";
    default:
      return "gauge";
  }
}

class PrometheusPrinter final : public StatsPrinter {
 public:
  PrometheusPrinter(StatsList list, StatsSelection selection)
      : list_(std::move(list)), selection_(std::move(selection)) {
    for (const StatsTable& table : list_.tables()) AddFamilies(table);
    for (auto& [key, family] : by_name_) families_.push_back(&family);
  }

  bool Print(size_t wanted, std::string& out) override {
    while (out.size() < wanted) {
      if (family_ == families_.size()) return false;
      Family& family = *families_[family_];
      if (row_ == family.table->rows().size()) {
        row_ = 0;
        ++family_;
        continue;
      }
      PrintRow(family, family.table->rows()[row_++], out);
    }
    return true;
  }

 private:
  // One family, which is of one table.
  struct Family {
    const StatsTable* table = nullptr;
    StatsType type = StatsType::kCounter;
    // "cluster.upstream_rq_xx", and the part of it that the table knows.
    std::string metric;
    std::string name;
    std::vector<size_t> columns;
    bool has_head = false;
  };

  Family& Find(const StatsTable& table, StatsType type, std::string_view name) {
    const std::string metric = MetricName(table.family(), name);
    Family& family = by_name_[{type, metric, table.family()}];
    if (family.table == nullptr) family = {&table, type, metric, std::string(name), {}, false};
    return family;
  }

  void AddFamilies(const StatsTable& table) {
    for (size_t i = 0; i < table.metrics().size(); ++i) {
      const StatsMetric& metric = table.metrics()[i];
      const std::string_view name =
          metric.member.family.empty() ? metric.name : metric.member.family;
      Find(table, metric.type, name).columns.push_back(i);
    }
    for (const StatsRow& row : table.rows()) {
      for (const StatsRow::Extra& extra : row.extras()) {
        if (extra.type == StatsType::kText) continue;
        Find(table, extra.type, extra.family.empty() ? extra.name : extra.family);
      }
      for (const StatsRow::HistogramColumn& histogram : row.histograms()) {
        Find(table, StatsType::kHistogram, histogram.name);
      }
    }
  }

  void Head(Family& family, std::string& out) const {
    if (std::exchange(family.has_head, true)) return;
    StrAppend(&out, "# HELP ", family.metric, " ", family.table->family(), family.name, "\n",
              "# TYPE ", family.metric, " ", TypeName(family.type), "\n");
  }

  void PrintRow(Family& family, const StatsRow& row, std::string& out) const {
    if (family.type == StatsType::kHistogram) return PrintHistogram(family, row, out);
    for (const size_t i : family.columns) {
      const StatsMetric& metric = family.table->metrics()[i];
      const int64_t value = row.values()[i];
      if (!selection_.Wants(row.prefix(), metric.name, metric.type, value != 0)) continue;
      Line(family, row, metric.member.label, metric.member.value, value, out);
    }
    for (const StatsRow::Extra& extra : row.extras()) {
      if (extra.type != family.type) continue;
      if ((extra.family.empty() ? extra.name : extra.family) != family.name) continue;
      if (!selection_.Wants(row.prefix(), extra.name, extra.type, extra.value != 0)) continue;
      Line(family, row, extra.label, extra.label_value, extra.value, out);
    }
  }

  void Line(Family& family, const StatsRow& row, std::string_view label, std::string_view value,
            int64_t number, std::string& out) const {
    Head(family, out);
    StrAppend(&out, family.metric, "{");
    if (!label.empty()) {
      StrAppend(&out, label, "=\"", value, row.labels().empty() ? "\"" : "\",");
    }
    StrAppend(&out, row.labels(), "} ", number, "\n");
  }

  void PrintHistogram(Family& family, const StatsRow& row, std::string& out) const {
    for (const StatsRow::HistogramColumn& histogram : row.histograms()) {
      if (histogram.name != family.name) continue;
      const HistogramSums sums = SumOf(histogram);
      if (sums.count == 0 ||
          !selection_.Wants(row.prefix(), histogram.name, StatsType::kHistogram, true)) {
        continue;
      }
      Head(family, out);
      const std::string_view comma = row.labels().empty() ? "" : ",";
      for (const double bound : kStatsBounds) {
        StrAppend(&out, family.metric, "_bucket{", row.labels(), comma, "le=\"");
        absl::StrAppendFormat(&out, "%.10g", bound);
        StrAppend(&out, "\"} ", sums.CountUpTo(bound), "\n");
      }
      StrAppend(&out, family.metric, "_bucket{", row.labels(), comma, "le=\"+Inf\"} ", sums.count,
                "\n");
      StrAppend(&out, family.metric, "_sum{", row.labels(), "} ", sums.sum, "\n");
      StrAppend(&out, family.metric, "_count{", row.labels(), "} ", sums.count, "\n");
    }
  }

  const StatsList list_;
  const StatsSelection selection_;
  // By type, name, and the table's family.
  std::map<std::tuple<StatsType, std::string, std::string>, Family> by_name_;
  std::vector<Family*> families_;
  size_t family_ = 0;
  size_t row_ = 0;
};

}  // namespace

std::unique_ptr<StatsPrinter> MakePrometheusPrinter(StatsList list, StatsSelection selection) {
  return std::make_unique<PrometheusPrinter>(std::move(list), std::move(selection));
}

}  // namespace fairlead::observe
