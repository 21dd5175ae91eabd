#ifndef FAIRLEAD_DATAPLANE_OBSERVE_PER_WORKER_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_PER_WORKER_H_

// A struct of counters for each worker, on cache lines of its own.
//
//     auto stats = std::make_shared<PerWorker<HttpStats>>(workers);
//     stats->Of(stream.worker).no_route.Add();               // on that worker
//     uint64_t n = stats->Sum(&HttpStats::no_route);         // anywhere
//
// Thread: each struct is written by its worker and read by any. Owner: shared by those who count
// and those who print, so that neither loses the other's numbers.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "dataplane/observe/counter.h"

namespace fairlead::observe {

template <typename Stats>
class PerWorker : public std::enable_shared_from_this<PerWorker<Stats>> {
 public:
  explicit PerWorker(uint32_t workers) : slots_(std::max<uint32_t>(workers, 1)) {}

  // A number beyond the workers there are (a test's, say) shares the last one's.
  Stats& Of(uint32_t worker) { return slots_[std::min<size_t>(worker, slots_.size() - 1)].stats; }
  // The same, for who keeps it.
  std::shared_ptr<Stats> Share(uint32_t worker) { return {this->shared_from_this(), &Of(worker)}; }
  uint64_t Sum(Counter Stats::* field) const {
    uint64_t sum = 0;
    for (const Slot& slot : slots_) sum += (slot.stats.*field).value();
    return sum;
  }
  int64_t Sum(Gauge Stats::* field) const {
    int64_t sum = 0;
    for (const Slot& slot : slots_) sum += (slot.stats.*field).value();
    return sum;
  }
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const Slot& slot : slots_) visit(slot.stats);
  }

 private:
  struct alignas(64) Slot {
    Stats stats;
  };
  std::vector<Slot> slots_;
};

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_PER_WORKER_H_
