#include "dataplane/observe/stats_printer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_format.h"
#include "dataplane/base/strings.h"
#include "dataplane/observe/escape.h"

namespace fairlead::observe {
namespace {

constexpr std::array<std::string_view, std::size(kStatsQuantiles)> kQuantileNames = {
    "P0", "P25", "P50", "P75", "P90", "P95", "P99", "P99.5", "P99.9", "P100"};

// As Envoy writes them: without digits that say nothing.
void AppendNumber(double number, std::string& out) { absl::StrAppendFormat(&out, "%.10g", number); }

// What text and JSON have in common: the order of things.
class RowPrinter : public StatsPrinter {
 public:
  RowPrinter(StatsList list, StatsSelection selection)
      : selection_(std::move(selection)), list_(std::move(list)) {}

  bool Print(size_t wanted, std::string& out) final {
    if (phase_ == Phase::kBegin) {
      Begin(out);
      phase_ = Phase::kTexts;
    }
    while (out.size() < wanted) {
      if (table_ == list_.tables().size()) {
        table_ = 0;
        phase_ = static_cast<Phase>(static_cast<int>(phase_) + 1);
        if (phase_ == Phase::kHistograms) BeginHistograms(out);
        if (phase_ == Phase::kEnd) {
          End(out);
          return false;
        }
        continue;
      }
      const StatsTable& table = list_.tables()[table_];
      if (row_ == table.rows().size()) {
        row_ = 0;
        ++table_;
        continue;
      }
      PrintRow(table, table.rows()[row_++], out);
    }
    return true;
  }

 protected:
  virtual void Begin(std::string&) {}
  virtual void Text(const StatsRow& row, std::string_view name, std::string_view text,
                    std::string& out) = 0;
  virtual void Number(const StatsRow& row, std::string_view name, int64_t value,
                      std::string& out) = 0;
  virtual void BeginHistograms(std::string&) {}
  virtual void OneHistogram(const StatsRow& row, std::string_view name, const HistogramSums& sums,
                            std::string& out) = 0;
  virtual void End(std::string&) {}

  const StatsSelection selection_;

 private:
  enum class Phase : uint8_t { kBegin, kTexts, kNumbers, kHistograms, kEnd };

  void PrintRow(const StatsTable& table, const StatsRow& row, std::string& out) {
    switch (phase_) {
      case Phase::kTexts:
        for (const StatsRow::Extra& extra : row.extras()) {
          if (extra.type == StatsType::kText &&
              selection_.Wants(row.prefix(), extra.name, StatsType::kText, !extra.text.empty())) {
            Text(row, extra.name, extra.text, out);
          }
        }
        break;
      case Phase::kNumbers:
        PrintNumbers(table, row, out);
        break;
      default:
        for (const StatsRow::HistogramColumn& histogram : row.histograms()) {
          const HistogramSums sums = SumOf(histogram);
          if (selection_.Wants(row.prefix(), histogram.name, StatsType::kHistogram,
                               sums.count > 0)) {
            OneHistogram(row, histogram.name, sums, out);
          }
        }
    }
  }
  void PrintNumbers(const StatsTable& table, const StatsRow& row, std::string& out) {
    for (size_t i = 0; i < row.values().size(); ++i) {
      const StatsMetric& metric = table.metrics()[i];
      const int64_t value = row.values()[i];
      if (selection_.Wants(row.prefix(), metric.name, metric.type, value != 0)) {
        Number(row, metric.name, value, out);
      }
    }
    for (const StatsRow::Extra& extra : row.extras()) {
      if (extra.type != StatsType::kText &&
          selection_.Wants(row.prefix(), extra.name, extra.type, extra.value != 0)) {
        Number(row, extra.name, extra.value, out);
      }
    }
  }

  const StatsList list_;
  Phase phase_ = Phase::kBegin;
  size_t table_ = 0;
  size_t row_ = 0;
};

class TextPrinter final : public RowPrinter {
 public:
  using RowPrinter::RowPrinter;

