#include "dataplane/cluster/cluster_config.h"

#include "dataplane/base/strings.h"
#include "dataplane/cluster/supported.h"
#include "dataplane/xds/proto_check.h"
#include "dataplane/xds/support_table.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace fairlead::cluster {
namespace {

using ClusterProto = envoy::config::cluster::v3::Cluster;
using std::chrono::milliseconds;
using std::chrono::seconds;

absl::StatusOr<std::shared_ptr<const ClusterConfig>> Compile(const std::string& text) {
  ClusterProto proto;
  if (!google::protobuf::TextFormat::ParseFromString(text, &proto)) {
    return absl::InternalError("the test's text is wrong");
  }
  static ClusterSlots slots;
  return CompileCluster(proto, slots);
}

std::string Error(const std::string& text) {
  const auto config = Compile(text);
  return config.ok() ? "accepted" : std::string(config.status().message());
}

// typed_extension_protocol_options with the text of an HttpProtocolOptions.
std::string WithHttpOptions(const std::string& options) {
  return StrCat(
      R"(name: "a" typed_extension_protocol_options {
           key: "envoy.extensions.upstreams.http.v3.HttpProtocolOptions" value {
           [type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions] {)",
      options, "} } }");
}

TEST(CompileClusterTest, DefaultsAreEnvoys) {
  const auto config = Compile(R"(name: "a")");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ((*config)->name, "a");
  EXPECT_EQ((*config)->stat_name, "a");
  EXPECT_EQ((*config)->slot->name, "a");
  EXPECT_EQ((*config)->discovery, Discovery::kStatic);
  EXPECT_EQ((*config)->balancer, balance::BalancerConfig{});
  EXPECT_EQ((*config)->connect_timeout, seconds(5));
  EXPECT_EQ((*config)->idle_timeout, std::chrono::hours(1));
  EXPECT_EQ((*config)->requests_per_connection_max, 0u);
  EXPECT_EQ((*config)->buffer_limit_bytes, 1024u * 1024);
  EXPECT_TRUE((*config)->wait_for_warm);
  EXPECT_FALSE((*config)->http2);
  ASSERT_NE((*config)->static_endpoints, nullptr);
  EXPECT_TRUE((*config)->static_endpoints->endpoints.empty());
}

TEST(CompileClusterTest, StaticWithAll) {
  const auto config = Compile(R"(
    name: "shop" alt_stat_name: "s" connect_timeout { nanos: 1500000 }
    per_connection_buffer_limit_bytes { value: 32768 } wait_for_warm_on_init { value: false }
    load_assignment { cluster_name: "shop" endpoints {
      lb_endpoints { endpoint { hostname: "b" address { socket_address {
          address: "10.0.0.2" port_value: 80 } } } load_balancing_weight { value: 3 } }
      lb_endpoints { endpoint { address { socket_address { address: "::1" port_value: 81 } } } }
    } })");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ((*config)->stat_name, "s");
  EXPECT_EQ((*config)->connect_timeout, milliseconds(2)) << "rounded up";
  EXPECT_EQ((*config)->buffer_limit_bytes, 32768u);
  EXPECT_FALSE((*config)->wait_for_warm);
  const auto& endpoints = (*config)->static_endpoints->endpoints;
  ASSERT_EQ(endpoints.size(), 2u);
  EXPECT_EQ(endpoints[0].address.ToString(), "10.0.0.2:80");
  EXPECT_EQ(endpoints[0].hostname, "b");
  EXPECT_EQ(endpoints[0].weight, 3u);
  EXPECT_EQ(endpoints[1].address.ToString(), "[::1]:81");
}

TEST(CompileClusterTest, ANameKeepsItsSlot) {
  ClusterSlots slots;
  ClusterProto proto;
  proto.set_name("a");
  const auto one = CompileCluster(proto, slots);
  const auto two = CompileCluster(proto, slots);
  EXPECT_EQ((*one)->slot, (*two)->slot);
}

TEST(CompileClusterTest, AFailureTakesNoSlot) {
  ClusterSlots slots;
  ClusterProto proto;
  proto.set_name("a");
  proto.set_type(ClusterProto::ORIGINAL_DST);
  EXPECT_FALSE(CompileCluster(proto, slots).ok());
  EXPECT_EQ(slots.size(), 0u);
}

TEST(CompileClusterTest, ErrorsNameClusterFieldValueAndWhatIsAllowed) {
  EXPECT_EQ(Error(""), "cluster '': name: is empty");
  EXPECT_EQ(Error(R"(name: "a" type: LOGICAL_DNS)"),
            "cluster 'a': type: LOGICAL_DNS is not supported; supported: STATIC, STRICT_DNS, EDS");
  EXPECT_EQ(Error(R"(name: "a" connect_timeout {})"),
            "cluster 'a': connect_timeout: is 0; it must be above 0");
  EXPECT_EQ(Error(R"(name: "a" connect_timeout { seconds: -1 })"),
            "cluster 'a': connect_timeout: is negative (-1 s, 0 ns)");
  EXPECT_EQ(Error(R"(name: "a" load_assignment { endpoints { lb_endpoints {
                    endpoint { address { socket_address { address: "x" port_value: 1 } } } } } })"),
            "cluster 'a': load_assignment.endpoints[0].lb_endpoints[0].endpoint.address."
            "socket_address.address: 'x' is not an IP address; names need a cluster of type "
            "STRICT_DNS");
  EXPECT_EQ(
      Error(R"(name: "a" per_connection_buffer_limit_bytes {})").find("cluster 'a': per_conn"), 0u);
}

