#include "dataplane/observe/counter_sets.h"

#include <gtest/gtest.h>

#include <map>
#include <thread>
#include <vector>

#include "dataplane/observe/response_stats.h"

namespace fairlead::observe {
namespace {

struct Stats {
  Counter ok;
  Counter refused;
  static constexpr std::array<NamedCounter<Stats>, 2> kNames = {
      {{"ok", &Stats::ok}, {"refused", &Stats::refused}}};
};

std::map<std::string, uint64_t> Read(CounterSets& sets) {
  std::map<std::string, uint64_t> all;
  sets.ForEach([&all](const CounterScope& scope) -> CounterSets::Visit {
    const std::string prefix =
        std::string(scope.before) + std::string(scope.owner) + std::string(scope.after);
    return [&all, prefix](std::string_view name, uint64_t sum) {
      all[prefix + std::string(name)] = sum;
    };
  });
  return all;
}

TEST(CounterSetsTest, WorkersAreAddedUp) {
  CounterSets sets(2);
  const auto stats = sets.Get<Stats>({"http.", "in", ".auth.", "label"});
  stats->Of(0).ok.Add(2);
  stats->Of(1).ok.Add(3);
  stats->Of(7).refused.Add();
  EXPECT_EQ(Read(sets),
            (std::map<std::string, uint64_t>{{"http.in.auth.ok", 5}, {"http.in.auth.refused", 1}}));
}

TEST(CounterSetsTest, ANewConfigurationGoesOnCounting) {
  CounterSets sets(1);
  auto before = sets.Get<Stats>({"", "a", ".x.", "label"});
  before->Of(0).ok.Add();
  const auto after = sets.Get<Stats>({"", "a", ".x.", "label"});
  before.reset();
  after->Of(0).ok.Add();
  EXPECT_EQ(Read(sets)["a.x.ok"], 2u);
  EXPECT_NE(sets.Get<Stats>({"", "b", ".x.", "label"}), after);
}

TEST(CounterSetsTest, WhatNobodyHoldsIsGone) {
  CounterSets sets(1);
  for (int i = 0; i < 1000; ++i) sets.Get<Stats>({"", std::to_string(i), ".x.", "label"});
  EXPECT_TRUE(Read(sets).empty());
}

TEST(CounterSetsTest, ReadersAndWritersDoNotWait) {
  CounterSets sets(2);
  const auto stats = sets.Get<Stats>({"", "a", ".", "label"});
  std::vector<std::thread> workers;
  for (uint32_t worker = 0; worker < 2; ++worker) {
    workers.emplace_back([&stats, worker] {
      for (int i = 0; i < 10'000; ++i) stats->Of(worker).ok.Add();
    });
  }
  uint64_t last = 0;
  for (int i = 0; i < 100; ++i) {
    const uint64_t now = Read(sets)["a.ok"];
    EXPECT_GE(now, last);
    last = now;
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(Read(sets)["a.ok"], 20'000u);
}

TEST(ResponseStatsTest, CountsCodesAndClasses) {
  ResponseStats stats;
  stats.Count(200);
  stats.Count(204);
  stats.Count(200);
  stats.Count(503);
  stats.Count(99);
  stats.Count(600);
  EXPECT_EQ(stats.OfClass(1), 3u);
  EXPECT_EQ(stats.OfClass(4), 1u);
  std::map<int, uint64_t> codes;
  stats.ForEachCode([&](uint16_t status, uint64_t count) { codes[status] = count; });
  EXPECT_EQ(codes, (std::map<int, uint64_t>{{200, 2}, {204, 1}, {503, 1}}));
}

TEST(ResponseStatsTest, CodesAreBounded) {
  ResponseStats stats;
  for (uint16_t status = 100; status < 600; ++status) stats.Count(status);
  int codes = 0;
  stats.ForEachCode([&](uint16_t, uint64_t) { ++codes; });
  EXPECT_EQ(codes, ResponseStats::kCodesMax);
  EXPECT_EQ(
      stats.OfClass(0) + stats.OfClass(1) + stats.OfClass(2) + stats.OfClass(3) + stats.OfClass(4),
      500u);
}

}  // namespace
}  // namespace fairlead::observe
