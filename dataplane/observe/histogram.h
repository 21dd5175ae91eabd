#ifndef FAIRLEAD_DATAPLANE_OBSERVE_HISTOGRAM_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_HISTOGRAM_H_

// How values (milliseconds, mostly) are spread. One worker records, anybody reads.
//
//     Histogram rq_time;
//     rq_time.Record(12);                              // two plain increments
//     HistogramSums sums;
//     for (const Histogram* of_worker : ...) of_worker->AddTo(sums);
//     double p99 = sums.Quantile(0.99);
//
// Buckets are those of Envoy's histograms (two significant decimal digits: 0, 1 .. 9, 10 .. 99,
// 100 .. 990 by tens, and so on), so that quantiles are within 5% and Prometheus's usual bounds,
// which are such numbers, are exact. A decade of buckets gets its memory (720 bytes) when its first
// value comes; a histogram that nobody uses takes 72 bytes. Values above 9.9 million are counted as
// 9.9 million.
//
// Thread: Record on one, AddTo on any; HistogramSums one.

#include <array>
#include <atomic>
#include <cstdint>

#include "dataplane/observe/counter.h"

namespace fairlead::observe {

inline constexpr uint32_t kHistogramDecades = 7;
inline constexpr uint32_t kHistogramBuckets = 10 + (kHistogramDecades - 1) * 90;

// The bucket of a value. Buckets are numbered by their lower bound.
uint32_t HistogramBucketOf(uint64_t value);
// Its lower bound, and how wide it is for quantiles (as in Envoy, 4 stands for [4, 4.1), 0 for 0).
double HistogramLowerBound(uint32_t bucket);
double HistogramWidth(uint32_t bucket);

// Histograms added up.
struct HistogramSums {
  std::array<uint64_t, kHistogramBuckets> buckets{};
  uint64_t count = 0;
  uint64_t sum = 0;

  // `q` in [0, 1]; 0 when there is no value. As libcircllhist computes it: the sample of that rank,
  // samples being spread evenly over their bucket.
  double Quantile(double q) const;
  // Values up to `bound`, for Prometheus; of bounds from 100 on, where a bucket holds several
  // values, those below.
  uint64_t CountUpTo(double bound) const;
};

class Histogram {
 public:
  Histogram() = default;
  ~Histogram();
  Histogram(const Histogram&) = delete;
  Histogram& operator=(const Histogram&) = delete;

  void Record(uint64_t value) {
    const uint32_t bucket = value < 10 ? static_cast<uint32_t>(value) : HistogramBucketOf(value);
    Counter* decade =
        decades_[bucket < 10 ? 0 : (bucket - 10) / 90 + 1].load(std::memory_order_relaxed);
    if (decade == nullptr) decade = MakeDecade(bucket);
    decade[bucket < 10 ? bucket : (bucket - 10) % 90].Add();
    sum_.Add(value);
  }
  void AddTo(HistogramSums& sums) const;
  bool empty() const;

 private:
  Counter* MakeDecade(uint32_t bucket);

  // [0]: 0 .. 9.
  std::array<std::atomic<Counter*>, kHistogramDecades> decades_{};
  Counter sum_;
};

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_HISTOGRAM_H_
