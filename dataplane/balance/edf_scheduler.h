#ifndef FAIRLEAD_DATAPLANE_BALANCE_EDF_SCHEDULER_H_
#define FAIRLEAD_DATAPLANE_BALANCE_EDF_SCHEDULER_H_

// Earliest deadline first: weighted turns. Every entry has a deadline; the earliest has its turn,
// and its next deadline is 1 / weight later. So an entry of weight 2 comes twice as often as one of
// weight 1, and its turns are spread evenly.
//
//     EdfScheduler scheduler(set.candidates, weight_of, random);
//     uint32_t position = scheduler.Pick(weight_of);
//
// The weight is asked at each turn, so it may change (LEAST_REQUEST); it must be above 0. The first
// deadlines are at a random phase, so that workers which get an update at the same moment do not
// all begin with the heaviest entry.
//
// Cost: building O(n), Pick O(log n), 16 bytes an entry. Time is a double that grows by about
// 1 / (sum of weights) a turn, which stays exact enough for 2^50 turns.
// Thread: worker. Owner: a balancer.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "dataplane/event/random.h"

namespace fairlead::balance {

class EdfScheduler {
 public:
  // `weight_of` is called with an entry and returns a double.
  template <typename WeightOf>
  EdfScheduler(std::span<const uint32_t> entries, const WeightOf& weight_of,
               event::Random& random) {
    heap_.reserve(entries.size());
    for (const uint32_t entry : entries) heap_.push_back({Phase(random) / weight_of(entry), entry});
    std::make_heap(heap_.begin(), heap_.end(), std::greater<>());
  }

  // The entry whose turn it is. There must be one.
  template <typename WeightOf>
  uint32_t Pick(const WeightOf& weight_of) {
    const uint32_t entry = heap_[0].entry;
    Lower({heap_[0].deadline + 1.0 / weight_of(entry), entry});
    return entry;
  }

 private:
  struct Turn {
    double deadline;
    uint32_t entry;

    friend bool operator>(const Turn& a, const Turn& b) { return a.deadline > b.deadline; }
  };

  // In (0, 1].
  static double Phase(event::Random& random) {
    return static_cast<double>((random.Next() >> 11) + 1) * 0x1p-53;
  }

  // Puts `turn` in the place of the top of the heap.
  void Lower(const Turn& turn) {
    size_t at = 0;
    for (size_t child = 1; child < heap_.size(); child = 2 * at + 1) {
      if (child + 1 < heap_.size() && heap_[child] > heap_[child + 1]) ++child;
      if (!(turn > heap_[child])) break;
      heap_[at] = heap_[child];
      at = child;
    }
    heap_[at] = turn;
  }

  // A binary heap, the earliest deadline at the top.
  std::vector<Turn> heap_;
};

}  // namespace fairlead::balance

#endif  // FAIRLEAD_DATAPLANE_BALANCE_EDF_SCHEDULER_H_
