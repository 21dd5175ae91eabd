#ifndef FAIRLEAD_DATAPLANE_OBSERVE_STATS_LIST_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_STATS_LIST_H_

// The numbers of the process at one moment, collected scope by scope, to be printed.
//
//     StatsList list;
//     StatsScope cluster = list.Scope("cluster", "envoy_cluster_name", "backend");
//     cluster.Counter("upstream_rq_total", n);                // cluster.backend.upstream_rq_total
//     cluster.Counter("upstream_rq_2xx", n, {"upstream_rq_xx", "envoy_response_code_class", "2"});
//     StatsScope server = list.Scope("server");
//     server.Gauge("uptime", seconds);                        // server.uptime
//     list.Finish();
//
// Values given twice for one name (by each worker) are added up. Printed by stats_text.h and
// prometheus_text.h. Thread: one. Names of metrics and labels are literals; owners are copied.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::observe {

struct StatsLabel {
  std::string_view name;
  std::string value;
};

struct StatsSample {
  enum class Type : uint8_t { kCounter, kGauge };

  // "cluster.backend.upstream_rq_total".
  std::string name;
  // The name without what the labels say, as Prometheus has it: "cluster.upstream_rq_total".
  std::string family;
  std::vector<StatsLabel> labels;
  Type type = Type::kCounter;
  int64_t value = 0;
};

class StatsList;

// Fills a list; does not outlive it.
class StatsScope {
 public:
  // A metric that is one of a family by a label of its own.
  struct Member {
    std::string_view family;
    std::string_view label;
    std::string_view value;
  };

  void Counter(std::string_view metric, uint64_t value, const Member& member = {});
  void Gauge(std::string_view metric, int64_t value, const Member& member = {});

 private:
  friend class StatsList;
  StatsScope(StatsList& list, std::string_view kind, std::string_view label,
             std::string_view owner);
  void Add(std::string_view metric, StatsSample::Type type, int64_t value, const Member& member);

  StatsList& list_;
  const std::string_view label_;
  const std::string owner_;
  // With their dots.
  std::string prefix_;
  std::string family_prefix_;
};

class StatsList {
 public:
  // `owner` is a configured name, and the value of `label`; both empty: there is one such scope.
  // What could break a line or a name in two (control bytes, ':') is replaced in names by '_', as
  // in Envoy; labels keep it.
  StatsScope Scope(std::string_view kind, std::string_view label = {}, std::string_view owner = {});
  // Sorts the samples by name and adds up those of one name.
  void Finish();
  const std::vector<StatsSample>& samples() const { return samples_; }

 private:
  friend class StatsScope;
  std::vector<StatsSample> samples_;
};

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_STATS_LIST_H_
