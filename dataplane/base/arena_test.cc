#include "dataplane/base/arena.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace fairlead::base {
namespace {

TEST(ArenaTest, TextsKeepTheirBytes) {
  Arena arena;
  std::vector<std::string> texts;
  std::vector<std::string_view> kept;
  for (size_t i = 0; i < 500; ++i) {
    texts.push_back(std::string(i % 50, static_cast<char>('a' + i % 26)));
    kept.push_back(arena.Copy(texts.back()));
  }
  for (size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(kept[i], texts[i]);
}

TEST(ArenaTest, AnEmptyTextIsNotNull) {
  Arena arena;
  EXPECT_NE(arena.Copy("").data(), nullptr);
  EXPECT_EQ(arena.Copy("").size(), 0u);
}

TEST(ArenaTest, LargeTextsFit) {
  Arena arena;
  const std::string large(100'000, 'x');
  const std::string_view small = arena.Copy("small");
  EXPECT_EQ(arena.Copy(large), large);
  EXPECT_EQ(small, "small");
}

TEST(ArenaTest, ResetUsesTheFirstChunkAgain) {
  Arena arena;
  const char* const first = arena.Copy("one").data();
  arena.Copy(std::string(5000, 'x'));
  arena.Reset();
  EXPECT_EQ(arena.Copy("two").data(), first);
  arena.Release();
  EXPECT_EQ(arena.Copy("three"), "three");
}

TEST(ArenaTest, ResetGivesALargeFirstChunkBack) {
  Arena arena;
  arena.Copy(std::string(1'000'000, 'x'));
  arena.Reset();
  EXPECT_LE(arena.held_bytes(), 1024u);
}

}  // namespace
}  // namespace fairlead::base
