#ifndef FAIRLEAD_DATAPLANE_OBSERVE_STATS_LIST_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_STATS_LIST_H_

// The numbers of the process at one moment, collected scope by scope, to be printed
// (stats_printer.h).
//
//     StatsList list;
//     StatsTable& clusters = list.Table("cluster.", kClusterMetrics);
//     StatsRow& row = clusters.Row("cluster.", "backend", ".", "envoy_cluster_name");
//     row.values()[0] += n;                       // cluster.backend.<kClusterMetrics[0].name>
//     row.Counter("upstream_rq_204", m, {"upstream_rq", "envoy_response_code", "204"});
//     list.Single("server.").Gauge("uptime", seconds);                   // server.uptime
//
// A table holds the scopes of one kind; what all of them have is a column, so that a scope costs a
// name and its numbers, however many there are. A row that is asked for again is the same one, and
// numbers of one name are added up. Names of columns and labels are literals.
//
// Thread: one.

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dataplane/base/strings.h"
#include "dataplane/observe/histogram.h"

namespace fairlead::observe {

enum class StatsType : uint8_t { kCounter, kGauge, kText, kHistogram };

// A metric that for Prometheus is one of a family by a label of its own.
struct StatsMember {
  std::string_view family;
  std::string_view label;
  std::string_view value;
};

struct StatsMetric {
  std::string_view name;
  StatsType type = StatsType::kCounter;
  StatsMember member = {};
};

// One scope.
class StatsRow {
 public:
  // Of the table's columns.
  std::span<int64_t> values() { return values_; }
  std::span<const int64_t> values() const { return values_; }

  // What is no column.
  void Counter(std::string_view metric, uint64_t value, const StatsMember& member = {});
  void Gauge(std::string_view metric, int64_t value, const StatsMember& member = {});
  void Text(std::string_view metric, std::string_view text);
  // One worker's; it is read when it is printed, so that somebody must keep it until then.
  void AddHistogram(std::string_view metric, const Histogram& histogram);
  // Lives as long as the row.
  void Keep(std::shared_ptr<const void> owner) { kept_.push_back(std::move(owner)); }

  struct Extra {
    std::string name;
    StatsType type;
    int64_t value = 0;
    std::string text;
    // Empty: the name.
    std::string family;
    std::string_view label;
    std::string label_value;
  };
  struct HistogramColumn {
    std::string_view name;
    std::vector<const Histogram*> of_workers;
  };
  // "cluster.backend.".
  const std::string& prefix() const { return prefix_; }
  // As Prometheus has them, without braces: `envoy_cluster_name="backend"`.
  const std::string& labels() const { return labels_; }
  const std::vector<Extra>& extras() const { return extras_; }
  const std::vector<HistogramColumn>& histograms() const { return histograms_; }

 private:
  friend class StatsTable;
  Extra& FindExtra(std::string_view name, StatsType type, const StatsMember& member);

  std::string prefix_;
  std::string labels_;
  std::vector<int64_t> values_;
  std::vector<Extra> extras_;
  std::vector<HistogramColumn> histograms_;
  std::vector<std::shared_ptr<const void>> kept_;
};

class StatsTable {
 public:
  StatsTable(std::string_view family, std::span<const StatsMetric> metrics)
      : family_(family), metrics_(metrics) {}

  // The row whose names begin with before + owner + after. `owner` is a configured name; what could
  // break a line or a name in two (control bytes, ':') is replaced in names by '_', as in Envoy;
  // labels keep it. Without a label the owner is part of names only.
  StatsRow& Row(std::string_view before, std::string_view owner, std::string_view after,
                std::string_view label);
  // With a second owner and label.
  struct Owner {
    std::string_view name;
    std::string_view label;
  };
  StatsRow& Row(std::string_view before, const Owner& first, std::string_view between,
                const Owner& second, std::string_view after);

  // What Prometheus's names begin with, before the metric's: "cluster.".
  const std::string& family() const { return family_; }
  std::span<const StatsMetric> metrics() const { return metrics_; }
  const std::deque<StatsRow>& rows() const { return rows_; }
  void SortRows();
  template <typename Visit>
  void ForEachCounter(Visit& visit);

 private:
  StatsRow& Find(std::string prefix);

  const std::string family_;
  const std::span<const StatsMetric> metrics_;
  std::deque<StatsRow> rows_;
  StringMap<StatsRow*> by_prefix_;
};

class StatsList {
 public:
  // The table of that family; the columns are those of the first call.
  StatsTable& Table(std::string_view family, std::span<const StatsMetric> metrics = {});
  // The one scope of a kind: "server.".
  StatsRow& Single(std::string_view prefix);
  const std::deque<StatsTable>& tables() const { return tables_; }
  // Sorts the rows of each table. None may be added afterwards.
  void Finish();
  // Calls `visit(prefix, name, value)`, which may change the value.
  template <typename Visit>
  void ForEachCounter(Visit visit);

 private:
  std::deque<StatsTable> tables_;
};

template <typename Visit>
void StatsTable::ForEachCounter(Visit& visit) {
  for (StatsRow& row : rows_) {
    for (size_t i = 0; i < metrics_.size(); ++i) {
      if (metrics_[i].type == StatsType::kCounter) {
        visit(row.prefix_, metrics_[i].name, row.values_[i]);
      }
    }
    for (StatsRow::Extra& extra : row.extras_) {
      if (extra.type == StatsType::kCounter) visit(row.prefix_, extra.name, extra.value);
    }
  }
}

template <typename Visit>
void StatsList::ForEachCounter(Visit visit) {
  for (StatsTable& table : tables_) table.ForEachCounter(visit);
}

// Names and texts of others for a format of lines.
std::string StatsNamePart(std::string_view owner);

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_STATS_LIST_H_
