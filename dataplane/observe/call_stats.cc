#include "dataplane/observe/call_stats.h"

namespace fairlead::observe {

SharedCallStats CallScopes::Get(Kind kind, std::string_view virtual_host, std::string_view name) {
  const Key key{kind, std::string(virtual_host), std::string(name)};
  const absl::MutexLock lock(&mutex_);
  if (entries_.size() >= prune_at_) {
    std::erase_if(entries_, [](const auto& item) { return item.second.expired(); });
    prune_at_ = 2 * entries_.size() + 64;
  }
  std::weak_ptr<PerWorker<CallStats>>& entry = entries_[key];
  SharedCallStats stats = entry.lock();
  if (stats == nullptr) {
    stats = std::make_shared<PerWorker<CallStats>>(workers_);
    entry = stats;
  }
  return stats;
}

void CallScopes::ForEach(const Visit& visit) {
  const absl::MutexLock lock(&mutex_);
  for (const auto& [key, entry] : entries_) {
    if (const SharedCallStats stats = entry.lock()) {
      visit(key.kind, key.virtual_host, key.name, stats);
    }
  }
}

}  // namespace fairlead::observe