 private:
  void Text(const StatsRow& row, std::string_view name, std::string_view text,
            std::string& out) override {
    StrAppend(&out, row.prefix(), name, ": \"", text, "\"\n");
  }
  void Number(const StatsRow& row, std::string_view name, int64_t value,
              std::string& out) override {
    StrAppend(&out, row.prefix(), name, ": ", value, "\n");
  }
  void OneHistogram(const StatsRow& row, std::string_view name, const HistogramSums& sums,
                    std::string& out) override {
    StrAppend(&out, row.prefix(), name, ":");
    if (sums.count == 0) {
      out += " No recorded values";
    } else if (selection_.histograms == HistogramFormat::kQuantiles) {
      for (size_t i = 0; i < kQuantileNames.size(); ++i) {
        StrAppend(&out, " ", kQuantileNames[i], "(nan,");
        AppendNumber(sums.Quantile(kStatsQuantiles[i]), out);
        out += ')';
      }
    } else {
      AppendBuckets(sums, out);
    }
    out += '\n';
  }
  void AppendBuckets(const HistogramSums& sums, std::string& out) const {
    uint64_t before = 0;
    for (const double bound : kStatsBounds) {
      const uint64_t count = sums.CountUpTo(bound);
      out += " B";
      AppendNumber(bound, out);
      const bool is_disjoint = selection_.histograms == HistogramFormat::kDisjoint;
      StrAppend(&out, "(0,", is_disjoint ? count - before : count, ")");
      before = count;
    }
  }
};

class JsonPrinter final : public RowPrinter {
 public:
  using RowPrinter::RowPrinter;

 private:
  void Begin(std::string& out) override { out += "{\"stats\":["; }
  void Key(const StatsRow& row, std::string_view name, std::string& out) {
    out += std::exchange(is_first_, false) ? "{\"name\":" : ",{\"name\":";
    AppendJsonString(StrCat(row.prefix(), name), out);
  }
  void Text(const StatsRow& row, std::string_view name, std::string_view text,
            std::string& out) override {
    Key(row, name, out);
    out += ",\"value\":";
    AppendJsonString(text, out);
    out += '}';
  }
  void Number(const StatsRow& row, std::string_view name, int64_t value,
              std::string& out) override {
    Key(row, name, out);
    StrAppend(&out, ",\"value\":", value, "}");
  }
  void OneHistogram(const StatsRow& row, std::string_view name, const HistogramSums& sums,
                    std::string& out) override {
    if (!std::exchange(has_histograms_, true)) {
      out += is_first_ ? "{\"histograms\":{" : ",{\"histograms\":{";
      out += "\"supported_quantiles\":[0,25,50,75,90,95,99,99.5,99.9,100],\"computed_quantiles\":[";
      is_first_ = true;
    }
    Key(row, name, out);
    out += ",\"values\":[";
    for (size_t i = 0; i < std::size(kStatsQuantiles); ++i) {
      out += i == 0 ? "{\"interval\":null,\"cumulative\":" : ",{\"interval\":null,\"cumulative\":";
      if (sums.count == 0) {
        out += "null";
      } else {
        AppendNumber(sums.Quantile(kStatsQuantiles[i]), out);
      }
      out += '}';
    }
    out += "]}";
  }
  void End(std::string& out) override { out += has_histograms_ ? "]}}]}\n" : "]}\n"; }

  bool is_first_ = true;
  bool has_histograms_ = false;
};

}  // namespace

bool StatsSelection::Wants(std::string_view prefix, std::string_view name, StatsType of_type,
                           bool is_used) const {
  if (used_only && !is_used) return false;
  if (type.has_value() && *type != of_type) return false;
  if (filter == nullptr) return true;
  const std::string full = StrCat(prefix, name);
  return re2::RE2::PartialMatch(full, *filter);
}

HistogramSums SumOf(const StatsRow::HistogramColumn& histogram) {
  HistogramSums sums;
  for (const Histogram* of_worker : histogram.of_workers) of_worker->AddTo(sums);
  return sums;
}

std::unique_ptr<StatsPrinter> MakeStatsPrinter(StatsFormat format, StatsList list,
                                               StatsSelection selection) {
  switch (format) {
    case StatsFormat::kText:
      return std::make_unique<TextPrinter>(std::move(list), std::move(selection));
    case StatsFormat::kJson:
      return std::make_unique<JsonPrinter>(std::move(list), std::move(selection));
    case StatsFormat::kPrometheus:
      break;
  }
  return MakePrometheusPrinter(std::move(list), std::move(selection));
}

std::string PrintStats(StatsFormat format, StatsList list, StatsSelection selection) {
  std::string out;
  const auto printer = MakeStatsPrinter(format, std::move(list), std::move(selection));
  while (printer->Print(out.size() + 1, out)) {
  }
  return out;
}

}  // namespace fairlead::observe
