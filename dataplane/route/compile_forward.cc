#include "dataplane/route/compile_forward.h"

#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "dataplane/base/status.h"
#include "dataplane/route/compile_edits.h"
#include "dataplane/route/request_field.h"
#include "envoy/config/route/v3/route_components.pb.h"

namespace fairlead::route {
namespace {

using envoy::config::route::v3::RouteAction;
using ClusterWeights = envoy::config::route::v3::WeightedCluster;
using HashPolicyProto = RouteAction::HashPolicy;

// Rounded up, so that a positive time never becomes 0, which means none.
absl::StatusOr<std::chrono::milliseconds> CompileDuration(const google::protobuf::Duration& proto) {
  // google.protobuf.Duration: about 10,000 years.
  constexpr int64_t kSecondsMax = 315'576'000'000;
  if (proto.seconds() < 0 || proto.nanos() < 0 || proto.seconds() > kSecondsMax ||
      proto.nanos() > 999'999'999) {
    return InvalidArgument(proto.seconds(), " s ", proto.nanos(),
                           " ns is not a duration of 0 or more");
  }
  return std::chrono::seconds(proto.seconds()) +
         std::chrono::milliseconds((proto.nanos() + 999'999) / 1'000'000);
}

HeaderEditSteps Steps(std::shared_ptr<const HeaderEdits> edits) {
  HeaderEditSteps steps;
  if (edits != nullptr) steps.push_back(std::move(edits));
  return steps;
}

absl::Status CompileWeights(const ClusterWeights& proto, cluster::ClusterSlots& slots,
                            Forward& forward) {
  uint64_t total = 0;
  forward.clusters.reserve(static_cast<size_t>(proto.clusters_size()));
  for (int i = 0; i < proto.clusters_size(); ++i) {
    const ClusterWeights::ClusterWeight& entry = proto.clusters(i);
    const std::string where = StrCat("clusters[", i, "]");
    if (entry.name().empty()) return InvalidArgument(where, ".name: is empty");
    if (!entry.has_weight()) return InvalidArgument(where, ".weight: is missing");
    total += entry.weight().value();
    if (total > std::numeric_limits<uint32_t>::max()) {
      return InvalidArgument(where, ".weight: the weights sum up to more than ",
                             std::numeric_limits<uint32_t>::max());
    }
    auto edits = CompileLevelEdits(entry);
    if (!edits.ok()) return Annotate(edits.status(), where);
    // Never picked.
    if (entry.weight().value() == 0) continue;
    WeightedCluster& cluster = forward.clusters.emplace_back();
    cluster.slot = slots.Acquire(entry.name());
    cluster.weight_end = static_cast<uint32_t>(total);
    cluster.request_edits = Steps(std::move(edits->request));
    cluster.response_edits = Steps(std::move(edits->response));
  }
  if (total == 0) return InvalidArgument("clusters: the weights sum up to 0");
  forward.total_weight = static_cast<uint32_t>(total);
  return absl::OkStatus();
}

absl::Status CompileClusters(const RouteAction& proto, cluster::ClusterSlots& slots,
                             Forward& forward) {
  switch (proto.cluster_specifier_case()) {
    case RouteAction::kCluster:
      if (proto.cluster().empty()) return InvalidArgument("cluster: is empty");
      forward.clusters.resize(1);
      forward.clusters[0].slot = slots.Acquire(proto.cluster());
      forward.clusters[0].weight_end = 1;
      return absl::OkStatus();
    case RouteAction::kWeightedClusters:
      return Annotate(CompileWeights(proto.weighted_clusters(), slots, forward),
                      "weighted_clusters");
    default:
      return InvalidArgument(
          "one of cluster, weighted_clusters is needed; other ways to name a cluster are not "
          "supported");
  }
}

// Nullopt for a policy that says that it is none.
absl::StatusOr<std::optional<HashPolicy>> CompileHashPolicy(const HashPolicyProto& proto) {
  HashPolicy policy;
  policy.terminal = proto.terminal();
  switch (proto.policy_specifier_case()) {
    case HashPolicyProto::kHeader:
      policy.source = HashPolicy::Source::kHeader;
      policy.name = absl::AsciiStrToLower(proto.header().header_name());
      if (policy.name.empty() || !RequestField(policy.name).is_known()) {
        return InvalidArgument("header.header_name: '", proto.header().header_name(),
                               "' is no header of a request");
      }
      return policy;
    case HashPolicyProto::kConnectionProperties:
      if (!proto.connection_properties().source_ip()) return std::nullopt;
      policy.source = HashPolicy::Source::kSourceIp;
      return policy;
    case HashPolicyProto::kQueryParameter:
      policy.source = HashPolicy::Source::kQueryParameter;
      policy.name = proto.query_parameter().name();
      if (policy.name.empty()) return InvalidArgument("query_parameter.name: is empty");
      return policy;
    case HashPolicyProto::kCookie:
      policy.source = HashPolicy::Source::kCookie;
      policy.name = proto.cookie().name();
      if (policy.name.empty()) return InvalidArgument("cookie.name: is empty");
      if (proto.cookie().has_ttl()) {
        return InvalidArgument(
            "cookie.ttl: the proxy does not make cookies; only those that "
            "clients have are hashed");
      }
      return policy;
    default:
      return InvalidArgument(
          "one of header, cookie, connection_properties, query_parameter is needed; others are "
          "not supported");
  }
}

absl::Status CompileHashPolicies(const RouteAction& proto, Forward& forward) {
  forward.hash_policies.reserve(static_cast<size_t>(proto.hash_policy_size()));
  for (int i = 0; i < proto.hash_policy_size(); ++i) {
    auto policy = CompileHashPolicy(proto.hash_policy(i));
    if (!policy.ok()) return Annotate(policy.status(), StrCat("hash_policy[", i, "]"));
    if (policy->has_value()) forward.hash_policies.push_back(**std::move(policy));
  }
  return absl::OkStatus();
}

absl::Status CompileHostRewrite(const RouteAction& proto, Forward& forward) {
  switch (proto.host_rewrite_specifier_case()) {
    case RouteAction::HOST_REWRITE_SPECIFIER_NOT_SET:
      return absl::OkStatus();
    case RouteAction::kHostRewriteLiteral:
      if (proto.host_rewrite_literal().empty()) return absl::OkStatus();
      forward.host_rewrite = proto.host_rewrite_literal();
      return Annotate(CheckHeaderText(*forward.host_rewrite), "host_rewrite_literal");
    case RouteAction::kAutoHostRewrite:
      forward.host_rewrite_auto = proto.auto_host_rewrite().value();
      return absl::OkStatus();
    default:
      return InvalidArgument(
          "this way to rewrite the host is not supported; host_rewrite_literal and "
          "auto_host_rewrite are");
  }
}

absl::Status CompileTimeouts(const RouteAction& proto, Forward& forward) {
  if (proto.has_timeout()) {
    auto timeout = CompileDuration(proto.timeout());
    if (!timeout.ok()) return Annotate(timeout.status(), "timeout");
    forward.timeout = *timeout;
  }
  if (proto.has_idle_timeout()) {
    auto timeout = CompileDuration(proto.idle_timeout());
    if (!timeout.ok()) return Annotate(timeout.status(), "idle_timeout");
    forward.idle_timeout = *timeout;
  }
  return absl::OkStatus();
}

absl::StatusOr<uint16_t> NotFoundStatus(RouteAction::ClusterNotFoundResponseCode code) {
  switch (code) {
    case RouteAction::SERVICE_UNAVAILABLE:
      return 503;
    case RouteAction::NOT_FOUND:
      return 404;
    case RouteAction::INTERNAL_SERVER_ERROR:
      return 500;
    default:
      return InvalidArgument("cluster_not_found_response_code: ", static_cast<int>(code),
                             " is not a code of this field");
  }
}

}  // namespace

absl::Status CheckHeaderText(std::string_view text) {
  const size_t bad = text.find_first_of(std::string_view("\0\r\n", 3));
  if (bad == std::string_view::npos) return absl::OkStatus();
  return InvalidArgument("has a line break or a zero byte at position ", bad);
}

absl::StatusOr<std::shared_ptr<const PathRewrite>> CompileRewrite(
    const std::string& prefix, const envoy::type::matcher::v3::RegexMatchAndSubstitute* regex,
    RegexCache& regexes) {
  if (prefix.empty() && regex == nullptr) return nullptr;
  if (!prefix.empty() && regex != nullptr) {
    return InvalidArgument("prefix_rewrite: is set together with regex_rewrite; only one may be");
  }
  auto rewrite = std::make_shared<PathRewrite>();
  if (regex == nullptr) {
    rewrite->prefix = prefix;
    FL_RETURN_IF_ERROR(Annotate(CheckHeaderText(prefix), "prefix_rewrite"));
    return rewrite;
  }
  auto compiled = regexes.Get(regex->pattern().regex());
  if (!compiled.ok()) return Annotate(compiled.status(), "regex_rewrite.pattern.regex");
  rewrite->regex = *std::move(compiled);
  rewrite->regex_substitution = regex->substitution();
  FL_RETURN_IF_ERROR(
      Annotate(CheckHeaderText(regex->substitution()), "regex_rewrite.substitution"));
  std::string error;
  if (!rewrite->regex->CheckRewriteString(regex->substitution(), &error)) {
    return InvalidArgument("regex_rewrite.substitution: '", regex->substitution(), "': ", error);
  }
  return rewrite;
}

absl::StatusOr<Forward> CompileForward(const RouteAction& proto, cluster::ClusterSlots& slots,
                                       RegexCache& regexes) {
  Forward forward;
  FL_RETURN_IF_ERROR(CompileClusters(proto, slots, forward));
  FL_ASSIGN_OR_RETURN(forward.cluster_not_found_status,
                      NotFoundStatus(proto.cluster_not_found_response_code()));
  FL_RETURN_IF_ERROR(CompileTimeouts(proto, forward));
  FL_ASSIGN_OR_RETURN(
      forward.rewrite,
      CompileRewrite(proto.prefix_rewrite(),
                     proto.has_regex_rewrite() ? &proto.regex_rewrite() : nullptr, regexes));
  FL_RETURN_IF_ERROR(CompileHostRewrite(proto, forward));
  forward.append_x_forwarded_host = proto.append_x_forwarded_host();
  FL_RETURN_IF_ERROR(CompileHashPolicies(proto, forward));
  return forward;
}

}  // namespace fairlead::route
