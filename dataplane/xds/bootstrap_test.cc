#include "dataplane/xds/bootstrap.h"

#include <cstdio>
#include <fstream>
#include <string>

#include "dataplane/base/strings.h"
#include "dataplane/xds/document.h"
#include "envoy/config/bootstrap/v3/bootstrap.pb.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/service/discovery/v3/discovery.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

namespace fairlead::xds {
namespace {

using envoy::config::bootstrap::v3::Bootstrap;
using envoy::config::cluster::v3::Cluster;
using envoy::config::route::v3::RouteConfiguration;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kHcmUrl[] =
    "type.googleapis.com/"
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

// The message that the text makes; the test fails if it makes none.
template <typename T>
T Parsed(const std::string& text, const std::string& name = "f.yaml") {
  T message;
  EXPECT_EQ(ParseProto(text, name, message), absl::OkStatus()) << text;
  return message;
}

template <typename T>
std::string Error(const std::string& text, const std::string& name = "f.yaml") {
  T message;
  return std::string(ParseProto(text, name, message).message());
}

std::string WriteFile(const std::string& name, const std::string& text) {
  const std::string path = StrCat(testing::TempDir(), "/", name);
  std::ofstream(path) << text;
  return path;
}

TEST(ParseProtoTest, YamlTakesTheTypesOfItsFields) {
  const auto cluster = Parsed<Cluster>(R"(
name: 80
connect_timeout: 0.25s
type: STRICT_DNS
lbPolicy: RANDOM          # lowerCamelCase
ignore_health_on_host_removal: yes
per_connection_buffer_limit_bytes: 0x8000
load_assignment:
  cluster_name: "80"
  endpoints:
  - lb_endpoints:
    - endpoint: {address: {pipe: {path: /tmp/s, mode: 0644}}}
metadata: {filter_metadata: {a: {i: 1, f: 1.5, t: true, s: "1", n: null, l: [x, {}]}}}
)");
  EXPECT_EQ(cluster.name(), "80");
  EXPECT_EQ(cluster.connect_timeout().nanos(), 250000000);
  EXPECT_EQ(cluster.type(), Cluster::STRICT_DNS);
  EXPECT_EQ(cluster.lb_policy(), Cluster::RANDOM);
  EXPECT_TRUE(cluster.ignore_health_on_host_removal());
  EXPECT_EQ(cluster.per_connection_buffer_limit_bytes().value(), 0x8000u);
  const auto& endpoint = cluster.load_assignment().endpoints(0).lb_endpoints(0).endpoint();
  EXPECT_EQ(endpoint.address().pipe().mode(), 0644u);
  const auto& a = cluster.metadata().filter_metadata().at("a").fields();
  EXPECT_EQ(a.at("i").number_value(), 1);
  EXPECT_EQ(a.at("f").number_value(), 1.5);
  EXPECT_TRUE(a.at("t").bool_value());
  EXPECT_EQ(a.at("s").string_value(), "1");
  EXPECT_TRUE(a.at("n").has_null_value());
  EXPECT_EQ(a.at("l").list_value().values(0).string_value(), "x");
  EXPECT_TRUE(a.at("l").list_value().values(1).has_struct_value());
}

TEST(ParseProtoTest, AgreesWithProtobufsOwnJsonReader) {
  const std::string json = StrCat(R"({
  "staticResources": {"listeners": [{"name": "l\u00e9\ud83d\ude00\n", "filter_chains": [
    {"filters": [
    {"name": "h", "typed_config": {"@type": ")",
                                  std::string_view(kHcmUrl), R"(", "stat_prefix": "x",
      "route_config": {"virtual_hosts": [{"name": "v", "domains": ["*"], "routes": [
        {"match": {"prefix": "/"}, "route": {"cluster": "c", "timeout": "1.500s"}}]}]}}}]}]}]},
  "stats_flush_interval": "-0.000000001s", "layered_runtime": {"layers": [
    {"name": "s", "static_layer": {"a": {"b": [1, 2.5, "x", null, true]}}}]}})");
  Bootstrap expected;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json, &expected).ok());
  const auto ours = Parsed<Bootstrap>(json, "f.json");
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(ours, expected))
      << ours.DebugString();
  // JSON is YAML, too.
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(
      Parsed<Cluster>(R"({"name": "a", "type": "EDS"})", "f.yaml"),
      Parsed<Cluster>(R"({"name": "a", "type": "EDS"})", "f.json")));
}

