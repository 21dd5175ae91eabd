#include "dataplane/cluster/cluster_slots.h"

#include <optional>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace fairlead::cluster {
namespace {

TEST(ClusterSlotsTest, ANameHasOneSlot) {
  ClusterSlots slots;
  const auto a = slots.Acquire("a");
  const auto b = slots.Acquire("b");
  EXPECT_EQ(a->name, "a");
  EXPECT_NE(a->index, b->index);
  EXPECT_EQ(slots.Acquire("a"), a);
  EXPECT_EQ(slots.Find("a"), a);
  EXPECT_EQ(slots.Find("c"), nullptr);
  EXPECT_EQ(slots.size(), 2u);
}

TEST(ClusterSlotsTest, AnIndexIsFreeWhenTheLastHolderIsGone) {
  ClusterSlots slots;
  auto a = slots.Acquire("a");
  auto again = slots.Acquire("a");
  const uint32_t index = a->index;
  a.reset();
  EXPECT_NE(slots.Find("a"), nullptr);
  again.reset();
  EXPECT_EQ(slots.Find("a"), nullptr);
  EXPECT_EQ(slots.Acquire("b")->index, index);
  EXPECT_EQ(slots.size(), 1u);
}

TEST(ClusterSlotsTest, SlotsOutliveTheTable) {
  std::optional<ClusterSlots> slots(std::in_place);
  const auto a = slots->Acquire("a");
  slots.reset();
  EXPECT_EQ(a->name, "a");
}

// Acquire races with the last release of the same name on another thread.
TEST(ClusterSlotsTest, ThreadsMayAcquireAndRelease) {
  ClusterSlots slots;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&slots] {
      for (int i = 0; i < 20'000; ++i) {
        const auto one = slots.Acquire("a");
        const auto two = slots.Acquire("b");
        ASSERT_EQ(one->name, "a");
        ASSERT_NE(one->index, two->index);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(slots.Find("a"), nullptr);
  // At most one of each that lives and one of each per thread that is being given back.
  EXPECT_LE(slots.size(), 16u);
}

}  // namespace
}  // namespace fairlead::cluster
