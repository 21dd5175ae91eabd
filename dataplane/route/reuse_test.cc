// Virtual hosts that did not change are taken over from the former table.

#include <fstream>

#include "absl/strings/str_split.h"
#include "dataplane/base/strings.h"
#include "dataplane/route/testing/table.h"
#include "gtest/gtest.h"

namespace fairlead::route {
namespace {

using envoy::config::route::v3::RouteConfiguration;
using testing::Find;
using testing::TestSlots;

RouteConfiguration Hosts(int count) {
  RouteConfiguration config;
  config.set_name("r");
  for (int i = 0; i < count; ++i) {
    auto& host = *config.add_virtual_hosts();
    host.set_name(StrCat("h", i));
    host.add_domains(StrCat("h", i, ".com"));
    auto& route = *host.add_routes();
    route.mutable_match()->set_prefix("/");
    route.mutable_route()->set_cluster(StrCat("c", i));
  }
  return config;
}

std::shared_ptr<const RouteTable> Compile(const RouteConfiguration& config,
                                          const RouteTable* previous) {
  auto table = RouteTable::Compile(config, {TestSlots(), nullptr}, previous);
  EXPECT_TRUE(table.ok()) << table.status();
  return *std::move(table);
}

const Route* At(const RouteTable& table, int host) {
  return Find(table, {.host = StrCat("h", host, ".com")});
}

TEST(ReuseTest, EverythingWhenNothingChanged) {
  const RouteConfiguration config = Hosts(10);
  const auto first = Compile(config, nullptr);
  const auto second = Compile(config, first.get());
  EXPECT_EQ(first->virtual_hosts_reused(), 0u);
  EXPECT_EQ(second->virtual_hosts_reused(), 10u);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(At(*first, i), At(*second, i));
}

TEST(ReuseTest, AllButTheOneThatChanged) {
  RouteConfiguration config = Hosts(10);
  const auto first = Compile(config, nullptr);
  config.mutable_virtual_hosts(4)->mutable_routes(0)->mutable_route()->set_cluster("new");
  const auto second = Compile(config, first.get());
  EXPECT_EQ(second->virtual_hosts_reused(), 9u);
  EXPECT_NE(At(*first, 4), At(*second, 4));
  EXPECT_EQ(std::get<Forward>(At(*second, 4)->action).clusters[0].slot->name, "new");
  EXPECT_EQ(At(*first, 5), At(*second, 5));
}

// A limit that holds for the whole table is one object (with one bucket) before and after a change
// of one virtual host.
TEST(ReuseTest, OverridesOfTheTableStayTheSameObjects) {
  const auto compile = [](const RouteConfiguration& config, const RouteTable* previous) {
    const auto make_override = [](std::string_view, const google::protobuf::Any&) {
      return absl::StatusOr<std::shared_ptr<const FilterOverride>>(
          std::make_shared<FilterOverride>());
    };
    return *RouteTable::Compile(config, {TestSlots(), make_override}, previous);
  };
  RouteConfiguration config = Hosts(3);
  (*config.mutable_typed_per_filter_config())["limit"].set_type_url("type.googleapis.com/x.Y");
  const auto first = compile(config, nullptr);
  config.mutable_virtual_hosts(1)->mutable_routes(0)->mutable_route()->set_cluster("new");
  const auto second = compile(config, first.get());
  const uint32_t limit = FilterNameId("limit");
  ASSERT_NE(FindOverride(At(*first, 0), nullptr, limit), nullptr);
  EXPECT_EQ(FindOverride(At(*second, 1), nullptr, limit)->config,
            FindOverride(At(*first, 0), nullptr, limit)->config);
}

TEST(ReuseTest, WhereverTheyStand) {
  RouteConfiguration config = Hosts(10);
  const auto first = Compile(config, nullptr);
  config.mutable_virtual_hosts()->DeleteSubrange(0, 3);
  config.mutable_virtual_hosts()->SwapElements(1, 5);
  *config.add_virtual_hosts() = Hosts(11).virtual_hosts(10);
  const auto second = Compile(config, first.get());
  EXPECT_EQ(second->virtual_hosts(), 8u);
  EXPECT_EQ(second->virtual_hosts_reused(), 7u);
  for (int i = 3; i < 10; ++i) EXPECT_EQ(At(*first, i), At(*second, i)) << i;
  EXPECT_EQ(At(*second, 0), nullptr);
  EXPECT_NE(At(*second, 10), nullptr);
}

TEST(ReuseTest, OutlivesTheFormerTable) {
  RouteConfiguration config = Hosts(3);
  config.mutable_virtual_hosts(0)->mutable_routes(0)->set_name("a route with a long enough name");
  auto first = Compile(config, nullptr);
  const auto second = Compile(config, first.get());
  first.reset();
  EXPECT_EQ(At(*second, 0)->name, "a route with a long enough name");
  EXPECT_EQ(At(*second, 0)->host->name, "h0");
}

TEST(ReuseTest, NothingWhenWhatAllShareChanged) {
  RouteConfiguration config = Hosts(3);
  const auto first = Compile(config, nullptr);
  config.add_request_headers_to_remove("x");
  const auto second = Compile(config, first.get());
  EXPECT_EQ(second->virtual_hosts_reused(), 0u);
  EXPECT_EQ(At(*second, 0)->request_edits.size(), 1u);
  EXPECT_TRUE(At(*first, 0)->request_edits.empty());
}

TEST(ReuseTest, FlagsOfTheTableAloneDoNotCount) {
  RouteConfiguration config = Hosts(3);
  const auto first = Compile(config, nullptr);
  config.set_ignore_port_in_host_matching(true);
  config.set_name("other");
  const auto second = Compile(config, first.get());
  EXPECT_EQ(second->virtual_hosts_reused(), 3u);
  EXPECT_EQ(Find(*first, {.host = "h1.com:80"}), nullptr);
  EXPECT_EQ(Find(*second, {.host = "h1.com:80"}), At(*first, 1));
}

TEST(ReuseTest, FilesAreReadAgain) {
  const std::string file = ::testing::TempDir() + "/reuse_test_body";
  RouteConfiguration config = Hosts(2);
  auto& response = *config.mutable_virtual_hosts(0)->mutable_routes(0)->mutable_direct_response();
  response.set_status(200);
  response.mutable_body()->set_filename(file);
  std::ofstream(file) << "one";
  const auto first = Compile(config, nullptr);
  std::ofstream(file) << "two";
  const auto second = Compile(config, first.get());
  EXPECT_EQ(second->virtual_hosts_reused(), 1u);
  EXPECT_EQ(std::get<DirectResponse>(At(*first, 0)->action).body, "one");
  EXPECT_EQ(std::get<DirectResponse>(At(*second, 0)->action).body, "two");
}

constexpr uint32_t kNew = RouteTable::kNew;

// The change that makes `text` of what `previous` was compiled from: `hosts` has the former places.
std::shared_ptr<const RouteTable> Change(const RouteTable& previous, std::string_view text,
                                         const std::vector<uint32_t>& hosts) {
  auto news = testing::ParseConfig(text);
  const auto all = news.virtual_hosts();
  news.clear_virtual_hosts();
  for (size_t i = 0; i < hosts.size(); ++i) {
    if (hosts[i] == kNew) *news.add_virtual_hosts() = all[static_cast<int>(i)];
  }
  auto table = RouteTable::CompileChange(news, hosts, {TestSlots(), nullptr}, previous);
  if (!table.ok()) ADD_FAILURE() << table.status().message();
  return table.ok() ? *std::move(table) : nullptr;
}

std::string ThreeHosts(std::string_view second) {
  return StrCat(
      "name: 'r' virtual_hosts { name: 'a' domains: 'a.com' routes { name: 'a1' match "
      "{ prefix: '/' } route { cluster: 'c' } } } virtual_hosts { name: 'b' ",
      second,
      " } virtual_hosts { name: 'c' domains: 'c.com' routes { name: 'c1' match "
      "{ prefix: '/' } route { cluster: 'c' } } routes { name: 'c2' match { prefix: "
      "'/x' } route { cluster: 'c' } } }");
}

TEST(ReuseTest, AChangeCompilesItsHostsOnly) {
  const auto host = [](std::string_view route) {
    return StrCat("domains: 'b.com' routes { name: '", route,
                  "' match { prefix: '/' } route { cluster: 'c' } }");
  };
  const auto first = testing::MakeTable(ThreeHosts(host("old")));
  const auto second = Change(*first, ThreeHosts(host("new")), {0, kNew, 2});
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->virtual_hosts_reused(), 2u);
  EXPECT_EQ(testing::Matched(*second, {.host = "b.com"}), "new");
  EXPECT_EQ(testing::Find(*second, {.host = "a.com"}), testing::Find(*first, {.host = "a.com"}));
  EXPECT_EQ(second->warnings(), first->warnings());
  // And the whole, compiled after it, takes everything over.
  const auto third = testing::MakeTable(ThreeHosts(host("new")), second.get());
  EXPECT_EQ(third->virtual_hosts_reused(), 3u);
  // Nothing changed.
  EXPECT_NE(Change(*first, ThreeHosts(host("old")), {0, 1, 2}), nullptr);
}

TEST(ReuseTest, NamesOfOverridesFollowAChange) {
  const auto host = [](std::string_view filter) {
    return StrCat("domains: 'b.com' routes { match { prefix: '/' } route { cluster: 'c' } ",
                  filter.empty()
                      ? ""
                      : StrCat("typed_per_filter_config { key: '", filter, "' value { ",
                               "[type.googleapis.com/envoy.config.route.v3.FilterConfig] { ",
                               "disabled: true } } }"),
                  " }");
  };
  using Names = std::set<std::string>;
  const auto first = testing::MakeTable(ThreeHosts(host("one")));
  EXPECT_EQ(first->override_names(), Names{"one"});
  const auto second = Change(*first, ThreeHosts(host("two")), {0, kNew, 2});
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->override_names(), Names{"two"});
  EXPECT_EQ(Change(*second, ThreeHosts(host("")), {0, kNew, 2})->override_names(), Names());
}

