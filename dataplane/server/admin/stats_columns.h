#ifndef FAIRLEAD_DATAPLANE_SERVER_ADMIN_STATS_COLUMNS_H_
#define FAIRLEAD_DATAPLANE_SERVER_ADMIN_STATS_COLUMNS_H_

// How a struct of counters becomes the columns of a table: a constexpr array of names and getters.
// Thread: any.

#include <array>
#include <cstddef>
#include <cstdint>

#include "dataplane/observe/counter.h"
#include "dataplane/observe/stats_list.h"

namespace fairlead::server::admin {

template <typename Stats>
struct StatsColumn {
  observe::StatsMetric metric;
  int64_t (*get)(const Stats& stats);
};

inline int64_t Number(const observe::Counter& counter) {
  return static_cast<int64_t>(counter.value());
}
inline int64_t Number(const observe::Gauge& gauge) { return gauge.value(); }

template <typename Field>
struct FieldOwner;
template <typename Stats, typename Value>
struct FieldOwner<Value Stats::*> {
  using Type = Stats;
};
template <auto field>
int64_t Get(const typename FieldOwner<decltype(field)>::Type& stats) {
  return Number(stats.*field);
}

template <typename Stats, size_t n>
constexpr std::array<observe::StatsMetric, n> MetricsOf(
    const std::array<StatsColumn<Stats>, n>& columns) {
  std::array<observe::StatsMetric, n> metrics;
  for (size_t i = 0; i < n; ++i) metrics[i] = columns[i].metric;
  return metrics;
}

template <typename Stats, size_t n>
void AddColumns(const std::array<StatsColumn<Stats>, n>& columns, const Stats& stats,
                observe::StatsRow& row) {
  for (size_t i = 0; i < n; ++i) row.values()[i] += columns[i].get(stats);
}

}  // namespace fairlead::server::admin

#endif  // FAIRLEAD_DATAPLANE_SERVER_ADMIN_STATS_COLUMNS_H_
