#ifndef FAIRLEAD_DATAPLANE_OBSERVE_STATS_PRINTER_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_STATS_PRINTER_H_

// A StatsList as text, piece by piece, so that the numbers of ten thousand clusters need not be in
// memory as text at once.
//
//     auto printer = MakeStatsPrinter(StatsFormat::kText, std::move(list), selection);
//     while (printer->Print(64 * 1024, out)) Send(out);      // and what is left
//
// Text and JSON are Envoy's /stats: texts first, then numbers, then histograms with their
// quantiles. There is no flush interval here, so that the interval's part of a quantile is "nan"
// (null), as Envoy prints it when nothing came in the interval. Prometheus: text format 0.0.4;
// histograms with Envoy's default bounds, those without a value left out.
//
// Thread: one. Cost: some 50 ns a line.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "dataplane/observe/stats_list.h"
#include "re2/re2.h"

namespace fairlead::observe {

enum class StatsFormat : uint8_t { kText, kJson, kPrometheus };

// How text shows histograms.
enum class HistogramFormat : uint8_t { kQuantiles, kCumulative, kDisjoint };

// Which numbers are wanted: all, unless it says less.
struct StatsSelection {
  // Found anywhere in the name; null: none.
  std::shared_ptr<const re2::RE2> filter;
  // Only what is not 0 (not empty).
  bool used_only = false;
  std::optional<StatsType> type;
  HistogramFormat histograms = HistogramFormat::kQuantiles;

  bool Wants(std::string_view prefix, std::string_view name, StatsType of_type, bool is_used) const;
};

class StatsPrinter {
 public:
  virtual ~StatsPrinter() = default;
  // Appends until `out` has at least `wanted` bytes. False: that was all.
  virtual bool Print(size_t wanted, std::string& out) = 0;
};

std::unique_ptr<StatsPrinter> MakeStatsPrinter(StatsFormat format, StatsList list,
                                               StatsSelection selection);

// All at once.
std::string PrintStats(StatsFormat format, StatsList list, StatsSelection selection = {});

// How printers see a histogram; for their use.
inline constexpr double kStatsQuantiles[] = {0, .25, .5, .75, .9, .95, .99, .995, .999, 1};
inline constexpr double kStatsBounds[] = {0.5,   1,      5,      10,      25,     50,    100,
                                          250,   500,    1000,   2500,    5000,   10000, 30000,
                                          60000, 300000, 600000, 1800000, 3600000};
HistogramSums SumOf(const StatsRow::HistogramColumn& histogram);
std::unique_ptr<StatsPrinter> MakePrometheusPrinter(StatsList list, StatsSelection selection);

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_STATS_PRINTER_H_