// `domains` are separated by spaces.
std::string HostText(std::string_view name, std::string_view domains) {
  std::string text = StrCat("virtual_hosts { name: '", name, "' routes { name: '", name,
                            "' match { prefix: '/' } route { cluster: 'c' } }");
  for (const absl::string_view domain : absl::StrSplit(ToAbsl(domains), ' ')) {
    StrAppend(&text, " domains: '", domain, "'");
  }
  return text + " } ";
}

TEST(ReuseTest, AChangeMayAddTakeAwayAndMoveHosts) {
  const std::string a = HostText("a", "a.com *.a.com"), b = HostText("b", "B.com www.b.* *");
  const std::string c = HostText("c", "c.com *.c.com c.*"), d = HostText("d", "d.com *.B.com");
  const std::vector<std::string> asked = {"a.com",   "x.a.com", "b.com",   "www.b.de", "c.com",
                                          "x.c.com", "c.de",    "x.b.com", "d.com",    "other"};
  const auto matched = [&](const RouteTable& table) {
    std::string names;
    for (const std::string& host : asked) {
      const Route* route = Find(table, {.host = host});
      StrAppend(&names, route == nullptr ? "-" : route->name);
    }
    return names;
  };
  const auto first = testing::MakeTable(a + b + c);
  EXPECT_EQ(matched(*first), "aabbcccbbb");
  struct Case {
    std::string text;
    std::vector<uint32_t> hosts;
  };
  for (const Case& one : std::vector<Case>{{a + b + c + d, {0, 1, 2, kNew}},
                                           {d + c + a, {kNew, 2, 0}},
                                           {c + b, {2, 1}},
                                           {a + HostText("n", "b.com x.a.com") + c, {0, kNew, 2}},
                                           {"", {}}}) {
    const auto changed = Change(*first, one.text, one.hosts);
    ASSERT_NE(changed, nullptr) << one.text;
    const auto whole = testing::MakeTable(one.text);
    EXPECT_EQ(matched(*changed), matched(*whole)) << one.text;
    EXPECT_EQ(changed->virtual_hosts(), whole->virtual_hosts());
    // The next compilation of the whole finds nothing to do.
    EXPECT_EQ(testing::MakeTable(one.text, changed.get())->virtual_hosts_reused(),
              whole->virtual_hosts());
  }
}