// JSON text in a YAML file is not given to the YAML parser; that must not be seen.
TEST(ParseProtoTest, JsonInYamlMeansWhatYamlSays) {
  const auto same = [](const std::string& json) {
    const std::string yaml = "# not JSON\n" + json;
    Bootstrap of_json, of_yaml;
    const absl::Status quick = ParseProto(json, "f.yaml", of_json);
    const absl::Status slow = ParseProto(yaml, "f.yaml", of_yaml);
    EXPECT_EQ(quick.code(), slow.code()) << json << quick << slow;
    EXPECT_EQ(of_json.SerializeAsString(), of_yaml.SerializeAsString()) << json;
  };
  same(R"({"node": {"id": 80, "cluster": 0x10}})");
  same(R"({"node": {"id": "\"\\\/\b\f\n\r\tl\u00e9\u0000", "cluster": true}})");
  same(R"({"node": {"id": null, "metadata": {"a": [1, 010, -2.5e3, "010", "yes", yes, null]}}})");
  same(R"({"node": {"id": "a" "b"}})");
  same(R"({"node": {"id": "a",},})");
  same(R"({"node": {"id": 'a', cluster: b}})");
  same("{\"node\": {\"id\": \"a\"}} # comment");
  same("{\"node\": {\"id\": \"a\"}}\n---\n{}");
  same("{\"node\": {\"id\": \"a\nb\"}}");
  same("{\n  \"node\" : { \"id\" : \"a\" , \"cluster\" :\n\"b\" }\n}\n");
  same("{}");
  EXPECT_THAT(Error<Bootstrap>("{\n\"node\":\n{\"idd\": 1}}"), StartsWith("f.yaml:3: node.idd: "));
}

TEST(ParseProtoTest, NamesOfEnumValuesInAnyCase) {
  const auto cluster = Parsed<Cluster>("type: strict_dns\nlb_policy: Ring-Hash", "f.yaml");
  EXPECT_EQ(cluster.type(), Cluster::STRICT_DNS);
  EXPECT_EQ(cluster.lb_policy(), Cluster::RING_HASH);
}

TEST(ParseProtoTest, FaultsHaveFileLineAndPath) {
  EXPECT_EQ(
      Error<Bootstrap>("static_resources:\n  clusters:\n  - name: a\n    conect_timeout: 1s\n"),
      "f.yaml:4: static_resources.clusters[0].conect_timeout: no such field in "
      "envoy.config.cluster.v3.Cluster");
  EXPECT_EQ(Error<Cluster>("connect_timeout: 5"),
            "f.yaml:1: connect_timeout: is \"5\", a duration such as \"1.5s\" is wanted");
  EXPECT_THAT(Error<Cluster>("type: DNS"),
              StartsWith("f.yaml:1: type: is \"DNS\", allowed is one of STATIC, STRICT_DNS"));
  EXPECT_EQ(Error<Cluster>("name: a\nname: b"), "f.yaml:2: name: is given twice");
  EXPECT_EQ(Error<Cluster>("lb_policy: RANDOM\nlbPolicy: RANDOM"),
            "f.yaml:2: lbPolicy: is given twice");
  EXPECT_EQ(Error<Cluster>("type: EDS\ncluster_type: {name: x}"),
            "f.yaml:2: cluster_type: is set beside type; only one of them may be");
  EXPECT_EQ(Error<Cluster>("name: [a]"), "f.yaml:1: name: is a list, a string is wanted");
  EXPECT_EQ(Error<RouteConfiguration>("virtual_hosts: {}"),
            "f.yaml:1: virtual_hosts: is a map, a list is wanted");
  EXPECT_EQ(Error<RouteConfiguration>("virtual_hosts:\n- null"),
            "f.yaml:2: virtual_hosts[0]: is null, which a list may not hold");
  EXPECT_THAT(Error<Cluster>("per_connection_buffer_limit_bytes: -1"),
              HasSubstr("is \"-1\", a number (uint32) is wanted"));
  EXPECT_THAT(Error<Cluster>("per_connection_buffer_limit_bytes: 4294967296"), HasSubstr("wanted"));
  EXPECT_EQ(Error<Cluster>(R"({"name": 5})", "f.json"),
            "f.json:1: name: is \"5\", a string is wanted");
}

