#include "controlplane/model/state.h"

#include "gtest/gtest.h"

namespace fairlead::control::model {
namespace {

EntryPtr Service(const std::string& name, uint32_t port, int64_t revision) {
  fairlead::v1::Resource resource;
  resource.mutable_service()->set_name(name);
  resource.mutable_service()->mutable_dns()->set_port(port);
  return MakeEntry(resource, revision);
}

EntryPtr Policy(const std::string& name, int64_t revision) {
  fairlead::v1::Resource resource;
  resource.mutable_policy()->set_name(name);
  return MakeEntry(resource, revision);
}

std::vector<std::string> Names(const State& state, Kind kind) {
  std::vector<std::string> names;
  for (const EntryPtr& entry : state.All(kind)) names.push_back(entry->key.name);
  return names;
}

TEST(StateTest, WithMergesCreatedUpdatedAndDeletedInOrder) {
  State old({Service("b", 1, 1), Service("d", 1, 1), Service("f", 1, 1), Policy("p", 1)}, 1);
  std::vector<Change> changes = {
      {{Kind::kService, "g"}, nullptr, Service("g", 1, 2)},
      {{Kind::kService, "a"}, nullptr, Service("a", 1, 2)},
      {{Kind::kService, "d"}, old.Find({Kind::kService, "d"}), nullptr},
      {{Kind::kService, "b"}, old.Find({Kind::kService, "b"}), Service("b", 2, 2)},
      {{Kind::kService, "e"}, nullptr, Service("e", 1, 2)},
  };
  State next = old.With(changes, 2);
  EXPECT_EQ(Names(next, Kind::kService), (std::vector<std::string>{"a", "b", "e", "f", "g"}));
  EXPECT_EQ(Names(next, Kind::kPolicy), (std::vector<std::string>{"p"}));
  EXPECT_EQ(next.Find({Kind::kService, "b"})->resource.service().dns().port(), 2u);
  EXPECT_EQ(next.Find({Kind::kService, "d"}), nullptr);
  // Shared, not copied.
  EXPECT_EQ(next.Find({Kind::kService, "f"}), old.Find({Kind::kService, "f"}));
  EXPECT_EQ(old.size(), 4u);
  EXPECT_EQ(next.revision(), 2);
}

TEST(StateTest, ChangesBetweenLeadsFromOneToTheOther) {
  State from({Service("a", 1, 1), Service("b", 1, 1), Policy("p", 1)}, 1);
  State to({Service("b", 2, 2), Service("c", 1, 2), Policy("p", 1)}, 2);
  std::vector<Change> changes = ChangesBetween(from, to);
  ASSERT_EQ(changes.size(), 3u);
  State reached = from.With(changes, 2);
  EXPECT_TRUE(ChangesBetween(reached, to).empty());
  EXPECT_TRUE(ChangesBetween(to, to).empty());
}

TEST(StateTest, EtagDependsOnContentOnly) {
  EXPECT_EQ(Service("a", 1, 1)->etag, Service("a", 1, 9)->etag);
  EXPECT_NE(Service("a", 1, 1)->etag, Service("a", 2, 1)->etag);
  EXPECT_EQ(Service("a", 1, 1)->etag.size(), 32u);
}

}  // namespace
}  // namespace fairlead::control::model
