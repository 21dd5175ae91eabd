#include "dataplane/xds/proto_check.h"

#include <string>

#include "dataplane/base/strings.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/extensions/filters/http/router/v3/router.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace fairlead::xds {
namespace {

using envoy::config::cluster::v3::Cluster;
using envoy::config::listener::v3::Listener;
using envoy::config::route::v3::RouteConfiguration;
using ::testing::HasSubstr;

constexpr char kHcm[] =
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

template <typename T>
T Parse(const std::string& text) {
  T message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

// Everything that the messages below hold, unless a test takes a field away.
SupportTable Table() {
  SupportTable table;
  table.Allow("envoy.config.listener.v3.Listener", {"name", "address", "filter_chains"});
  table.AllowAll("envoy.config.core.v3.Address");
  table.Allow("envoy.config.core.v3.SocketAddress", {"address", "port_value"});
  table.Allow("envoy.config.listener.v3.FilterChain", {"filters"});
  table.Allow("envoy.config.listener.v3.Filter", {"name", "typed_config"});
  table.Allow(kHcm, {"stat_prefix", "route_config", "http_filters"});
  table.Allow("envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter",
              {"name", "typed_config"});
  table.Allow("envoy.extensions.filters.http.router.v3.Router", {});
  table.Allow("envoy.config.route.v3.RouteConfiguration",
              {"name", "virtual_hosts", "internal_only_headers"});
  table.Allow("envoy.config.route.v3.VirtualHost", {"name", "domains", "routes"});
  table.Allow("envoy.config.route.v3.Route", {"match", "route", "direct_response", "metadata"});
  table.Allow("envoy.config.route.v3.RouteMatch", {"prefix", "path"});
  table.Allow("envoy.config.route.v3.RouteAction", {"cluster", "timeout"});
  table.Allow("envoy.config.route.v3.DirectResponseAction", {"status"});
  table.AllowTree("envoy.config.core.v3.Metadata");
  table.Allow("envoy.config.cluster.v3.Cluster",
              {"name", "connect_timeout", "type", "per_connection_buffer_limit_bytes"});
  table.AllowEnum("envoy.config.cluster.v3.Cluster.lb_policy", {"ROUND_ROBIN", "RANDOM"});
  return table;
}

Listener ListenerWith(const std::string& hcm) {
  return Parse<Listener>(StrCat(
      "name: 'a' address { socket_address { address: '127.0.0.1' port_value: 1 } } filter_chains { "
      "filters { name: 'hcm' typed_config { [type.googleapis.com/",
      std::string_view(kHcm), "] { ", hcm, " } } } }"));
}

absl::Status Check(const google::protobuf::Message& message, std::string_view label,
                   const SupportTable& table = Table()) {
  return ProtoCheck(table).Check(message, label);
}

TEST(ProtoCheckTest, AcceptsWhatIsDeclaredAndValid) {
  EXPECT_EQ(VerifyNames(Table()), absl::OkStatus());
  EXPECT_EQ(
      Check(ListenerWith("stat_prefix: 'x' route_config {} http_filters { name: 'r' typed_config { "
                         "[type.googleapis.com/envoy.extensions.filters.http.router.v3.Router]"
                         " {} } }"),
            "listener 'a'"),
      absl::OkStatus());
}

TEST(ProtoCheckTest, UnsupportedFieldInAnAnyIsNamedByItsPath) {
  EXPECT_EQ(
      Check(ListenerWith("stat_prefix: 'x' route_config {} tracing {}"), "listener 'a'").message(),
      "listener 'a': filter_chains[0].filters[0].typed_config(HttpConnectionManager).tracing: "
      "is set but not supported by this proxy; see fairlead-proxy --supported");
}

TEST(ProtoCheckTest, RuleInAnAnyIsEnforced) {
  EXPECT_EQ(Check(ListenerWith("route_config {}"), "listener 'a'").message(),
            "listener 'a': filter_chains[0].filters[0].typed_config(HttpConnectionManager)."
            "stat_prefix: is empty, which is not allowed");
}

TEST(ProtoCheckTest, AnyOfUndeclaredOrUnknownTypeOrBadBytesIsRefused) {
  SupportTable table = Table();
  Listener listener = ListenerWith("stat_prefix: 'x'");
  auto* any = listener.mutable_filter_chains(0)->mutable_filters(0)->mutable_typed_config();
  any->set_type_url("type.googleapis.com/envoy.config.cluster.v3.Filter");
  EXPECT_THAT(std::string(Check(listener, "l").message()),
              HasSubstr("typed_config: holds a envoy.config.cluster.v3.Filter, a type not"));
  any->set_type_url("type.googleapis.com/no.such.Type");
  EXPECT_THAT(std::string(Check(listener, "l").message()),
              HasSubstr("typed_config: holds a \"type.googleapis.com/no.such.Type\", a type not"));
  any->set_type_url(StrCat("type.googleapis.com/", std::string_view(kHcm)));
  any->set_value("\xff\xff\xff");
  EXPECT_THAT(std::string(Check(listener, "l").message()),
              HasSubstr("does not hold a well-formed"));
}

TEST(ProtoCheckTest, RequiredMessageAndOneofAreNamed) {
  const auto routes =
      Parse<RouteConfiguration>("virtual_hosts { name: 'v' domains: '*' routes { } }");
  const std::string message(Check(routes, "route configuration 'r'").message());
  EXPECT_THAT(message, HasSubstr("virtual_hosts[0].routes[0].match: is required and not set"));
  EXPECT_THAT(message,
              HasSubstr("virtual_hosts[0].routes[0].action: is required: one of route, redirect"));
}

TEST(ProtoCheckTest, RepeatedRulesApplyToCountAndElements) {
  EXPECT_THAT(
      std::string(Check(Parse<RouteConfiguration>("virtual_hosts { name: 'v' }"), "r").message()),
      HasSubstr("virtual_hosts[0].domains: has 0 elements, allowed is at least 1"));
  EXPECT_THAT(
      std::string(
          Check(Parse<RouteConfiguration>("internal_only_headers: 'a\\nb'"), "r").message()),
      HasSubstr("internal_only_headers[0]: is \"a\\nb\", allowed is an HTTP header name"));
}

// weighted_clusters.clusters[].cluster_header is empty in most configurations there are.
TEST(ProtoCheckTest, EmptyHeaderNameIsRefusedOnlyWhenStrict) {
  SupportTable table;
  table.AllowTree("envoy.config.route.v3.RouteConfiguration");
  const auto routes = Parse<RouteConfiguration>(
      "virtual_hosts { name: 'v' domains: '*' routes { match { prefix: '/' } route { "
      "weighted_clusters { clusters { name: 'c' weight { value: 1 } } } } } }");
  EXPECT_EQ(Check(routes, "r", table), absl::OkStatus());
}

TEST(ProtoCheckTest, NumbersAndDurationsShowTheBounds) {
  const auto routes = Parse<RouteConfiguration>(
      "virtual_hosts { name: 'v' domains: '*' routes { match { prefix: '/' } direct_response { "
      "status: 99 } } }");
  EXPECT_THAT(std::string(Check(routes, "r").message()),
              HasSubstr("direct_response.status: is 99, allowed is >= 200 and < 600"));
  EXPECT_EQ(Check(Parse<Cluster>("name: 'c' connect_timeout { }"), "cluster 'c'").message(),
            "cluster 'c': connect_timeout: is 0s, allowed is > 0s");
  EXPECT_EQ(Check(Parse<Cluster>("name: 'c' connect_timeout { nanos: -5000000 }"), "c").message(),
            "c: connect_timeout: is -0.005s, allowed is > 0s");
  EXPECT_EQ(Check(Parse<Cluster>("name: 'c' connect_timeout { nanos: 1000000000 }"), "c").message(),
            "c: connect_timeout: is 0 seconds and 1000000000 nanos, which is not a valid duration");
}

TEST(ProtoCheckTest, EnumValueOutsideTheTableIsRefused) {
  EXPECT_EQ(Check(Parse<Cluster>("name: 'c' lb_policy: RANDOM"), "c"), absl::OkStatus());
  EXPECT_EQ(Check(Parse<Cluster>("name: 'c' lb_policy: MAGLEV"), "cluster 'c'").message(),
            "cluster 'c': lb_policy: is MAGLEV, which is not supported by this proxy; see "
            "fairlead-proxy --supported; supported are RANDOM, ROUND_ROBIN");
}

TEST(ProtoCheckTest, UndefinedEnumNumberIsRefused) {
  SupportTable table = Table();
  Cluster cluster = Parse<Cluster>("name: 'c'");
  cluster.set_type(static_cast<Cluster::DiscoveryType>(77));
  EXPECT_EQ(Check(cluster, "c").message(),
            "c: type: is 77, which is no value of envoy.config.cluster.v3.Cluster.DiscoveryType");
}

TEST(ProtoCheckTest, UnknownWireFieldIsRefused) {
  Cluster cluster = Parse<Cluster>("name: 'c'");
  cluster.GetReflection()->MutableUnknownFields(&cluster)->AddVarint(99999, 1);
  EXPECT_EQ(Check(cluster, "c").message(),
            "c: has field number 99999, which envoy.config.cluster.v3.Cluster of this proxy's API "
            "does not have");
}

TEST(ProtoCheckTest, DeprecatedFieldIsRefusedUnlessNamed) {
  SupportTable table = Table();
  table.AllowAll("envoy.config.cluster.v3.Cluster");
  const auto cluster = Parse<Cluster>("name: 'c' max_requests_per_connection { value: 1 }");
  EXPECT_THAT(std::string(Check(cluster, "c", table).message()),
              HasSubstr("max_requests_per_connection: is set but deprecated in the API"));
  table.Allow("envoy.config.cluster.v3.Cluster", {"max_requests_per_connection"});
  EXPECT_EQ(Check(cluster, "c", table), absl::OkStatus());
}

TEST(ProtoCheckTest, OpaqueTreeIsNotLookedInto) {
  const auto routes = Parse<RouteConfiguration>(
      "virtual_hosts { name: 'v' domains: '*' routes { match { prefix: '/' } route { cluster: 'c' }"
      " metadata { filter_metadata { key: 'a' value { fields { key: 'b' value { number_value: 1 } }"
      " } } } } }");
  EXPECT_EQ(Check(routes, "r"), absl::OkStatus());
}

TEST(ProtoCheckTest, ListsTheFirstFaultsOnly) {
  Cluster cluster = Parse<Cluster>("dns_lookup_family: V4_ONLY alt_stat_name: 'x'");
  SupportTable table = Table();
  ProtoCheck check(table);
  EXPECT_EQ(check.Check(cluster, "c", 1).message(), "c: name: is empty, which is not allowed");
  const std::string all(check.Check(cluster, "c").message());
  EXPECT_THAT(all, HasSubstr("; c: dns_lookup_family: "));
  EXPECT_THAT(all, HasSubstr("; c: alt_stat_name: "));
}

TEST(ProtoCheckTest, VerifyNamesFindsMistakesInTheTable) {
  SupportTable no_message;
  no_message.Allow("envoy.NoSuch", {});
  EXPECT_THAT(std::string(VerifyNames(no_message).message()),
              HasSubstr("no message 'envoy.NoSuch'"));
  SupportTable no_field;
  no_field.Allow("envoy.config.cluster.v3.Cluster", {"nam"});
  EXPECT_THAT(std::string(VerifyNames(no_field).message()), HasSubstr("has no field 'nam'"));
  SupportTable no_value;
  no_value.AllowEnum("envoy.config.cluster.v3.Cluster.lb_policy", {"ROUNDROBIN"});
  EXPECT_THAT(std::string(VerifyNames(no_value).message()), HasSubstr("has no value 'ROUNDROBIN'"));
}

TEST(SupportTableTest, PrintsAsTableAndJson) {
  SupportTable table;
  table.Allow("a.B", {"y", "x"});
  table.AllowEnum("a.B.e", {"ONE", "TWO"});
  table.Allow("a.C", {});
  EXPECT_EQ(PrintSupported(table, SupportTable::Format::kTable),
            "a.B\n  e: ONE, TWO\n  x\n  y\na.C\n  (without fields)\n");
  EXPECT_EQ(PrintSupported(table, SupportTable::Format::kJson),
            "{\"messages\": {\n  \"a.B\": {\"fields\": [\"e\", \"x\", \"y\"], \"enums\": {\"e\": "
            "[\"ONE\", \"TWO\"]}},\n  \"a.C\": {\"fields\": []}\n}}\n");
}

}  // namespace
}  // namespace fairlead::xds
