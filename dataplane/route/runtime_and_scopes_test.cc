// What a route gets from the process: runtime values, and where its requests are counted.

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "dataplane/base/strings.h"
#include "dataplane/observe/call_stats.h"
#include "dataplane/route/route_table.h"
#include "dataplane/route/testing/table.h"
#include "dataplane/route/virtual_clusters.h"
#include "dataplane/route/weighted_choice.h"
#include "dataplane/runtime/runtime.h"
#include "envoy/config/bootstrap/v3/bootstrap.pb.h"

namespace fairlead::route {
namespace {

using testing::Find;
using testing::Matched;
using testing::Request;

class Number final : public FilterOverride {
 public:
  explicit Number(int n) : n(n) {}
  const int n;
};

// By the length of the message's bytes: enough to tell one from another.
absl::StatusOr<std::shared_ptr<const FilterOverride>> CompileNumber(
    std::string_view, const google::protobuf::Any& any) {
  return std::make_shared<const Number>(static_cast<int>(any.value().size()));
}

class RuntimeAndScopesTest : public ::testing::Test {
 protected:
  std::shared_ptr<const RouteTable> Make(const std::string& host_fields,
                                         const RouteTable* previous = nullptr) {
    auto table = RouteTable::Compile(
        testing::ParseConfig(
            StrCat("name: 'r' virtual_hosts { name: 'h' domains: '*' ", host_fields, " }")),
        {testing::TestSlots(), &CompileNumber, runtime_.get(), &calls_}, previous);
    EXPECT_TRUE(table.ok()) << ToStd(table.status().message());
    return table.ok() ? *table : nullptr;
  }
  static std::unique_ptr<runtime::Runtime> OperatorsRuntime() {
    return *runtime::Runtime::Create(envoy::config::bootstrap::v3::LayeredRuntime());
  }

