#include "dataplane/observe/histogram.h"

#include <algorithm>
#include <cmath>

namespace fairlead::observe {
namespace {

constexpr uint64_t kLargest = 9'900'000;

uint32_t SizeOf(uint32_t decade) { return decade == 0 ? 10 : 90; }
uint32_t FirstOf(uint32_t decade) { return decade == 0 ? 0 : 10 + (decade - 1) * 90; }

}  // namespace

uint32_t HistogramBucketOf(uint64_t value) {
  value = std::min(value, kLargest);
  if (value < 10) return static_cast<uint32_t>(value);
  uint32_t decade = 1;
  for (; value >= 100; value /= 10) ++decade;
  return FirstOf(decade) + static_cast<uint32_t>(value) - 10;
}

double HistogramLowerBound(uint32_t bucket) {
  if (bucket < 10) return bucket;
  double bound = (bucket - 10) % 90 + 10;
  for (uint32_t decade = (bucket - 10) / 90; decade > 0; --decade) bound *= 10;
  return bound;
}

double HistogramWidth(uint32_t bucket) {
  if (bucket == 0) return 0;
  if (bucket < 10) return 0.1;
  double width = 1;
  for (uint32_t decade = (bucket - 10) / 90; decade > 0; --decade) width *= 10;
  return width;
}

double HistogramSums::Quantile(double q) const {
  if (count == 0) return 0;
  const double wanted = std::ceil(q * static_cast<double>(count));
  uint64_t rank = std::clamp<uint64_t>(static_cast<uint64_t>(wanted), 1, count);
  for (uint32_t bucket = 0; bucket < kHistogramBuckets; ++bucket) {
    const uint64_t here = buckets[bucket];
    if (rank > here) {
      rank -= here;
      continue;
    }
    return HistogramLowerBound(bucket) +
           HistogramWidth(bucket) * static_cast<double>(rank) / static_cast<double>(here + 1);
  }
  return 0;
}

uint64_t HistogramSums::CountUpTo(double bound) const {
  uint64_t total = 0;
  for (uint32_t bucket = 0; bucket < kHistogramBuckets; ++bucket) {
    const double lower = HistogramLowerBound(bucket);
    if (lower > bound || (lower == bound && bound >= 100)) break;
    total += buckets[bucket];
  }
  return total;
}

Histogram::~Histogram() {
  for (std::atomic<Counter*>& decade : decades_) delete[] decade.load(std::memory_order_relaxed);
}

Counter* Histogram::MakeDecade(uint32_t bucket) {
  const uint32_t decade = bucket < 10 ? 0 : (bucket - 10) / 90 + 1;
  auto* counters = new Counter[SizeOf(decade)];
  // Readers must see the counters zeroed.
  decades_[decade].store(counters, std::memory_order_release);
  return counters;
}

void Histogram::AddTo(HistogramSums& sums) const {
  for (uint32_t decade = 0; decade < kHistogramDecades; ++decade) {
    const Counter* counters = decades_[decade].load(std::memory_order_acquire);
    if (counters == nullptr) continue;
    for (uint32_t i = 0; i < SizeOf(decade); ++i) {
      const uint64_t n = counters[i].value();
      sums.buckets[FirstOf(decade) + i] += n;
      sums.count += n;
    }
  }
  sums.sum += sum_.value();
}

bool Histogram::empty() const {
  return std::all_of(decades_.begin(), decades_.end(), [](const std::atomic<Counter*>& decade) {
    return decade.load(std::memory_order_relaxed) == nullptr;
  });
}

}  // namespace fairlead::observe
