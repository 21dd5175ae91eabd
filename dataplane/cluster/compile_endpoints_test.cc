#include "dataplane/cluster/compile_endpoints.h"

#include "dataplane/balance/hash_ring.h"
#include "dataplane/base/strings.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace fairlead::cluster {
namespace {

using envoy::config::endpoint::v3::ClusterLoadAssignment;

ClusterLoadAssignment Parse(const std::string& text) {
  ClusterLoadAssignment proto;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &proto)) << text;
  return proto;
}

// An lb_endpoint at an address, with more of its fields.
std::string At(const std::string& address, const std::string& more = "", int port = 80) {
  return StrCat("lb_endpoints { endpoint { address { socket_address { address: \"", address,
                "\" port_value: ", port, " } } } ", more, " } ");
}

std::string Error(const std::string& text) {
  const auto endpoints = ReadEndpoints(Parse(text));
  return endpoints.ok() ? "accepted" : std::string(endpoints.status().message());
}

std::string DnsError(const std::string& text) {
  const auto targets = ReadDnsTargets(Parse(text));
  return targets.ok() ? "accepted" : std::string(targets.status().message());
}

TEST(CompileEndpointsTest, LocalitiesAreRead) {
  const auto endpoints = ReadEndpoints(Parse(
      "endpoints { locality { zone: \"a\" } load_balancing_weight { value: 5 } " + At("10.0.0.1") +
      "} endpoints { locality { zone: \"b\" } load_balancing_weight { value: 5 } " +
      At("10.0.0.2") + "}"));
  ASSERT_TRUE(endpoints.ok()) << endpoints.status();
  EXPECT_EQ(endpoints->size(), 2u);
}

TEST(CompileEndpointsTest, Health) {
  const auto endpoints = ReadEndpoints(
      Parse("endpoints {" + At("10.0.0.1") + At("10.0.0.2", "health_status: HEALTHY") +
            At("10.0.0.3", "health_status: UNHEALTHY") + At("10.0.0.4", "health_status: DRAINING") +
            At("10.0.0.5", "health_status: TIMEOUT") + "}"));
  ASSERT_TRUE(endpoints.ok()) << endpoints.status();
  const std::vector<bool> expected = {true, true, false, false, false};
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ((*endpoints)[i].is_healthy, expected[i]) << i;
  }
  EXPECT_NE(Error("endpoints {" + At("10.0.0.1", "health_status: DEGRADED") + "}"), "accepted");
}

TEST(CompileEndpointsTest, HashKeyOfMetadata) {
  const auto endpoints = ReadEndpoints(
      Parse("endpoints {" +
            At("10.0.0.1",
               "metadata { filter_metadata { key: \"envoy.lb\" value { fields { key: \"hash_key\" "
               "value { string_value: \"k\" } } } } }") +
            "}"));
  ASSERT_TRUE(endpoints.ok()) << endpoints.status();
  EXPECT_EQ((*endpoints)[0].hash_key, "k");
}

TEST(CompileEndpointsTest, ErrorsHaveThePath) {
  EXPECT_EQ(Error("endpoints {} endpoints {" + At("10.0.0.1") + At("10.0.0.1", "", 0) + "}"),
            "endpoints[1].lb_endpoints[1].endpoint.address.socket_address.port_value: is 0; it "
            "must be in 1..65535");
  EXPECT_EQ(Error("endpoints { priority: 2 }"),
            "endpoints[0].priority: is 2; failover between priorities is not supported, only 0 is");
}

TEST(CompileEndpointsTest, Refused) {
  for (const std::string& text :
       {std::string("policy { overprovisioning_factor { value: 100 } }"),
        std::string("endpoints { load_balancing_weight { value: 1 } } "
                    "endpoints { load_balancing_weight { value: 2 } }"),
        std::string("endpoints { proximity { value: 2 } }"),
        std::string("endpoints { lb_endpoints {} }"),
        std::string("endpoints { lb_endpoints { endpoint_name: \"x\" } }"),
        std::string(
            "endpoints { lb_endpoints { endpoint { address { pipe { path: \"/x\" } } } } }"),
        "endpoints {" + At("10.0.0.1", "load_balancing_weight { value: 0 }") + "}",
        "endpoints {" + At("10.0.0.1", "", 65536) + "}", "endpoints {" + At("localhost") + "}",
        "endpoints {" + At("10.0.0.1\\000x") + "}", "endpoints {" + At("") + "}",
        "endpoints {" + At("10.0.0.1", "load_balancing_weight { value: 4294967295 }") +
            At("10.0.0.2") + "}"}) {
    EXPECT_NE(Error(text), "accepted") << text;
  }
}

TEST(CompileEndpointsTest, NamesToResolve) {
  const auto targets = ReadDnsTargets(
      Parse("endpoints { lb_endpoints { endpoint { hostname: \"shown\" address { socket_address { "
            "address: \"a.test\" port_value: 1 } } } } " +
            At("10.0.0.1") + "}"));
  ASSERT_TRUE(targets.ok()) << targets.status();
  EXPECT_EQ((*targets)[0], (DnsTarget{.host = "a.test", .port = 1, .hostname = "shown"}));
  EXPECT_EQ((*targets)[1].hostname, "10.0.0.1");
  EXPECT_NE(DnsError("endpoints {" + At("") + "}"), "accepted");
  EXPECT_NE(DnsError("endpoints {" + At("a b") + "}"), "accepted");
  EXPECT_NE(DnsError("endpoints {" + At(std::string(300, 'a')) + "}"), "accepted");
}

TEST(CompileEndpointsTest, MakesTheRing) {
  ClusterConfig config{.name = "a", .balancer = {.policy = balance::Policy::kRingHash}};
  const auto set = CompileEndpoints(config, Parse("endpoints {" + At("10.0.0.1") + "}"));
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ((*set)->ring->size(), 1024u);
  const auto bad = CompileEndpoints(config, Parse("endpoints {" + At("x") + "}"));
  EXPECT_EQ(std::string(bad.status().message()).find("endpoints of cluster 'a': endpoints[0]."),
            0u);
}

}  // namespace
}  // namespace fairlead::cluster
