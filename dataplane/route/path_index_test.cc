// What a look-up costs, by counting: it must not depend on how many routes there are.

#include "dataplane/route/path_index.h"

#include <deque>

#include "gtest/gtest.h"

namespace fairlead::route {
namespace {

// "/api/service-000042/"
std::string Key(uint32_t i) {
  const std::string digits = std::to_string(i);
  return "/api/service-" + std::string(6 - digits.size(), '0') + digits + "/";
}

struct Routes {
  PathKind kind = PathKind::kPrefix;
  bool is_conditional = false;
  bool ignores_case = false;
};

PathIndex Build(uint32_t count, Routes routes) {
  std::deque<std::string> keys;
  std::vector<PathIndex::Entry> entries;
  for (uint32_t i = 0; i < count; ++i) {
    entries.push_back({.key = keys.emplace_back(Key(i)),
                       .position = i,
                       .kind = routes.kind,
                       .is_conditional = routes.is_conditional,
                       .check = i});
  }
  return PathIndex::Build(std::move(entries), routes.ignores_case);
}

size_t MostExpensive(const PathIndex& index, uint32_t count) {
  size_t most = 0;
  for (uint32_t i = 0; i < count; i += count / 10) {
    most = std::max({most, index.Cost(Key(i)), index.Cost(Key(i) + "items/7"),
                     index.Cost(Key(i).substr(0, 17))});
  }
  return std::max({most, index.Cost("/"), index.Cost("/other"), index.Cost("/api/service-")});
}

// A node where keys part, which is at most one for each digit, the one of the key itself, and the
// one route there.
constexpr size_t kCostMax = 6 + 1 + 1;

TEST(PathIndexTest, LooksAtAFewNodesWhateverTheNumberOfRoutes) {
  for (const Routes routes : {Routes{}, Routes{.kind = PathKind::kExact},
                              Routes{.kind = PathKind::kSeparated, .is_conditional = true},
                              Routes{.is_conditional = true, .ignores_case = true}}) {
    for (const uint32_t count : {10u, 1000u, 100'000u}) {
      EXPECT_LE(MostExpensive(Build(count, routes), count), kCostMax) << count;
    }
  }
}

TEST(PathIndexTest, NestedPrefixesCostWhatThePathIsLong) {
  std::deque<std::string> keys;
  std::vector<PathIndex::Entry> entries;
  std::string key;
  for (uint32_t i = 0; i < 1000; ++i) {
    key += "/a";
    entries.push_back({.key = keys.emplace_back(key), .position = 1000 - i});
  }
  const PathIndex index = PathIndex::Build(std::move(entries), false);
  EXPECT_EQ(index.Cost("/a/a/a"), 3u);
  EXPECT_EQ(index.Cost("/b"), 1u);
  EXPECT_EQ(index.Cost(key), 1000u);
}

}  // namespace
}  // namespace fairlead::route
