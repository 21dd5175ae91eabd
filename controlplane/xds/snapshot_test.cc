#include "controlplane/xds/snapshot.h"

#include "controlplane/xds/session_test_support.h"
#include "controlplane/xds/snapshot_diff.h"
#include "google/protobuf/struct.pb.h"

namespace fairlead::control::xds {
namespace {

TEST(SnapshotTest, OneEncodingServesBothVariants) {
  for (const std::size_t size : {0, 1, 100, 200, 70'000}) {
    google::protobuf::Value message;
    if (size != 0) message.set_string_value(std::string(size, 'v'));
    const auto resource = EncodeResource("type/url", "the name", message);
    EXPECT_EQ(resource->value, message.SerializeAsString());

    envoy::service::discovery::v3::DiscoveryResponse sotw;
    ASSERT_TRUE(sotw.ParseFromString(std::string(resource->SotwElement())));
    ASSERT_EQ(sotw.resources_size(), 1);
    EXPECT_EQ(sotw.resources(0).type_url(), "type/url");
    EXPECT_EQ(sotw.resources(0).value(), resource->value);

    envoy::service::discovery::v3::DeltaDiscoveryResponse delta;
    ASSERT_TRUE(delta.ParseFromString(std::string(resource->DeltaElement())));
    ASSERT_EQ(delta.resources_size(), 1);
    EXPECT_EQ(delta.resources(0).name(), "the name");
    EXPECT_EQ(delta.resources(0).version(), resource->version);
    EXPECT_EQ(delta.resources(0).resource().type_url(), "type/url");
    EXPECT_EQ(delta.resources(0).resource().value(), resource->value);
  }
}

TEST(SnapshotTest, MapFieldsDoNotChangeTheVersion) {  // 15
  google::protobuf::Struct forward, backward;
  for (int i = 0; i < 100; ++i) {
    (*forward.mutable_fields())[absl::StrCat("k", i)].set_number_value(i);
    (*backward.mutable_fields())[absl::StrCat("k", 99 - i)].set_number_value(99 - i);
  }
  EXPECT_EQ(EncodeResource("t", "n", forward)->version,
            EncodeResource("t", "n", backward)->version);
}

TEST(SnapshotTest, VersionsAreHashesOfContent) {
  const auto one = World().Cluster("a").Cluster("b").Build();
  const auto other = World().Cluster("b", 2).Cluster("b").Cluster("a").Build();
  const auto changed = World().Cluster("a", 2).Cluster("b").Build();
  EXPECT_EQ(one->TypeVersion(kClusterType), other->TypeVersion(kClusterType));
  EXPECT_NE(one->TypeVersion(kClusterType), changed->TypeVersion(kClusterType));
  EXPECT_NE(one->TypeVersion(kClusterType), one->TypeVersion(kListenerType));
  EXPECT_EQ(one->TypeVersion(kClusterType).size(), 32u);
}

TEST(SnapshotTest, RemovingUndoesAdding) {
  Snapshot snapshot(*World().Cluster("a").Build());
  const std::string before = snapshot.TypeVersion(kClusterType);
  snapshot.Add(World().Cluster("b").Build()->Type(kClusterType)->map().begin()->second);
  EXPECT_NE(snapshot.TypeVersion(kClusterType), before);
  EXPECT_TRUE(snapshot.Remove(kClusterType, "b"));
  EXPECT_FALSE(snapshot.Remove(kClusterType, "b"));
  EXPECT_FALSE(snapshot.Remove("unknown", "b"));
  EXPECT_EQ(snapshot.TypeVersion(kClusterType), before);
  EXPECT_TRUE(snapshot.Remove(kClusterType, "a"));
  EXPECT_EQ(snapshot.TypeVersion(kClusterType), Snapshot().TypeVersion(kClusterType));
}

TEST(SnapshotTest, ACopySharesWhatIsNotTouched) {
  const auto old = World().Cluster("a").Listener("x").Build();
  Snapshot copy(*old);
  copy.Add(kClusterType, "b", envoy::config::cluster::v3::Cluster());
  EXPECT_EQ(copy.Type(kListenerType), old->Type(kListenerType));
  EXPECT_NE(copy.Type(kClusterType), old->Type(kClusterType));
  EXPECT_EQ(copy.Find(kClusterType, "a"), old->Find(kClusterType, "a"));
  EXPECT_EQ(old->Find(kClusterType, "b"), nullptr);
}

TEST(SnapshotTest, EqualContentIsSharedWithTheOlderSnapshot) {
  const auto old = World().Cluster("a").Listener("x").Build();
  Snapshot rebuilt(*World().Cluster("a").Listener("x", 2).Build());
  rebuilt.ShareEqualTypes(*old);
  EXPECT_EQ(rebuilt.Type(kClusterType), old->Type(kClusterType));
  EXPECT_NE(rebuilt.Type(kListenerType), old->Type(kListenerType));
}

TEST(SnapshotTest, KnowsUnderWhichNameAClustersEndpointsAreAskedFor) {
  envoy::config::cluster::v3::Cluster cluster;
  cluster.set_name("c");
  EXPECT_EQ(EncodeResource(kClusterType, "c", cluster)->eds_name, "");
  cluster.set_type(envoy::config::cluster::v3::Cluster::EDS);
  EXPECT_EQ(EncodeResource(kClusterType, "c", cluster)->eds_name, "c");
  cluster.mutable_eds_cluster_config()->set_service_name("service");
  EXPECT_EQ(EncodeResource(kClusterType, "c", cluster)->eds_name, "service");
}

TEST(SnapshotDiffTest, NamesWhatChangedAndWhatIsGone) {
  const auto from = World().Cluster("a").Cluster("b").Cluster("c").Cluster("z").Build();
  const auto to = World().Cluster("b").Cluster("c", 2).Cluster("d").Build();
  const TypeDiff diff = ComputeDiff(*from->Type(kClusterType), *to->Type(kClusterType));
  std::string changed, removed;
  for (const auto& resource : diff.changed) absl::StrAppend(&changed, resource->name, " ");
  for (const auto& resource : diff.removed) absl::StrAppend(&removed, resource->name, " ");
  EXPECT_EQ(changed, "c d ");
  EXPECT_EQ(removed, "a z ");
}

std::string Tell(const TypeDiff& diff) {
  std::string text;
  for (const auto& resource : diff.changed) {
    absl::StrAppend(&text, resource->name, "=", resource->version, " ");
  }
  for (const auto& resource : diff.removed) absl::StrAppend(&text, "-", resource->name, " ");
  return text;
}

// The quick way by the names that were touched must say what comparing the maps says.
TEST(SnapshotDiffTest, ADerivedSnapshotGivesTheSameDiff) {
  constexpr int kNames = 300;
  Snapshot whole;
  const auto endpoints = [](int name, int content) {
    return World()
        .Endpoints(absl::StrCat("e", name), content)
        .Build()
        ->Type(kEndpointType)
        ->map()
        .begin()
        ->second;
  };
  for (int i = 0; i < kNames; i += 2) whole.Add(endpoints(i, 1));
  std::uint32_t random = 1;
  const auto next = [&random](std::uint32_t below) {
    random = random * 1664525 + 1013904223;
    return (random >> 8) % below;
  };
  for (int round = 0; round < 200; ++round) {
    const Snapshot before(whole);
    const int changes = next(round % 10 == 0 ? 400 : 6);
    for (int change = 0; change < changes; ++change) {
      const int name = next(kNames);
      if (next(3) == 0) {
        whole.Remove(kEndpointType, absl::StrCat("e", name));
      } else {
        whole.Add(endpoints(name, next(3)));
      }
    }
    // A snapshot from scratch shares no history.
    Snapshot scratch;
    for (const auto& [name, resource] : whole.Type(kEndpointType)->map()) scratch.Add(resource);
    EXPECT_EQ(whole.TypeVersion(kEndpointType), scratch.TypeVersion(kEndpointType));
    const auto from = before.Type(kEndpointType);
    EXPECT_EQ(Tell(ComputeDiff(*from, *whole.Type(kEndpointType))),
              Tell(ComputeDiff(*from, *scratch.Type(kEndpointType))));
  }
}

TEST(SnapshotDiffTest, ASharedOriginThatChangesAfterwardsIsNoOrigin) {
  Snapshot one(*World().Cluster("a").Build());
  Snapshot other(one);
  other.Add(World().Cluster("b").Build()->Type(kClusterType)->map().begin()->second);
  // Now `one` is the only holder of the map that `other` was copied from, and changes it in place.
  one.Add(World().Cluster("c").Build()->Type(kClusterType)->map().begin()->second);
  const TypeDiff diff = ComputeDiff(*one.Type(kClusterType), *other.Type(kClusterType));
  ASSERT_EQ(diff.changed.size(), 1u);
  EXPECT_EQ(diff.changed[0]->name, "b");
  ASSERT_EQ(diff.removed.size(), 1u);
  EXPECT_EQ(diff.removed[0]->name, "c");
}

TEST(DiffCacheTest, ComputesEachPairOnceAndForgetsOldOnes) {
  DiffCache cache;
  std::vector<std::shared_ptr<const TypeResources>> states;
  for (int i = 0; i < 40; ++i)
    states.push_back(World().Cluster("a", i).Build()->Type(kClusterType));
  for (int i = 0; i + 1 < 40; ++i) {
    const auto diff = cache.Get(states[i], states[i + 1]);
    EXPECT_EQ(cache.Get(states[i], states[i + 1]), diff);
  }
  EXPECT_EQ(cache.computed(), 39u);
  cache.Get(states[0], states[1]);
  EXPECT_EQ(cache.computed(), 40u);
}

}  // namespace
}  // namespace fairlead::control::xds
