#ifndef FAIRLEAD_DATAPLANE_OBSERVE_COUNTER_SETS_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_COUNTER_SETS_H_

// The counters of filters, by their scopes: how a filter of a new configuration goes on counting
// where that of the old one stopped, and how they are found when they are printed.
//
//     struct Stats {
//       observe::Counter ok;
//       observe::Counter rate_limited;
//       static constexpr std::array<observe::NamedCounter<Stats>, 2> kNames = {
//           {{"ok", &Stats::ok}, {"rate_limited", &Stats::rate_limited}}};
//     };
//     // When the filter is compiled; the filter keeps it.
//     std::shared_ptr<PerWorker<Stats>> stats = sets.Get<Stats>(scope);
//     // On the path of a request: no lock, no shared line.
//     stats->Of(stream.worker).ok.Add();
//
// A set lives as long as a filter (of any configuration) holds it. Thread: any; Get and ForEach
// take a lock.

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <typeindex>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/observe/per_worker.h"

namespace fairlead::observe {

// What the names of a set begin with. "http." + "ingress" + ".api_key_auth." for
// {"http.", "ingress", "api_key_auth.", "envoy_http_conn_manager_prefix"}; Prometheus leaves the
// owner out and has it as the value of `label`.
struct CounterScope {
  std::string_view before;
  std::string_view owner;
  std::string_view after;
  std::string_view label;
};

template <typename Stats>
struct NamedCounter {
  std::string_view name;
  Counter Stats::* field;
};

class CounterSets {
 public:
  explicit CounterSets(uint32_t workers) : workers_(workers) {}

  // The set of that scope; the literals of the scope outlive this object. A scope has one type.
  template <typename Stats>
  std::shared_ptr<PerWorker<Stats>> Get(const CounterScope& scope) {
    const Key key{std::string(scope.before), std::string(scope.owner), std::string(scope.after),
                  std::type_index(typeid(Stats))};
    const absl::MutexLock lock(&mutex_);
    if (entries_.size() >= prune_at_) Prune();
    Entry& entry = entries_[key];
    if (auto held = std::static_pointer_cast<PerWorker<Stats>>(entry.stats.lock())) return held;
    auto made = std::make_shared<PerWorker<Stats>>(workers_);
    entry.stats = made;
    entry.label = scope.label;
    entry.visit = [](const void* stats, const Visit& visit) {
      for (const NamedCounter<Stats>& named : Stats::kNames) {
        visit(named.name, static_cast<const PerWorker<Stats>*>(stats)->Sum(named.field));
      }
    };
    return made;
  }

  using Visit = std::function<void(std::string_view name, uint64_t sum)>;
  // Calls `scope` for each set, which returns what is called for its counters.
  void ForEach(const std::function<Visit(const CounterScope& scope)>& scope);

 private:
  struct Key {
    std::string before;
    std::string owner;
    std::string after;
    std::type_index type;
    auto operator<=>(const Key&) const = default;
  };
  struct Entry {
    std::weak_ptr<void> stats;
    std::string_view label;
    void (*visit)(const void* stats, const Visit& visit) = nullptr;
  };

  // Forgets the sets that nobody holds.
  void Prune() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const uint32_t workers_;
  absl::Mutex mutex_;
  size_t prune_at_ ABSL_GUARDED_BY(mutex_) = 64;
  std::map<Key, Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_COUNTER_SETS_H_
