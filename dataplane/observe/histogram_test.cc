#include "dataplane/observe/histogram.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace fairlead::observe {
namespace {

HistogramSums Of(const std::vector<uint64_t>& values) {
  Histogram histogram;
  for (const uint64_t value : values) histogram.Record(value);
  HistogramSums sums;
  histogram.AddTo(sums);
  return sums;
}

TEST(HistogramTest, BucketsHaveTwoDigits) {
  // Every value falls into the bucket with the largest lower bound that is not above it.
  for (uint64_t value = 0; value < 20'000; ++value) {
    const uint32_t bucket = HistogramBucketOf(value);
    EXPECT_LE(HistogramLowerBound(bucket), static_cast<double>(value));
    EXPECT_GT(HistogramLowerBound(bucket + 1), static_cast<double>(value)) << value;
  }
  EXPECT_EQ(HistogramLowerBound(HistogramBucketOf(43)), 43);
  EXPECT_EQ(HistogramLowerBound(HistogramBucketOf(439)), 430);
  EXPECT_EQ(HistogramLowerBound(HistogramBucketOf(3'600'000)), 3'600'000);
  EXPECT_EQ(HistogramBucketOf(UINT64_MAX), kHistogramBuckets - 1);
  EXPECT_EQ(HistogramLowerBound(kHistogramBuckets - 1), 9'900'000);
}

TEST(HistogramTest, QuantilesAreThoseOfEnvoy) {
  // Seven times 1: what Envoy 1.40 prints for listener.*.connections_accepted_per_socket_event.
  const HistogramSums ones = Of({1, 1, 1, 1, 1, 1, 1});
  EXPECT_DOUBLE_EQ(ones.Quantile(0), 1.0125);
  EXPECT_DOUBLE_EQ(ones.Quantile(.25), 1.025);
  EXPECT_DOUBLE_EQ(ones.Quantile(.5), 1.05);
  EXPECT_DOUBLE_EQ(ones.Quantile(.75), 1.075);
  EXPECT_DOUBLE_EQ(ones.Quantile(1), 1.0875);
  EXPECT_DOUBLE_EQ(Of({}).Quantile(.5), 0);
  // Within 5% of the truth at any size.
  std::vector<uint64_t> values;
  for (uint64_t value = 1; value <= 100'000; ++value) values.push_back(value);
  const HistogramSums many = Of(values);
  for (const double q : {.1, .5, .9, .99, .999}) {
    EXPECT_NEAR(many.Quantile(q), q * 100'000, q * 5'000) << q;
  }
}

TEST(HistogramTest, CountsAndSumsAreExact) {
  const HistogramSums sums = Of({0, 10, 10, 11, 99, 100, 105, 250, 20'000'000});
  EXPECT_EQ(sums.count, 9u);
  EXPECT_EQ(sums.sum, 20'000'585u);
  EXPECT_EQ(sums.CountUpTo(0.5), 1u);
  EXPECT_EQ(sums.CountUpTo(10), 3u);
  EXPECT_EQ(sums.CountUpTo(100), 5u);
  EXPECT_EQ(sums.CountUpTo(250), 7u);
  EXPECT_EQ(sums.CountUpTo(3'600'000), 8u);
}

TEST(HistogramTest, IsEmptyUntilItIsUsed) {
  Histogram histogram;
  EXPECT_TRUE(histogram.empty());
  EXPECT_LE(sizeof(histogram), 72u);
  histogram.Record(0);
  EXPECT_FALSE(histogram.empty());
}

}  // namespace
}  // namespace fairlead::observe