  std::unique_ptr<runtime::Runtime> runtime_ = OperatorsRuntime();
  observe::CallScopes calls_{1};
};

TEST_F(RuntimeAndScopesTest, AShareFollowsItsKey) {
  const auto table = Make(
      "routes { name: 'some' match { prefix: '/' runtime_fraction { default_value { numerator: 0 } "
      "runtime_key: 'canary' } } route { cluster: 'c' } } "
      "routes { name: 'rest' match { prefix: '/' } route { cluster: 'c' } }");
  const auto at = [&](uint64_t random) {
    return Matched(*table, Request{.path = "/", .random = random});
  };
  EXPECT_EQ(at(0), "rest");
  ASSERT_TRUE(runtime_->Modify({{"canary", "30"}}).ok());
  EXPECT_EQ(at(29), "some");
  EXPECT_EQ(at(30), "rest");
  ASSERT_TRUE(
      runtime_->Modify({{"canary", R"({"numerator": 1, "denominator": "TEN_THOUSAND"})"}}).ok());
  EXPECT_EQ(at(10'000), "some");
  EXPECT_EQ(at(1), "rest");
  ASSERT_TRUE(runtime_->Modify({{"canary", ""}}).ok());
  EXPECT_EQ(at(0), "rest");
}

TEST_F(RuntimeAndScopesTest, AShareOfAllMayBecomeLess) {
  const auto table = Make(
      "routes { name: 'all' match { prefix: '/' runtime_fraction { default_value { numerator: 100 "
      "} runtime_key: 'k' } } route { cluster: 'c' } }");
  EXPECT_EQ(Matched(*table, Request{.path = "/", .random = 99}), "all");
  ASSERT_TRUE(runtime_->Modify({{"k", "0"}}).ok());
  EXPECT_EQ(Matched(*table, Request{.path = "/", .random = 0}), "none");
}

TEST_F(RuntimeAndScopesTest, WeightsFollowTheirKeys) {
  const auto table = Make(
      "routes { match { prefix: '/' } route { weighted_clusters { runtime_key_prefix: 'w' "
      "clusters { name: 'a' weight { value: 90 } } clusters { name: 'b' weight { value: 10 } } "
      "clusters { name: 'z' weight { value: 0 } } } } }");
  const auto& forward = std::get<Forward>(Find(*table, Request{.path = "/"})->action);
  const auto at = [&](uint64_t random) { return PickCluster(forward, random).slot->name; };
  EXPECT_EQ(at(89), "a");
  EXPECT_EQ(at(90), "b");
  EXPECT_EQ(at(99), "b");
  EXPECT_EQ(at(100), "a");
  ASSERT_TRUE(runtime_->Modify({{"w.a", "0"}, {"w.z", "30"}}).ok());
  EXPECT_EQ(at(9), "b");
  EXPECT_EQ(at(10), "z");
  EXPECT_EQ(at(39), "z");
  EXPECT_EQ(at(40), "b");
  // Nothing is left: the first.
  ASSERT_TRUE(runtime_->Modify({{"w.b", "0"}, {"w.z", "0"}}).ok());
  EXPECT_EQ(at(5), "a");
}

TEST_F(RuntimeAndScopesTest, AClustersFilterSettingsWinOverItsRoutes) {
  const auto entry = [](const std::string& filter, size_t size) {
    return StrCat("typed_per_filter_config { key: '", filter,
                  "' value { type_url: 'type.googleapis.com/x' value: '", std::string(size, 'v'),
                  "' } } ");
  };
  const auto table = Make(StrCat(
      entry("of_host", 1), "routes { match { prefix: '/' } ", entry("both", 2), entry("route", 3),
      "route { weighted_clusters { clusters { name: 'a' weight { value: 1 } ", entry("both", 4),
      entry("cluster", 5), "} clusters { name: 'b' weight { value: 1 } } } } }"));
  const Route* route = Find(*table, Request{.path = "/"});
  const auto& clusters = std::get<Forward>(route->action).clusters;
  const auto of = [&](const WeightedCluster* target, std::string_view filter) {
    const OverrideEntry* found = FindOverride(route, target, FilterNameId(filter));
    return found == nullptr ? 0 : static_cast<const Number*>(found->config.get())->n;
  };
  EXPECT_EQ(of(&clusters[0], "both"), 4);
  EXPECT_EQ(of(&clusters[0], "cluster"), 5);
  EXPECT_EQ(of(&clusters[0], "route"), 3);
  EXPECT_EQ(of(&clusters[0], "of_host"), 1);
  EXPECT_EQ(of(&clusters[1], "both"), 2);
  EXPECT_EQ(of(&clusters[1], "cluster"), 0);
  EXPECT_EQ(of(nullptr, "both"), 2);
  EXPECT_TRUE(table->override_names().contains("cluster"));
}

TEST_F(RuntimeAndScopesTest, VirtualClustersAreTriedInTheirOrder) {
  const auto table = Make(
      "virtual_clusters { name: 'carts' headers { name: ':path' string_match { prefix: '/cart' } } "
      "headers { name: ':method' string_match { exact: 'POST' } } } "
      "virtual_clusters { name: 'reads' headers { name: ':method' string_match { exact: 'GET' } } "
      "} "
      "routes { match { prefix: '/' } route { cluster: 'c' } }");
  const auto& kinds = *Find(*table, Request{.path = "/"})->host->virtual_clusters;
  const auto kind = [&](std::string_view method, std::string_view path) {
    codec::RequestHead head;
    head.method_text = method;
    head.path = path;
    return kinds.Match(head).name;
  };
  EXPECT_EQ(kind("POST", "/cart/1"), "carts");
  EXPECT_EQ(kind("GET", "/cart/1"), "reads");
  EXPECT_EQ(kind("PUT", "/cart/1"), "");
}

TEST_F(RuntimeAndScopesTest, ScopesOutliveAConfiguration) {
  using Kind = observe::CallScopes::Kind;
  const std::string fields =
      "virtual_clusters { name: 'all' headers { name: ':path' present_match: true } } "
      "routes { stat_prefix: 'p' match { prefix: '/' } route { cluster: 'c' } } ";
  auto first = Make(fields);
  const Route* route = Find(*first, Request{.path = "/"});
  route->extras->stats->Of(0).rq_total.Add();
  route->host->virtual_clusters->entries[0].stats->Of(0).rq_total.Add();
  const auto second =
      Make(StrCat(fields, "routes { match { prefix: '/b' } route { cluster: 'd' } }"));
  first.reset();
  EXPECT_EQ(calls_.Get(Kind::kRoute, "h", "p")->Sum(&observe::CallStats::rq_total), 1u);
  EXPECT_EQ(calls_.Get(Kind::kVirtualCluster, "h", "all")->Sum(&observe::CallStats::rq_total), 1u);
  int scopes = 0;
  calls_.ForEach([&](auto...) { ++scopes; });
  EXPECT_EQ(scopes, 3);  // with "other"
}

TEST_F(RuntimeAndScopesTest, StreamDurations) {
  const auto table = Make(
      "routes { match { path: '/a' } route { cluster: 'c' max_stream_duration { "
      "max_stream_duration { nanos: 1500001 } } } } "
      "routes { match { path: '/b' } route { cluster: 'c' max_stream_duration { "
      "max_stream_duration {} } } } "
      "routes { match { path: '/c' } route { cluster: 'c' } }");
  const auto extras = [&](const std::string& path) {
    return std::get<Forward>(Find(*table, Request{.path = path})->action).extras;
  };
  EXPECT_EQ(extras("/a")->max_stream_duration, std::chrono::milliseconds(2));
  EXPECT_EQ(extras("/b")->max_stream_duration, std::chrono::milliseconds(0));
  EXPECT_EQ(extras("/c"), nullptr);
}

}  // namespace
}  // namespace fairlead::route
