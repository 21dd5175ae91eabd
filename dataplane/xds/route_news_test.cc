#include "dataplane/xds/route_news.h"

#include "envoy/config/route/v3/route.pb.h"
#include "gtest/gtest.h"

namespace fairlead::xds {
namespace {

using envoy::config::route::v3::RouteConfiguration;
using Places = std::vector<uint32_t>;

constexpr uint32_t kNew = RouteNews::kNew;

RouteConfiguration Config(const std::vector<std::string>& hosts) {
  RouteConfiguration config;
  config.set_name("r");
  for (const std::string& name : hosts) {
    auto& host = *config.add_virtual_hosts();
    host.set_name(name);
    host.add_domains(name + ".test");
  }
  config.add_request_headers_to_remove("x");
  return config;
}

// The names of the news' hosts.
std::vector<std::string> Names(const RouteNews& news) {
  RouteConfiguration config;
  EXPECT_TRUE(config.ParseFromString(news.bytes));
  EXPECT_EQ(config.name(), "r");
  std::vector<std::string> names;
  for (const auto& host : config.virtual_hosts()) names.push_back(host.name());
  return names;
}

RouteNews Find(const RouteConfiguration& accepted, const RouteConfiguration& config) {
  const auto news = FindRouteNews(accepted.SerializeAsString(), config.SerializeAsString());
  EXPECT_TRUE(news.has_value());
  return news.value_or(RouteNews());
}

TEST(RouteNewsTest, NothingIsNewInTheSame) {
  const RouteNews news = Find(Config({"a", "b"}), Config({"a", "b"}));
  EXPECT_TRUE(Names(news).empty());
  EXPECT_EQ(news.hosts, (Places{0, 1}));
}

TEST(RouteNewsTest, ChangedHostsAndTheirPlaces) {
  RouteConfiguration changed = Config({"a", "b", "c", "d"});
  changed.mutable_virtual_hosts(1)->add_domains("more");
  changed.mutable_virtual_hosts(3)->set_name("D");
  const RouteNews news = Find(Config({"a", "b", "c", "d"}), changed);
  EXPECT_EQ(Names(news), (std::vector<std::string>{"b", "D"}));
  EXPECT_EQ(news.hosts, (Places{0, kNew, 2, kNew}));
}

TEST(RouteNewsTest, HostsThatMovedAreKnown) {
  const RouteConfiguration before = Config({"a", "b", "c"});
  const RouteNews added = Find(before, Config({"n", "a", "b", "c"}));
  EXPECT_EQ(Names(added), (std::vector<std::string>{"n"}));
  EXPECT_EQ(added.hosts, (Places{kNew, 0, 1, 2}));
  const RouteNews moved = Find(before, Config({"c", "a"}));
  EXPECT_TRUE(Names(moved).empty());
  EXPECT_EQ(moved.hosts, (Places{2, 0}));
  EXPECT_EQ(Find(before, Config({"a", "c"})).hosts, (Places{0, 2}));
  EXPECT_EQ(Find(before, Config({"b", "x", "a", "y", "c"})).hosts, (Places{1, kNew, 0, kNew, 2}));
  EXPECT_EQ(Find(Config({"a", "a"}), Config({"a", "a", "a"})).hosts, (Places{0, 1, kNew}));
}

TEST(RouteNewsTest, OtherFieldsHaveNoPlaces) {
  RouteConfiguration changed = Config({"a", "b"});
  changed.set_request_headers_to_remove(0, "y");
  const RouteNews news = Find(Config({"a", "b"}), changed);
  EXPECT_TRUE(Names(news).empty());
  EXPECT_EQ(news.hosts, std::nullopt);
}

TEST(RouteNewsTest, AllIsNewToNothing) {
  EXPECT_EQ(Names(Find({}, Config({"a", "b"}))), (std::vector<std::string>{"a", "b"}));
}

TEST(RouteNewsTest, MalformedBytesHaveNone) {
  const std::string good = Config({"a"}).SerializeAsString();
  for (size_t size = 1; size < good.size(); ++size) {
    RouteConfiguration parsed;
    const std::string cut = good.substr(0, size);
    if (parsed.ParseFromString(cut)) continue;
    EXPECT_EQ(FindRouteNews(good, cut), std::nullopt) << size;
    EXPECT_EQ(FindRouteNews(cut, good), std::nullopt) << size;
  }
}

}  // namespace
}  // namespace fairlead::xds
