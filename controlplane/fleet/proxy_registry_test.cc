#include "controlplane/fleet/proxy_registry.h"

#include "gtest/gtest.h"

namespace fairlead::control::fleet {
namespace {

TEST(ProxyRegistryTest, HoldsWhoIsConnectedSortedByNode) {
  absl::Time now = absl::FromUnixSeconds(10);
  ProxyRegistry registry([&now] { return now; });
  registry.Connect(1, {.node_id = "b", .address = "127.0.0.1:1"});
  now = absl::FromUnixSeconds(20);
  registry.Connect(2, {.node_id = "a", .address = "127.0.0.1:3"});
  registry.Connect(3, {.node_id = "a", .address = "127.0.0.1:2"});
  const auto proxies = registry.Proxies();
  ASSERT_EQ(proxies.size(), 3u);
  EXPECT_EQ(proxies[0].address, "127.0.0.1:2");
  EXPECT_EQ(proxies[1].address, "127.0.0.1:3");
  EXPECT_EQ(proxies[2].node_id, "b");
  EXPECT_EQ(proxies[2].connected_since, absl::FromUnixSeconds(10));
  registry.Disconnect(3);
  registry.Disconnect(3);
  EXPECT_EQ(registry.Proxies().size(), 2u);
}

TEST(ProxyRegistryTest, AnUpdateReplacesTheStatus) {
  ProxyRegistry registry([] { return absl::UnixEpoch(); });
  registry.Connect(1, {.node_id = "a"});
  registry.Update(1, {{.type_url = "t", .version_sent = "v", .nacks = 2}}, 7);
  registry.Update(2, {}, 9);
  const auto proxies = registry.Proxies();
  ASSERT_EQ(proxies.size(), 1u);
  EXPECT_EQ(proxies[0].revision_acknowledged, 7);
  ASSERT_EQ(proxies[0].types.size(), 1u);
  EXPECT_EQ(proxies[0].types[0].nacks, 2);
}

}  // namespace
}  // namespace fairlead::control::fleet
