#include "dataplane/observe/counter_sets.h"

namespace fairlead::observe {

void CounterSets::ForEach(const std::function<Visit(const CounterScope& scope)>& scope) {
  const absl::MutexLock lock(&mutex_);
  for (const auto& [key, entry] : entries_) {
    const std::shared_ptr<void> stats = entry.stats.lock();
    if (stats == nullptr) continue;
    entry.visit(stats.get(), scope({key.before, key.owner, key.after, entry.label}));
  }
}

void CounterSets::Prune() {
  std::erase_if(entries_, [](const auto& item) { return item.second.stats.expired(); });
  prune_at_ = 2 * entries_.size() + 64;
}

}  // namespace fairlead::observe