TEST(ParseProtoTest, AnyNeedsAKnownType) {
  const std::string chain = "filter_chains: [{filters: [{typed_config: ";
  EXPECT_THAT(Error<Bootstrap>("static_resources: {listeners: [{" + chain +
                               "{'@type': type.googleapis.com/no.such}}]}]}]}"),
              HasSubstr("\"@type\" is \"type.googleapis.com/no.such\", a type that"));
  EXPECT_THAT(Error<Bootstrap>("static_resources: {listeners: [{" + chain + "{a: 1}}]}]}]}"),
              HasSubstr("has no \"@type\""));
  EXPECT_EQ(
      Error<Bootstrap>("static_resources: {listeners: [{" + chain +
                       "{'@type': " + std::string(kHcmUrl) + ", nope: 1}}]}]}]}"),
      "f.yaml:1: static_resources.listeners[0].filter_chains[0].filters[0].typed_config.nope: "
      "no such field in "
      "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager");
}

TEST(ParseProtoTest, MalformedTextIsRefusedWithItsLine) {
  EXPECT_THAT(Error<Cluster>("name: a\n  x: ]"), StartsWith("f.yaml:2:"));
  EXPECT_THAT(Error<Cluster>("name: a\n---\nname: b"), HasSubstr("f.yaml:3: a second document"));
  EXPECT_EQ(Parsed<Cluster>("name: a\n---\n").name(), "a");
  // Found by config_fuzz: this was read for ever.
  EXPECT_THAT(Error<Cluster>(",a: b"), HasSubstr("f.yaml:1: something follows"));
  EXPECT_THAT(Error<Cluster>("name: !ruby/object x"), HasSubstr("tag '!ruby/object'"));
  EXPECT_THAT(Error<Cluster>("{\"name\": \"a\"\n,}", "f.json"),
              StartsWith("f.json:2:2: a name in double quotes"));
  for (const char* bad : {"{", "[", "{\"a\"", "{\"a\":", "\"", "\"\\", "\"\\u12", "\"\\ud800\"",
                          "{\"name\":\"\x01\"}", "nul", "{}{}", "", "{\"a\":1,}", "[1 2]", "tru"}) {
    EXPECT_THAT(Error<Cluster>(bad, "f.json"), StartsWith("f.json:")) << bad;
  }
}

// Found by config_fuzz: a Struct took any bytes, and nobody could read it again.
TEST(ParseProtoTest, OnlyUtf8IsText) {
  EXPECT_EQ(Error<Cluster>("name: a\n\x04\nalt_stat_name: b"), "f.yaml:2: has a control character");
  EXPECT_EQ(Error<Cluster>("name: a\nmetadata: {filter_metadata: {a: {b: \"\xff\"}}}"),
            "f.yaml:2: is not UTF-8");
  EXPECT_EQ(Error<Cluster>("# \xc3\xa9\nname: \"\xc3\""), "f.yaml:2: is not UTF-8");
  EXPECT_EQ(Error<Cluster>("{\"name\": \"\xed\xa0\x80\"}", "f.json"), "f.json:1: is not UTF-8");
  EXPECT_EQ(Error<Cluster>("name: 'a'\nalt_stat_name: '\xff'", "f.pb_text"),
            "f.pb_text:2: is not UTF-8");
  EXPECT_EQ(Error<Cluster>("name: '\\377'", "f.pb_text"),
            "f.pb_text:1: a string in it is not UTF-8");
  EXPECT_EQ(Parsed<Cluster>("name: \"\xc3\xa9\"").name(), "\xc3\xa9");
}

TEST(ParseProtoTest, WhatFollowsTheEndIsRefused) {
  for (const char* text :
       {"node: {id: a}]", "{node: {id: a}}\n]\n", "node: {id: a}\n}", "]", "a]"}) {
    EXPECT_THAT(Error<Bootstrap>(text), StartsWith("f.yaml:")) << text;
  }
  EXPECT_EQ(Parsed<Bootstrap>("node: {id: a}\n---\n").node().id(), "a");
}

