#include "dataplane/cluster/compile_balancer.h"

#include <cmath>
#include <optional>
#include <string>

#include "dataplane/base/status.h"
#include "dataplane/cluster/proto_fields.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/extensions/load_balancing_policies/least_request/v3/least_request.pb.h"
#include "envoy/extensions/load_balancing_policies/random/v3/random.pb.h"
#include "envoy/extensions/load_balancing_policies/ring_hash/v3/ring_hash.pb.h"
#include "envoy/extensions/load_balancing_policies/round_robin/v3/round_robin.pb.h"

namespace fairlead::cluster {
namespace {

using ClusterProto = envoy::config::cluster::v3::Cluster;
using LeastRequestProto =
    envoy::extensions::load_balancing_policies::least_request::v3::LeastRequest;
using RandomProto = envoy::extensions::load_balancing_policies::random::v3::Random;
using RingHashProto = envoy::extensions::load_balancing_policies::ring_hash::v3::RingHash;
using RoundRobinProto = envoy::extensions::load_balancing_policies::round_robin::v3::RoundRobin;
using balance::BalancerConfig;
using balance::Policy;

constexpr uint64_t kRingSizeLimit = 8 * 1024 * 1024;

// Both messages (legacy and extension) have these fields.
template <typename LeastRequest>
absl::Status ReadChoiceCount(const LeastRequest& proto, const std::string& path,
                             BalancerConfig& config) {
  if (!proto.has_choice_count()) return absl::OkStatus();
  if (proto.choice_count().value() < 2) {
    return InvalidArgument(path, ".choice_count: is ", proto.choice_count().value(),
                           "; it must be 2 or more");
  }
  config.choice_count = proto.choice_count().value();
  return absl::OkStatus();
}

template <typename RingHash>
absl::Status ReadRingSizes(const RingHash& proto, const std::string& path, BalancerConfig& config) {
  if (proto.has_minimum_ring_size()) config.ring_size_min = proto.minimum_ring_size().value();
  if (proto.has_maximum_ring_size()) config.ring_size_max = proto.maximum_ring_size().value();
  if (config.ring_size_min < 1 || config.ring_size_min > kRingSizeLimit) {
    return InvalidArgument(path, ".minimum_ring_size: is ", config.ring_size_min,
                           "; it must be in 1..", kRingSizeLimit);
  }
  if (config.ring_size_max > kRingSizeLimit) {
    return InvalidArgument(path, ".maximum_ring_size: is ", config.ring_size_max,
                           "; it must be at most ", kRingSizeLimit);
  }
  if (config.ring_size_min > config.ring_size_max) {
    return InvalidArgument(path, ": minimum_ring_size (", config.ring_size_min,
                           ") is above maximum_ring_size (", config.ring_size_max, ")");
  }
  return absl::OkStatus();
}

// A *_lb_config that belongs to another policy would have no effect: refused.
absl::Status CheckLbConfig(const ClusterProto& proto, ClusterProto::LbConfigCase allowed,
                           std::string_view policy) {
  if (proto.lb_config_case() == ClusterProto::LB_CONFIG_NOT_SET ||
      proto.lb_config_case() == allowed) {
    return absl::OkStatus();
  }
  const auto* field = ClusterProto::descriptor()->FindFieldByNumber(proto.lb_config_case());
  return InvalidArgument(field->name(), ": has no effect with ", policy);
}

absl::StatusOr<BalancerConfig> FromLbPolicy(const ClusterProto& proto) {
  BalancerConfig config;
  const std::string name = ClusterProto::LbPolicy_Name(proto.lb_policy());
  const std::string policy = StrCat("lb_policy ", name);
  switch (proto.lb_policy()) {
    case ClusterProto::ROUND_ROBIN:
      FL_RETURN_IF_ERROR(CheckLbConfig(proto, ClusterProto::kRoundRobinLbConfig, policy));
      FL_RETURN_IF_ERROR(OnlyFields(proto.round_robin_lb_config(), "round_robin_lb_config", {}));
      config.policy = Policy::kRoundRobin;
      return config;
    case ClusterProto::LEAST_REQUEST: {
      const std::string path = "least_request_lb_config";
      FL_RETURN_IF_ERROR(CheckLbConfig(proto, ClusterProto::kLeastRequestLbConfig, policy));
      FL_RETURN_IF_ERROR(OnlyFields(proto.least_request_lb_config(), path, {"choice_count"}));
      FL_RETURN_IF_ERROR(ReadChoiceCount(proto.least_request_lb_config(), path, config));
      config.policy = Policy::kLeastRequest;
      return config;
    }
    case ClusterProto::RANDOM:
      FL_RETURN_IF_ERROR(CheckLbConfig(proto, ClusterProto::LB_CONFIG_NOT_SET, policy));
      config.policy = Policy::kRandom;
      return config;
    case ClusterProto::RING_HASH: {
      const auto& ring = proto.ring_hash_lb_config();
      FL_RETURN_IF_ERROR(CheckLbConfig(proto, ClusterProto::kRingHashLbConfig, policy));
      if (ring.hash_function() != ClusterProto::RingHashLbConfig::XX_HASH) {
        return InvalidArgument("ring_hash_lb_config.hash_function: only XX_HASH is supported");
      }
      FL_RETURN_IF_ERROR(ReadRingSizes(ring, "ring_hash_lb_config", config));
      config.policy = Policy::kRingHash;
      return config;
    }
    default:
      return InvalidArgument(
          "lb_policy: ", name.empty() ? std::to_string(proto.lb_policy()) : name,
          " is not supported; supported: ROUND_ROBIN, LEAST_REQUEST, RANDOM, RING_HASH, and "
          "LOAD_BALANCING_POLICY_CONFIG with load_balancing_policy");
  }
}

// `proto` from `any`, which holds that type.
template <typename Proto>
absl::Status Unpack(const google::protobuf::Any& any, const std::string& path, Proto& proto) {
  if (any.UnpackTo(&proto)) return absl::OkStatus();
  return InvalidArgument(path, ".value: is not a ", Proto::descriptor()->full_name());
}

absl::StatusOr<BalancerConfig> FromRingHash(const google::protobuf::Any& any,
                                            const std::string& path) {
  BalancerConfig config{.policy = Policy::kRingHash};
  RingHashProto ring;
  FL_RETURN_IF_ERROR(Unpack(any, path, ring));
  FL_RETURN_IF_ERROR(
      OnlyFields(ring, path, {"hash_function", "minimum_ring_size", "maximum_ring_size"}));
  if (ring.hash_function() != RingHashProto::DEFAULT_HASH &&
      ring.hash_function() != RingHashProto::XX_HASH) {
    return InvalidArgument(path, ".hash_function: only XX_HASH (the default) is supported");
  }
  FL_RETURN_IF_ERROR(ReadRingSizes(ring, path, config));
  return config;
}

absl::StatusOr<BalancerConfig> FromLeastRequest(const google::protobuf::Any& any,
                                                const std::string& path) {
  BalancerConfig config{.policy = Policy::kLeastRequest};
  LeastRequestProto least;
  FL_RETURN_IF_ERROR(Unpack(any, path, least));
  FL_RETURN_IF_ERROR(OnlyFields(least, path, {"choice_count", "selection_method"}));
  FL_RETURN_IF_ERROR(ReadChoiceCount(least, path, config));
  if (least.selection_method() == LeastRequestProto::FULL_SCAN) {
    config.choice_count = BalancerConfig::kAllChoices;
  }
  return config;
}

// Nothing when the extension is not one of ours.
absl::StatusOr<std::optional<BalancerConfig>> FromExtension(const google::protobuf::Any& any,
                                                            const std::string& path) {
  if (any.Is<RoundRobinProto>()) {
    RoundRobinProto proto;
    FL_RETURN_IF_ERROR(Unpack(any, path, proto));
    FL_RETURN_IF_ERROR(OnlyFields(proto, path, {}));
    return BalancerConfig{.policy = Policy::kRoundRobin};
  }
  if (any.Is<RandomProto>()) {
    RandomProto proto;
    FL_RETURN_IF_ERROR(Unpack(any, path, proto));
    FL_RETURN_IF_ERROR(OnlyFields(proto, path, {}));
    return BalancerConfig{.policy = Policy::kRandom};
  }
  if (any.Is<LeastRequestProto>()) return FromLeastRequest(any, path);
  if (any.Is<RingHashProto>()) return FromRingHash(any, path);
  return std::nullopt;
}

absl::StatusOr<BalancerConfig> FromExtensions(const ClusterProto& proto) {
  FL_RETURN_IF_ERROR(
      CheckLbConfig(proto, ClusterProto::LB_CONFIG_NOT_SET, "load_balancing_policy"));
  std::string found;
  for (int i = 0; i < proto.load_balancing_policy().policies_size(); ++i) {
    const auto& extension = proto.load_balancing_policy().policies(i).typed_extension_config();
    const std::string path =
        StrCat("load_balancing_policy.policies[", i, "].typed_extension_config.typed_config");
    FL_ASSIGN_OR_RETURN(const std::optional<BalancerConfig> config,
                        FromExtension(extension.typed_config(), path));
    if (config.has_value()) return *config;
    StrAppend(&found, found.empty() ? "" : ", ", extension.name(), " (",
              extension.typed_config().type_url(), ")");
  }
  return InvalidArgument("load_balancing_policy.policies: none is supported (found: ",
                         found.empty() ? "no policy" : found,
                         "); supported: envoy.extensions.load_balancing_policies.{round_robin,"
                         "least_request,random,ring_hash}.v3");
}

absl::Status ReadPanicThreshold(const ClusterProto& proto, BalancerConfig& config) {
  FL_RETURN_IF_ERROR(
      OnlyFields(proto.common_lb_config(), "common_lb_config", {"healthy_panic_threshold"}));
  if (!proto.common_lb_config().has_healthy_panic_threshold()) return absl::OkStatus();
  const double percent = proto.common_lb_config().healthy_panic_threshold().value();
  if (!(percent >= 0 && percent <= 100)) {
    return InvalidArgument("common_lb_config.healthy_panic_threshold.value: is ", percent,
                           "; it must be in 0..100");
  }
  config.panic_threshold_percent = static_cast<uint32_t>(std::lround(percent));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<BalancerConfig> CompileBalancer(const ClusterProto& proto) {
  const bool is_typed = proto.has_load_balancing_policy() ||
                        proto.lb_policy() == ClusterProto::LOAD_BALANCING_POLICY_CONFIG;
  FL_ASSIGN_OR_RETURN(BalancerConfig config,
                      is_typed ? FromExtensions(proto) : FromLbPolicy(proto));
  FL_RETURN_IF_ERROR(ReadPanicThreshold(proto, config));
  return config;
}

}  // namespace fairlead::cluster
