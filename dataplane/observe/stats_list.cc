#include "dataplane/observe/stats_list.h"

#include <algorithm>
#include <utility>

namespace fairlead::observe {
namespace {

// In a label's value: backslash, quote and line break. Other bytes may be anything.
void AppendLabel(std::string_view name, std::string_view value, std::string& out) {
  if (name.empty()) return;
  if (!out.empty()) out += ',';
  StrAppend(&out, name, "=\"");
  for (const char c : value) {
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '"':
        out += "\\\"";
        break;
      case '\n':
        out += "\\n";
        break;
      default:
        out += c;
    }
  }
  out += '"';
}

}  // namespace

std::string StatsNamePart(std::string_view owner) {
  std::string part(owner);
  for (char& c : part) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == ':') c = '_';
  }
  return part;
}

StatsRow::Extra& StatsRow::FindExtra(std::string_view name, StatsType type,
                                     const StatsMember& member) {
  for (Extra& extra : extras_) {
    if (extra.name == name) return extra;
  }
  Extra& extra = extras_.emplace_back();
  extra.name = std::string(name);
  extra.type = type;
  extra.family = std::string(member.family);
  extra.label = member.label;
  extra.label_value = std::string(member.value);
  return extra;
}

void StatsRow::Counter(std::string_view metric, uint64_t value, const StatsMember& member) {
  FindExtra(metric, StatsType::kCounter, member).value += static_cast<int64_t>(value);
}

void StatsRow::Gauge(std::string_view metric, int64_t value, const StatsMember& member) {
  FindExtra(metric, StatsType::kGauge, member).value += value;
}

void StatsRow::Text(std::string_view metric, std::string_view text) {
  FindExtra(metric, StatsType::kText, {}).text = std::string(text);
}

void StatsRow::AddHistogram(std::string_view metric, const Histogram& histogram) {
  for (HistogramColumn& column : histograms_) {
    if (column.name == metric) return column.of_workers.push_back(&histogram);
  }
  histograms_.push_back({metric, {&histogram}});
}

StatsRow& StatsTable::Find(std::string prefix) {
  StatsRow*& row = by_prefix_[prefix];
  if (row == nullptr) {
    row = &rows_.emplace_back();
    row->prefix_ = std::move(prefix);
    row->values_.resize(metrics_.size());
  }
  return *row;
}

StatsRow& StatsTable::Row(std::string_view before, std::string_view owner, std::string_view after,
                          std::string_view label) {
  StatsRow& row = Find(StrCat(before, StatsNamePart(owner), after));
  if (row.labels_.empty()) AppendLabel(label, owner, row.labels_);
  return row;
}

StatsRow& StatsTable::Row(std::string_view before, const Owner& first, std::string_view between,
                          const Owner& second, std::string_view after) {
  StatsRow& row =
      Find(StrCat(before, StatsNamePart(first.name), between, StatsNamePart(second.name), after));
  if (row.labels_.empty()) {
    AppendLabel(second.label, second.name, row.labels_);
    AppendLabel(first.label, first.name, row.labels_);
  }
  return row;
}

void StatsTable::SortRows() {
  by_prefix_.clear();
  std::sort(rows_.begin(), rows_.end(),
            [](const StatsRow& a, const StatsRow& b) { return a.prefix_ < b.prefix_; });
}

StatsTable& StatsList::Table(std::string_view family, std::span<const StatsMetric> metrics) {
  for (StatsTable& table : tables_) {
    if (table.family() == family) return table;
  }
  return tables_.emplace_back(family, metrics);
}

StatsRow& StatsList::Single(std::string_view prefix) {
  return Table(prefix).Row(prefix, {}, {}, {});
}

void StatsList::Finish() {
  for (StatsTable& table : tables_) table.SortRows();
}

}  // namespace fairlead::observe