TEST(ParseProtoTest, DepthIsBounded) {
  const std::string deep_list(100000, '[');
  EXPECT_THAT(Error<Cluster>(deep_list, "f.json"), HasSubstr("levels deep"));
  EXPECT_NE(Error<Cluster>(deep_list, "f.yaml"), "");
  std::string deep_map;
  for (int i = 0; i < 1000; ++i) deep_map += "{a: ";
  EXPECT_NE(Error<Cluster>(deep_map), "");
}

TEST(ParseProtoTest, AliasesWorkAndCannotExplode) {
  const auto cluster = Parsed<Cluster>("name: &n c\nalt_stat_name: *n\n");
  EXPECT_EQ(cluster.alt_stat_name(), "c");
  std::string bomb = "metadata: {filter_metadata: {x: {\n  a0: &a0 [1,1,1,1,1,1,1,1,1,1],\n";
  for (int i = 1; i < 20; ++i) {
    StrAppend(&bomb, "  a", i, ": &a", i, " [");
    for (int j = 0; j < 10; ++j) StrAppend(&bomb, j == 0 ? "" : ",", "*a", i - 1);
    bomb += "],\n";
  }
  EXPECT_THAT(Error<Cluster>(bomb + "}}}"), HasSubstr("aliases make the document too large"));
  EXPECT_THAT(Error<Cluster>("metadata: {filter_metadata: {x: {a: &a [*a]}}}"),
              HasSubstr("aliases make the document too large or too deep"));
}

TEST(ParseProtoTest, TextFormatAndBinary) {
  const auto cluster = Parsed<Cluster>("name: 'c' type: EDS", "f.pb_text");
  EXPECT_EQ(cluster.type(), Cluster::EDS);
  EXPECT_EQ(Parsed<Cluster>(cluster.SerializeAsString(), "f.pb").name(), "c");
  EXPECT_THAT(Error<Cluster>("name: 'c'\ntyp: EDS", "f.pb_text"), StartsWith("f.pb_text:2:"));
  EXPECT_THAT(Error<Cluster>("\xff", "f.pb"), HasSubstr("no well-formed binary"));
}

TEST(LoadBootstrapTest, OverlayIsMergedAndFlagsWin) {
  const std::string path = WriteFile("b.yaml", R"(
node: {id: file, cluster: file}
static_resources: {clusters: [{name: a}]}
)");
  const auto bootstrap =
      LoadBootstrap(path, "node: {cluster: overlay}\nstatic_resources: {clusters: [{name: b}]}",
                    {.service_node = "flag", .service_cluster = ""});
  ASSERT_EQ(bootstrap.status(), absl::OkStatus());
  EXPECT_EQ(bootstrap->node().id(), "flag");
  EXPECT_EQ(bootstrap->node().cluster(), "overlay");
  ASSERT_EQ(bootstrap->static_resources().clusters_size(), 2);
  EXPECT_EQ(bootstrap->static_resources().clusters(1).name(), "b");
}

TEST(LoadBootstrapTest, MissingFileDirectoryAndNothingAreErrors) {
  EXPECT_THAT(std::string(LoadBootstrap("/no/such.yaml", "", {}).status().message()),
              HasSubstr("/no/such.yaml: cannot open: No such file"));
  EXPECT_THAT(std::string(LoadBootstrap(testing::TempDir(), "", {}).status().message()),
              HasSubstr("is a directory"));
  EXPECT_THAT(std::string(LoadBootstrap("", "", {}).status().message()),
              HasSubstr("--config-path or --config-yaml"));
}

TEST(LoadResourcesTest, ReadsResourcesAndVersion) {
  const std::string path = WriteFile("r.yaml", R"(
version_info: "7"
resources:
- "@type": type.googleapis.com/envoy.config.cluster.v3.Cluster
  name: a
)");
  const auto response = LoadResources(path);
  ASSERT_EQ(response.status(), absl::OkStatus());
  EXPECT_EQ(response->version_info(), "7");
  Cluster cluster;
  ASSERT_TRUE(response->resources(0).UnpackTo(&cluster));
  EXPECT_EQ(cluster.name(), "a");
}

}  // namespace
}  // namespace fairlead::xds