TEST(ReuseTest, AChangeWithFaultyDomainsOrFilesNeedsTheWhole) {
  const std::string a = HostText("a", "a.com"), b = HostText("b", "b.com");
  const auto first = testing::MakeTable(a + b);
  EXPECT_EQ(Change(*first, a + b + HostText("d", "A.com"), {0, 1, kNew}), nullptr);
  EXPECT_EQ(Change(*first, a + b + HostText("d", "x*x"), {0, 1, kNew}), nullptr);
  EXPECT_EQ(Change(*first, a + a, {0, 0}), nullptr);
  EXPECT_EQ(Change(*first, a, {2}), nullptr);
  const std::string file = ::testing::TempDir() + "/change_body";
  std::ofstream(file) << "body";
  const auto with_file = testing::MakeTable(
      a +
      "virtual_hosts { name: 'b' domains: 'b.com' routes { match { prefix: '/' } "
      "direct_response { status: 200 body { filename: '" +
      file + "' } } } }");
  EXPECT_EQ(Change(*with_file, a + b, {0, kNew}), nullptr);
}

TEST(ReuseTest, AnErrorLeavesTheFormerTableAsItIs) {
  RouteConfiguration config = Hosts(3);
  const auto first = Compile(config, nullptr);
  config.mutable_virtual_hosts(2)->mutable_routes(0)->mutable_route()->set_cluster("");
  EXPECT_FALSE(RouteTable::Compile(config, {TestSlots(), nullptr}, first.get()).ok());
  EXPECT_NE(At(*first, 2), nullptr);
}

}  // namespace
}  // namespace fairlead::route
