// What a matched route holds: its action, its clusters and their weights, its filters' overrides.

#include <fstream>
#include <map>

#include "dataplane/base/status.h"
#include "dataplane/base/strings.h"
#include "dataplane/route/testing/table.h"
#include "dataplane/route/weighted_choice.h"
#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"

namespace fairlead::route {
namespace {

using std::chrono::milliseconds;
using testing::Find;
using testing::MakeHost;

// Routes are owned by tables, which these tests keep.
class RouteActionTest : public ::testing::Test {
 protected:
  const Route& Make(const std::string& route) {
    table_ = MakeHost(StrCat("routes { name: \"r\" match { prefix: \"/\" } ", route, " }"));
    return *Find(*table_, {});
  }
  const Forward& MakeForward(const std::string& fields) {
    return std::get<Forward>(Make(StrCat("route { ", fields, " }")).action);
  }

  std::shared_ptr<const RouteTable> table_;
};

TEST_F(RouteActionTest, SimpleRouteIsSmall) {
  EXPECT_LT(sizeof(Route), 300u);
  const Route& route = Make("route { cluster: 'c' }");
  EXPECT_EQ(route.host->name, "h");
  EXPECT_TRUE(route.request_edits.empty() && route.overrides.empty());
}

TEST_F(RouteActionTest, ForwardDefaults) {
  const Forward& forward = MakeForward("cluster: 'shop'");
  ASSERT_EQ(forward.clusters.size(), 1u);
  EXPECT_EQ(forward.clusters[0].slot->name, "shop");
  EXPECT_EQ(forward.timeout, milliseconds(15000));
  EXPECT_EQ(forward.idle_timeout, std::nullopt);
  EXPECT_EQ(forward.cluster_not_found_status, 503);
  EXPECT_EQ(forward.rewrite, nullptr);
  EXPECT_EQ(forward.host_rewrite, nullptr);
  EXPECT_FALSE(forward.host_rewrite_auto);
}

TEST_F(RouteActionTest, ForwardFields) {
  const Forward& forward = MakeForward(R"(
      cluster: "c" timeout { seconds: 3 nanos: 500000001 } idle_timeout {}
      cluster_not_found_response_code: NOT_FOUND host_rewrite_literal: "b.com"
      append_x_forwarded_host: true)");
  // Rounded up, so that a time never becomes none.
  EXPECT_EQ(forward.timeout, milliseconds(3501));
  EXPECT_EQ(forward.idle_timeout, milliseconds(0));
  EXPECT_EQ(forward.cluster_not_found_status, 404);
  ASSERT_NE(forward.host_rewrite, nullptr);
  EXPECT_EQ(forward.host_rewrite->text, "b.com");
  EXPECT_TRUE(forward.append_x_forwarded_host);
  EXPECT_EQ(MakeForward("cluster: 'c' timeout { nanos: 1 }").timeout, milliseconds(1));
  EXPECT_TRUE(MakeForward("cluster: 'c' auto_host_rewrite { value: true }").host_rewrite_auto);
  EXPECT_FALSE(MakeForward("cluster: 'c' auto_host_rewrite {}").host_rewrite_auto);
  EXPECT_EQ(MakeForward("cluster: 'c' cluster_not_found_response_code: INTERNAL_SERVER_ERROR")
                .cluster_not_found_status,
            500);
}

TEST_F(RouteActionTest, SameClusterSharesItsSlot) {
  const auto slot = MakeForward("cluster: 'one'").clusters[0].slot;
  EXPECT_EQ(MakeForward("cluster: 'one'").clusters[0].slot, slot);
  EXPECT_NE(MakeForward("cluster: 'two'").clusters[0].slot->index, slot->index);
}

TEST_F(RouteActionTest, WeightedClustersArePickedByWeight) {
  const Forward& forward = MakeForward(R"(weighted_clusters {
      clusters { name: "a" weight { value: 1 } }
      clusters { name: "never" weight {} }
      clusters { name: "b" weight { value: 7 }
                 request_headers_to_add { header { key: "x" value: "b" } }
                 response_headers_to_remove: "server" }
      clusters { name: "c" weight { value: 2 } } })");
  EXPECT_EQ(forward.total_weight, 10u);
  std::map<std::string, int> picked;
  for (uint64_t random = 0; random < 1000; ++random) {
    ++picked[PickCluster(forward, random).slot->name];
  }
  EXPECT_EQ(picked, (std::map<std::string, int>{{"a", 100}, {"b", 700}, {"c", 200}}));
  const WeightedCluster& b = PickCluster(forward, 7);
  EXPECT_EQ(b.slot->name, "b");
  ASSERT_EQ(b.request_edits.size(), 1u);
  EXPECT_EQ(b.request_edits[0]->add[0].name, "x");
  ASSERT_EQ(b.response_edits.size(), 1u);
  EXPECT_EQ(b.response_edits[0]->remove[0], "server");
  EXPECT_TRUE(PickCluster(forward, 0).request_edits.empty());
}

TEST_F(RouteActionTest, WeightsCanBePickedByAFieldOfTheRequest) {
  const Forward& forward = MakeForward(R"(weighted_clusters { header_name: "X-Number"
      clusters { name: "a" weight { value: 30 } } clusters { name: "b" weight { value: 70 } } })");
  const auto number = [&](std::vector<std::pair<std::string, std::string>> fields) {
    codec::RequestHead head;
    const testing::Request request{.headers = std::move(fields)};
    testing::FillHead(request, head);
    return WeightNumber(forward, head, 5);
  };
  EXPECT_EQ(number({{"x-number", "31"}}), 31u);
  EXPECT_EQ(number({{"x-number", "18446744073709551615"}}), 18446744073709551615u);
  EXPECT_EQ(number({}), 5u);
  EXPECT_EQ(number({{"x-number", "-1"}}), 5u);
  EXPECT_EQ(number({{"x-number", "1"}, {"x-number", "2"}}), 5u);
}

