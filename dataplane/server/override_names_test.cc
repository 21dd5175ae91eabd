#include "dataplane/server/override_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairlead::server {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

listener::ListenerConfig Listener(const std::string& name, const std::string& routes,
                                  const std::string& filter) {
  auto hcm = std::make_shared<http::HcmConfig>();
  hcm->route_config_name = routes;
  hcm->filters.push_back({.name = filter});
  listener::ListenerConfig config;
  config.name = name;
  config.hcm = std::move(hcm);
  return config;
}

TEST(OverrideNamesTest, WarnsOnceOfANameThatNoFilterHas) {
  OverrideNames names;
  EXPECT_THAT(names.AddRoutes("r", {"limit"}), IsEmpty());
  const auto warnings = names.AddListener(Listener("l", "r", "auth"));
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_THAT(warnings[0], HasSubstr("route configuration 'r': typed_per_filter_config['limit']"));
  EXPECT_THAT(names.AddListener(Listener("l", "r", "auth")), IsEmpty());
  EXPECT_THAT(names.AddRoutes("r", {"limit"}), IsEmpty());
}

TEST(OverrideNamesTest, ANameThatOneListenerHasIsFine) {
  OverrideNames names;
  names.AddListener(Listener("l", "r", "auth"));
  names.AddListener(Listener("m", "r", "limit"));
  names.AddListener(Listener("n", "other", "x"));
  EXPECT_THAT(names.AddRoutes("r", {"limit"}), IsEmpty());
  EXPECT_EQ(names.AddRoutes("r", {"x"}).size(), 1u);
  // The filter comes, and goes again.
  EXPECT_THAT(names.AddListener(Listener("l", "r", "x")), IsEmpty());
  EXPECT_EQ(names.AddListener(Listener("l", "r", "auth")).size(), 1u);
}

TEST(OverrideNamesTest, WhatIsGoneIsForgotten) {
  OverrideNames names;
  names.AddListener(Listener("l", "r", "limit"));
  names.AddListener(Listener("m", "r", "auth"));
  names.RemoveListener("l");
  EXPECT_EQ(names.AddRoutes("r", {"limit"}).size(), 1u);
  names.RemoveRoutes("r");
  EXPECT_THAT(names.AddListener(Listener("m", "r", "auth")), IsEmpty());
  EXPECT_EQ(names.AddRoutes("r", {"limit"}).size(), 1u);
  EXPECT_THAT(names.AddRoutes("r", {}), IsEmpty());
}

}  // namespace
}  // namespace fairlead::server