TEST(CompileClusterTest, TimesBeyondReasonAreCut) {
  const auto config = Compile(R"(name: "a" connect_timeout { seconds: 315576000000 })");
  ASSERT_TRUE(config.ok());
  EXPECT_EQ((*config)->connect_timeout, std::chrono::hours(24 * 3650));
}

TEST(CompileClusterTest, FieldsWithoutEffectAreRefused) {
  EXPECT_NE(Error(R"(name: "a" eds_cluster_config {})"), "accepted");
  EXPECT_NE(Error(R"(name: "a" respect_dns_ttl: true)"), "accepted");
  EXPECT_NE(Error(R"(name: "a" type: EDS eds_cluster_config { eds_config { ads {} } }
                     dns_refresh_rate { seconds: 1 })"),
            "accepted");
  EXPECT_NE(Error(R"(name: "a" type: EDS eds_cluster_config { eds_config { ads {} } }
                     load_assignment { cluster_name: "a" })"),
            "accepted");
}

TEST(CompileClusterTest, EdsOverAds) {
  const auto config = Compile(R"(name: "a" type: EDS eds_cluster_config {
      service_name: "svc" eds_config { ads {} resource_api_version: V3
      initial_fetch_timeout { seconds: 3 } } })");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ((*config)->discovery, Discovery::kEds);
  EXPECT_EQ((*config)->eds.service_name, "svc");
  EXPECT_EQ((*config)->eds.path, "");
  EXPECT_EQ((*config)->eds.initial_fetch_timeout, seconds(3));
  EXPECT_EQ((*config)->static_endpoints, nullptr);
}

TEST(CompileClusterTest, EdsFromAFile) {
  const auto config = Compile(R"(name: "a" type: EDS eds_cluster_config {
      eds_config { path_config_source { path: "/etc/eds.yaml" } } })");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ((*config)->eds.service_name, "a") << "the cluster's name";
  EXPECT_EQ((*config)->eds.path, "/etc/eds.yaml");
  EXPECT_EQ((*config)->eds.initial_fetch_timeout, seconds(15));
}

TEST(CompileClusterTest, OtherEdsSourcesAreRefused) {
  EXPECT_EQ(Error(R"(name: "a" type: EDS)"),
            "cluster 'a': eds_cluster_config.eds_config: supported: ads, path_config_source");
  EXPECT_NE(Error(R"(name: "a" type: EDS eds_cluster_config { eds_config {
                     api_config_source { api_type: GRPC } } })"),
            "accepted");
  EXPECT_NE(Error(R"(name: "a" type: EDS eds_cluster_config { eds_config { ads {}
                     resource_api_version: V2 } })"),
            "accepted");
}

TEST(CompileClusterTest, StrictDns) {
  const auto config = Compile(R"(
    name: "a" type: STRICT_DNS dns_lookup_family: V4_PREFERRED dns_refresh_rate { seconds: 9 }
    dns_jitter { nanos: 5000000 } respect_dns_ttl: true
    dns_failure_refresh_rate { base_interval { seconds: 1 } }
    load_assignment { cluster_name: "a" endpoints { lb_endpoints {
      health_status: DRAINING load_balancing_weight { value: 2 }
      endpoint { address { socket_address { address: "shop.internal" port_value: 80 } } } } } })");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ((*config)->discovery, Discovery::kStrictDns);
  const DnsConfig expected{.targets = {{.host = "shop.internal",
                                        .port = 80,
                                        .hostname = "shop.internal",
                                        .weight = 2,
                                        .is_healthy = false}},
                           .family = dns::Family::kV4Preferred,
                           .refresh_rate = seconds(9),
                           .jitter = milliseconds(5),
                           .respect_ttl = true,
                           .failure_refresh_base = seconds(1),
                           .failure_refresh_most = seconds(10)};
  EXPECT_EQ((*config)->dns, expected);
}

