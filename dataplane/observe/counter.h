#ifndef FAIRLEAD_DATAPLANE_OBSERVE_COUNTER_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_COUNTER_H_

// Numbers that one thread writes and any thread reads: fields of plain structs, one struct per
// scope and worker, summed when they are read. An increment is a load, an add and a store: no lock,
// no locked instruction.

#include <atomic>
#include <cstdint>

namespace fairlead::observe {

// Only grows.
class Counter {
 public:
  void Add(uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// Goes up and down.
class Gauge {
 public:
  void Add(int64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void Sub(int64_t n = 1) { Add(-n); }
  void Set(int64_t n) { value_.store(n, std::memory_order_relaxed); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_COUNTER_H_