TEST_F(RouteActionTest, ClustersNamedByTheRequest) {
  const Forward& one = MakeForward("cluster_header: 'X-Cluster'");
  ASSERT_EQ(one.clusters.size(), 1u);
  EXPECT_EQ(one.clusters[0].slot, nullptr);
  EXPECT_EQ(one.clusters[0].extras->name_header, "x-cluster");
  const Forward& weighted = MakeForward(R"(weighted_clusters {
      clusters { cluster_header: "x" weight { value: 1 } }
      clusters { name: "b" weight { value: 1 } host_rewrite_literal: "b.com" }
      clusters { name: "c" weight { value: 1 } } })");
  EXPECT_EQ(weighted.clusters[0].extras->name_header, "x");
  EXPECT_EQ(weighted.clusters[1].extras->host_rewrite, "b.com");
  EXPECT_EQ(weighted.clusters[2].extras, nullptr);
}

TEST_F(RouteActionTest, NonForwarding) {
  EXPECT_TRUE(std::holds_alternative<NoForwarding>(Make("non_forwarding_action {}").action));
}

TEST_F(RouteActionTest, RedirectFields) {
  const auto redirect = [&](const std::string& fields) {
    return std::get<Redirect>(Make(StrCat("redirect { ", fields, " }")).action);
  };
  EXPECT_EQ(redirect("").status, 301);
  EXPECT_EQ(redirect("response_code: FOUND").status, 302);
  EXPECT_EQ(redirect("response_code: SEE_OTHER").status, 303);
  EXPECT_EQ(redirect("response_code: TEMPORARY_REDIRECT").status, 307);
  EXPECT_EQ(redirect("response_code: PERMANENT_REDIRECT").status, 308);
  EXPECT_EQ(redirect("https_redirect: true").scheme, "https");
  EXPECT_EQ(redirect("port_redirect: 65535").port, 65535);
  EXPECT_EQ(redirect("prefix_rewrite: ''").rewrite, nullptr);
}

TEST_F(RouteActionTest, DirectResponseBodies) {
  const auto response = [&](const std::string& fields) {
    return std::get<DirectResponse>(Make(StrCat("direct_response { ", fields, " }")).action);
  };
  EXPECT_EQ(response("status: 204").body, "");
  EXPECT_EQ(response("status: 503 body { inline_string: 'down' }").body, "down");
  ASSERT_EQ(setenv("FAIRLEAD_TEST_BODY", "set", 1), 0);
  EXPECT_EQ(response("status: 200 body { environment_variable: 'FAIRLEAD_TEST_BODY' }").body,
            "set");
  EXPECT_EQ(response("status: 200 body { inline_bytes: '\\000\\001' }").body,
            std::string("\0\1", 2));
  const std::string file = ::testing::TempDir() + "/direct_response_body";
  std::ofstream(file) << "from a file";
  EXPECT_EQ(response("status: 200 body { filename: '" + file + "' }").body, "from a file");
}

// An override that is just a number.
struct Number : FilterOverride {
  explicit Number(int n) : n(n) {}
  int n;
};

absl::StatusOr<std::shared_ptr<const FilterOverride>> CompileNumber(
    std::string_view filter, const google::protobuf::Any& any) {
  google::protobuf::Int32Value value;
  if (!filter.starts_with("number")) {
    return absl::NotFoundError(ToAbsl(StrCat("no filter '", filter, "'")));
  }
  if (!any.UnpackTo(&value)) return InvalidArgument("is not a number");
  return std::make_shared<Number>(value.value());
}