TEST(CompileClusterTest, HttpOptions) {
  const auto config = Compile(WithHttpOptions(R"(
      explicit_http_config { http_protocol_options { enable_trailers: true } }
      common_http_protocol_options { idle_timeout { seconds: 7 }
                                     max_requests_per_connection { value: 100 } })"));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_FALSE((*config)->http2);
  EXPECT_EQ((*config)->idle_timeout, seconds(7));
  EXPECT_EQ((*config)->requests_per_connection_max, 100u);
  EXPECT_TRUE((*config)->enable_trailers);
}

TEST(CompileClusterTest, AClusterThatSpeaksHttp2IsAcceptedAndMarked) {
  const auto config = Compile(WithHttpOptions(R"(explicit_http_config { http2_protocol_options {
      connection_keepalive { interval { seconds: 30 } timeout { seconds: 5 } } } })"));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_TRUE((*config)->http2);
  EXPECT_EQ((*config)->http2_keepalive.interval, seconds(30));
  EXPECT_EQ((*config)->http2_keepalive.timeout, seconds(5));
}

TEST(CompileClusterTest, OtherHttpOptionsAreRefused) {
  for (const std::string options :
       {"", "explicit_http_config {}", "auto_config {}", "use_downstream_protocol_config {}",
        "explicit_http_config { http3_protocol_options {} }",
        "explicit_http_config { http_protocol_options { accept_http_10: true } }",
        "explicit_http_config { http2_protocol_options { max_concurrent_streams { value: 1 } } }",
        "explicit_http_config { http_protocol_options {} } common_http_protocol_options { "
        "max_headers_count { value: 5 } }"}) {
    EXPECT_NE(Error(WithHttpOptions(options)), "accepted") << options;
  }
  EXPECT_NE(Error(R"(name: "a" typed_extension_protocol_options { key: "other" })"), "accepted");
}

// Whatever this folder declares exists in the API, and what the tests above accept passes.
TEST(SupportedTest, NamesExist) {
  xds::SupportTable table;
  DeclareSupport(table);
  EXPECT_TRUE(xds::VerifyNames(table).ok()) << xds::VerifyNames(table);
}

TEST(SupportedTest, AcceptsWhatIsImplementedAndRefusesTheRest) {
  xds::SupportTable table;
  DeclareSupport(table);
  xds::ProtoCheck check(table);
  const auto verdict = [&](const std::string& text) {
    ClusterProto proto;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &proto)) << text;
    return check.Check(proto, "cluster");
  };
  const std::string accepted = R"(name: "a" type: STRICT_DNS lb_policy: RING_HASH
      ring_hash_lb_config { minimum_ring_size { value: 64 } } dns_refresh_rate { seconds: 5 }
      dns_lookup_family: V4_ONLY respect_dns_ttl: true metadata { filter_metadata { key: "x" } }
      common_lb_config { healthy_panic_threshold { value: 0 } }
      load_assignment { cluster_name: "a" endpoints { locality { zone: "z" } lb_endpoints {
        endpoint { hostname: "h" address { socket_address { address: "a" port_value: 1 } } }
      } } })";
  EXPECT_TRUE(verdict(accepted).ok()) << verdict(accepted);
  const std::string http2 = WithHttpOptions(
      "explicit_http_config { http2_protocol_options { connection_keepalive { "
      "interval { seconds: 30 } timeout { seconds: 5 } } } }");
  EXPECT_TRUE(verdict(http2).ok()) << verdict(http2);
  for (const std::string refused :
       {R"(name: "a" lb_policy: MAGLEV)", R"(name: "a" type: LOGICAL_DNS)",
        R"(name: "a" outlier_detection {})", R"(name: "a" circuit_breakers {})",
        R"(name: "a" common_lb_config { update_merge_window { seconds: 1 } })",
        R"(name: "a" load_assignment { cluster_name: "a" endpoints { priority: 1 } })"}) {
    EXPECT_FALSE(verdict(refused).ok()) << refused;
  }
}

}  // namespace
}  // namespace fairlead::cluster
