#include "dataplane/filters/local_ratelimit/token_bucket.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace fairlead::filters {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

TokenBucket::Settings Make(uint32_t tokens_max, uint32_t per_fill, event::Duration interval) {
  const auto settings = TokenBucket::Settings::Make(tokens_max, per_fill, interval);
  EXPECT_TRUE(settings.ok()) << settings.status();
  return *settings;
}

int TakeAll(TokenBucket& bucket, event::MonotonicTime now, int at_most = 1'000'000) {
  int taken = 0;
  while (taken < at_most && bucket.Take(now)) ++taken;
  return taken;
}

constexpr event::MonotonicTime kStart{seconds(1000)};

TEST(TokenBucketTest, BeginsFullAndFillsOneByOne) {
  TokenBucket bucket(Make(3, 1, seconds(1)));
  EXPECT_EQ(TakeAll(bucket, kStart), 3);
  EXPECT_FALSE(bucket.Take(kStart + seconds(1) - nanoseconds(1)));
  EXPECT_TRUE(bucket.Take(kStart + seconds(1)));
  EXPECT_FALSE(bucket.Take(kStart + seconds(1)));
}

TEST(TokenBucketTest, TokensOfAnIntervalComeSpreadOverIt) {
  TokenBucket bucket(Make(10, 10, seconds(1)));
  EXPECT_EQ(TakeAll(bucket, kStart), 10);
  EXPECT_EQ(TakeAll(bucket, kStart + milliseconds(350)), 3);
}

TEST(TokenBucketTest, HoldsNoMoreThanItsSize) {
  TokenBucket bucket(Make(5, 1, milliseconds(50)));
  EXPECT_EQ(TakeAll(bucket, kStart), 5);
  EXPECT_EQ(TakeAll(bucket, kStart + hours(1000)), 5);
}

TEST(TokenBucketTest, LongRunIsTheRate) {
  // 7 in 3 s is no whole number of nanoseconds a token.
  TokenBucket bucket(Make(7, 7, seconds(3)));
  int taken = TakeAll(bucket, kStart);
  for (int i = 1; i <= 3000; ++i) taken += TakeAll(bucket, kStart + seconds(i));
  EXPECT_EQ(taken, 7 + 7000);
}

TEST(TokenBucketTest, ExtremesDoNotOverflow) {
  TokenBucket fast(Make(UINT32_MAX, UINT32_MAX, milliseconds(50)));
  EXPECT_EQ(TakeAll(fast, kStart, 1000), 1000);
  TokenBucket slow(Make(1, 1, hours(24 * 365 * 5)));
  EXPECT_EQ(TakeAll(slow, kStart), 1);
  EXPECT_FALSE(slow.Take(kStart + hours(24 * 365 * 4)));
  EXPECT_TRUE(slow.Take(kStart + hours(24 * 365 * 5)));
  EXPECT_FALSE(TokenBucket::Settings::Make(UINT32_MAX, 1, seconds(1)).ok());
}

TEST(TokenBucketTest, AnOlderTimeTakesNothingBack) {
  TokenBucket bucket(Make(2, 1, seconds(1)));
  EXPECT_EQ(TakeAll(bucket, kStart), 2);
  EXPECT_FALSE(bucket.Take(kStart - seconds(10)));
  EXPECT_FALSE(bucket.Take(kStart));
  EXPECT_TRUE(bucket.Take(kStart + seconds(1)));
}

TEST(TokenBucketTest, ThreadsTogetherTakeWhatThereIs) {
  constexpr uint32_t kTokens = 50'000;
  TokenBucket bucket(Make(kTokens, 1, hours(1) / 1000));
  std::atomic<uint32_t> taken{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (uint32_t i = 0; i < kTokens / 2; ++i) {
        if (bucket.Take(kStart)) taken.fetch_add(1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken.load(), kTokens);
}

}  // namespace
}  // namespace fairlead::filters