class OverrideTest : public ::testing::Test {
 protected:
  static absl::StatusOr<std::shared_ptr<const RouteTable>> Compile(const std::string& table_level,
                                                                   const std::string& host_level,
                                                                   const std::string& route_level) {
    return RouteTable::Compile(
        testing::ParseConfig(StrCat("name: \"t\" virtual_hosts { name: \"h\" domains: \"*\" ",
                                    host_level,
                                    " routes { match { prefix: \"/\" } route { "
                                    "cluster: \"c\" } ",
                                    route_level, " } } ", table_level)),
        {testing::TestSlots(), &CompileNumber}, nullptr);
  }
  // "5", "disabled", "on" (no settings), or "none".
  std::string Seen(const std::string& table_level, const std::string& host_level,
                   const std::string& route_level, std::string_view filter = "number") {
    const auto table = Compile(table_level, host_level, route_level);
    if (!table.ok()) return std::string(ToStd(table.status().message()));
    warnings_ = (*table)->warnings();
    const Route* route = Find(**table, {});
    const OverrideEntry* entry = FindOverride(route, nullptr, FilterNameId(filter));
    if (entry == nullptr) return "none";
    if (entry->is_disabled) return "disabled";
    const auto* number = static_cast<const Number*>(entry->config.get());
    return number == nullptr ? "on" : StrCat(number->n);
  }
  static std::string Entry(const std::string& value, const std::string& filter = "number") {
    return "typed_per_filter_config { key: '" + filter + "' value { " + value + " } } ";
  }
  static std::string Plain(int n) {
    return "[type.googleapis.com/google.protobuf.Int32Value] { value: " + StrCat(n) + " }";
  }
  static std::string Wrapped(const std::string& fields) {
    return "[type.googleapis.com/envoy.config.route.v3.FilterConfig] { " + fields + " }";
  }

  std::vector<std::string> warnings_;
};

TEST_F(OverrideTest, MostSpecificLevelWins) {
  EXPECT_EQ(Seen("", "", ""), "none");
  EXPECT_EQ(Seen(Entry(Plain(1)), "", ""), "1");
  EXPECT_EQ(Seen(Entry(Plain(1)), Entry(Plain(2)), ""), "2");
  EXPECT_EQ(Seen(Entry(Plain(1)), Entry(Plain(2)), Entry(Plain(3))), "3");
  EXPECT_EQ(Seen("", "", Entry(Plain(3)), "number other"), "none");
}

TEST_F(OverrideTest, FiltersOfSeveralLevelsAddUp) {
  const std::string host = Entry(Plain(1), "number a") + Entry(Plain(2), "number b");
  const std::string route = Entry(Plain(3), "number b") + Entry(Plain(4), "number c");
  EXPECT_EQ(Seen("", host, route, "number a"), "1");
  EXPECT_EQ(Seen("", host, route, "number b"), "3");
  EXPECT_EQ(Seen("", host, route, "number c"), "4");
}

TEST_F(OverrideTest, FilterConfigWrapsSettingsAndSwitches) {
  EXPECT_EQ(Seen("", "", Entry(Wrapped("config { " + Plain(5) + " }"))), "5");
  EXPECT_EQ(Seen("", Entry(Plain(1)), Entry(Wrapped("disabled: true"))), "disabled");
  EXPECT_EQ(Seen("", Entry(Wrapped("disabled: true")), Entry(Plain(3))), "3");
  // Present but empty: switched on, with the settings of the level above.
  EXPECT_EQ(Seen("", "", Entry(Wrapped("config {}"))), "on");
  EXPECT_EQ(Seen("", Entry(Plain(1)), Entry(Wrapped("config {}"))), "1");
  EXPECT_EQ(Seen("", "", Entry(Wrapped(""))),
            "route configuration 't': virtual host 'h': routes[0]: "
            "typed_per_filter_config['number']: FilterConfig: config is missing, and disabled is "
            "not true");
}

TEST_F(OverrideTest, UnknownFilterIsRefusedUnlessOptional) {
  EXPECT_EQ(Seen("", Entry(Plain(1), "odd"), ""),
            "route configuration 't': virtual host 'h': typed_per_filter_config['odd']: no filter "
            "'odd'");
  const std::string optional = Wrapped("is_optional: true config { " + Plain(1) + " }");
  EXPECT_EQ(Seen("", "", Entry(optional, "odd"), "odd"), "none");
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_EQ(
      warnings_[0],
      "virtual host 'h': routes[0]: typed_per_filter_config['odd']: no such filter here; left "
      "out, because it is optional");
  // Optional does not excuse settings that a known filter refuses.
  EXPECT_NE(Seen("", "",
                 Entry(Wrapped("is_optional: true config { "
                               "[type.googleapis.com/google.protobuf.BoolValue] {} }")))
                .find("is not a number"),
            std::string::npos);
}

}  // namespace
}  // namespace fairlead::route
