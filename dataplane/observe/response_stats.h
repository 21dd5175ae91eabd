#ifndef FAIRLEAD_DATAPLANE_OBSERVE_RESPONSE_STATS_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_RESPONSE_STATS_H_

// Responses by their status, and how long they took: what Envoy prints as upstream_rq_2xx,
// upstream_rq_204, upstream_rq_completed and upstream_rq_time.
//
//     stats.Count(204);
//     stats.time.Record(milliseconds);
//
// Limits: the first kCodesMax different codes are counted one by one, those beyond only by their
// class, so that an upstream cannot make us remember without end. Thread: written by one, read by
// any.

#include <array>
#include <atomic>
#include <cstdint>

#include "dataplane/observe/counter.h"
#include "dataplane/observe/histogram.h"

namespace fairlead::observe {

class ResponseStats {
 public:
  static constexpr int kCodesMax = 64;

  ResponseStats() = default;
  ResponseStats(const ResponseStats&) = delete;
  ResponseStats& operator=(const ResponseStats&) = delete;
  ~ResponseStats() {
    for (Code* code = first_.load(std::memory_order_relaxed); code != nullptr;) {
      Code* next = code->next.load(std::memory_order_relaxed);
      delete code;
      code = next;
    }
  }

  // Codes outside of 100 .. 599 are not counted.
  void Count(uint16_t status) {
    if (status < 100 || status > 599) return;
    classes_[status / 100 - 1].Add();
    std::atomic<Code*>* at = &first_;
    for (int i = 0; i < kCodesMax; ++i) {
      Code* code = at->load(std::memory_order_relaxed);
      if (code == nullptr) {
        code = new Code(status);
        at->store(code, std::memory_order_release);
      }
      if (code->status == status) return code->count.Add();
      at = &code->next;
    }
  }
  // [0]: 1xx.
  uint64_t OfClass(size_t i) const { return classes_[i].value(); }
  template <typename Visit>
  void ForEachCode(Visit visit) const {
    const Code* code = first_.load(std::memory_order_acquire);
    for (; code != nullptr; code = code->next.load(std::memory_order_acquire)) {
      visit(code->status, code->count.value());
    }
  }

  Histogram time;

 private:
  struct Code {
    explicit Code(uint16_t status) : status(status) {}
    const uint16_t status;
    Counter count;
    std::atomic<Code*> next{nullptr};
  };

  std::array<Counter, 5> classes_;
  // In the order in which they came first: the usual ones are found at once.
  std::atomic<Code*> first_{nullptr};
};

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_RESPONSE_STATS_H_
