#include "dataplane/cluster/compile_balancer.h"

#include "dataplane/base/strings.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace fairlead::cluster {
namespace {

using balance::BalancerConfig;
using balance::Policy;

absl::StatusOr<BalancerConfig> Compile(const std::string& text) {
  envoy::config::cluster::v3::Cluster proto;
  if (!google::protobuf::TextFormat::ParseFromString(text, &proto)) {
    return absl::InternalError("the test's text is wrong");
  }
  return CompileBalancer(proto);
}

std::string Error(const std::string& text) {
  const auto config = Compile(text);
  return config.ok() ? "accepted" : std::string(config.status().message());
}

// An entry of load_balancing_policy: `type` such as "ring_hash.v3.RingHash".
std::string Entry(const std::string& type, const std::string& fields = "") {
  return StrCat(
      "policies { typed_extension_config { name: \"n\" typed_config { "
      "[type.googleapis.com/envoy.extensions.load_balancing_policies.",
      type, "] {", fields, "} } } }");
}

std::string Policies(const std::string& entries) {
  return StrCat("load_balancing_policy { ", entries, " }");
}

std::string Typed(const std::string& type, const std::string& fields = "") {
  return Policies(Entry(type, fields));
}

TEST(CompileBalancerTest, LbPolicy) {
  EXPECT_EQ(*Compile(""), BalancerConfig{});
  EXPECT_EQ(Compile("lb_policy: RANDOM")->policy, Policy::kRandom);
  EXPECT_EQ(
      *Compile("lb_policy: LEAST_REQUEST least_request_lb_config { choice_count { value: 5 } }"),
      (BalancerConfig{.policy = Policy::kLeastRequest, .choice_count = 5}));
  EXPECT_EQ(
      *Compile("lb_policy: RING_HASH ring_hash_lb_config { minimum_ring_size { value: 64 } "
               "maximum_ring_size { value: 128 } }"),
      (BalancerConfig{.policy = Policy::kRingHash, .ring_size_min = 64, .ring_size_max = 128}));
}

TEST(CompileBalancerTest, TypedPolicy) {
  EXPECT_EQ(Compile(Typed("round_robin.v3.RoundRobin"))->policy, Policy::kRoundRobin);
  EXPECT_EQ(Compile(Typed("random.v3.Random"))->policy, Policy::kRandom);
  EXPECT_EQ(
      Compile(Typed("least_request.v3.LeastRequest", "choice_count { value: 3 }"))->choice_count,
      3u);
  EXPECT_EQ(
      Compile(Typed("least_request.v3.LeastRequest", "selection_method: FULL_SCAN"))->choice_count,
      BalancerConfig::kAllChoices);
  const auto ring = Compile(Typed("ring_hash.v3.RingHash", "minimum_ring_size { value: 9 }"));
  EXPECT_EQ(ring->policy, Policy::kRingHash);
  EXPECT_EQ(ring->ring_size_min, 9u);
}

TEST(CompileBalancerTest, TheFirstSupportedTypedPolicyCounts) {
  const std::string unknown =
      "policies { typed_extension_config { name: \"future\" typed_config { "
      "type_url: \"type.googleapis.com/future.Policy\" } } }";
  EXPECT_EQ(
      Compile(Policies(unknown + Entry("random.v3.Random") + Entry("round_robin.v3.RoundRobin")))
          ->policy,
      Policy::kRandom);
  EXPECT_NE(Error(Policies(unknown))
                .find("none is supported (found: future "
                      "(type.googleapis.com/future.Policy))"),
            std::string::npos);
  EXPECT_NE(Error("lb_policy: LOAD_BALANCING_POLICY_CONFIG").find("found: no policy"),
            std::string::npos);
}

TEST(CompileBalancerTest, TypedPolicyReplacesLbPolicy) {
  EXPECT_EQ(Compile("lb_policy: MAGLEV " + Typed("random.v3.Random"))->policy, Policy::kRandom);
}

TEST(CompileBalancerTest, PanicThreshold) {
  EXPECT_EQ(Compile("")->panic_threshold_percent, 50u);
  EXPECT_EQ(Compile("common_lb_config { healthy_panic_threshold {} }")->panic_threshold_percent,
            0u);
  EXPECT_EQ(Compile("common_lb_config { healthy_panic_threshold { value: 32.6 } }")
                ->panic_threshold_percent,
            33u);
  EXPECT_NE(Error("common_lb_config { healthy_panic_threshold { value: 101 } }"), "accepted");
  EXPECT_NE(Error("common_lb_config { healthy_panic_threshold { value: nan } }"), "accepted");
}

TEST(CompileBalancerTest, Refused) {
  for (const std::string& text :
       {std::string("lb_policy: MAGLEV"), std::string("lb_policy: CLUSTER_PROVIDED"),
        // Of another policy.
        std::string("lb_policy: RANDOM ring_hash_lb_config {}"),
        std::string("ring_hash_lb_config {}"),
        Typed("random.v3.Random") + " least_request_lb_config {}",
        // Values.
        std::string(
            "lb_policy: LEAST_REQUEST least_request_lb_config { choice_count { value: 1 } }"),
        std::string("lb_policy: RING_HASH ring_hash_lb_config { minimum_ring_size { value: 0 } }"),
        std::string("lb_policy: RING_HASH ring_hash_lb_config { maximum_ring_size { value: 9 } }"),
        std::string("lb_policy: RING_HASH ring_hash_lb_config { hash_function: MURMUR_HASH_2 }"),
        Typed("ring_hash.v3.RingHash", "maximum_ring_size { value: 8388609 }"),
        Typed("ring_hash.v3.RingHash", "hash_function: MURMUR_HASH_2"),
        // Fields that are not implemented.
        std::string("round_robin_lb_config { slow_start_config {} }"),
        Typed("round_robin.v3.RoundRobin", "slow_start_config {}"),
        Typed("ring_hash.v3.RingHash", "consistent_hashing_lb_config {}"),
        Typed("least_request.v3.LeastRequest", "active_request_bias { default_value: 2 }"),
        std::string("common_lb_config { close_connections_on_host_set_change: true }")}) {
    EXPECT_NE(Error(text), "accepted") << text;
  }
  EXPECT_EQ(Error("lb_policy: RANDOM ring_hash_lb_config {}"),
            "ring_hash_lb_config: has no effect with lb_policy RANDOM");
}

}  // namespace
}  // namespace fairlead::cluster
