#include "dataplane/route/compile_forward.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "dataplane/base/status.h"
#include "dataplane/route/compile_edits.h"
#include "dataplane/route/compile_overrides.h"
#include "dataplane/route/request_field.h"
#include "dataplane/route/uri_template.h"
#include "dataplane/runtime/runtime.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "envoy/extensions/path/match/uri_template/v3/uri_template_match.pb.h"
#include "envoy/extensions/path/rewrite/uri_template/v3/uri_template_rewrite.pb.h"

namespace fairlead::route {
namespace {

using envoy::config::route::v3::RouteAction;
using envoy::config::route::v3::RouteMatch;
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

// A field of requests that configuration names.
absl::StatusOr<std::string> FieldName(const std::string& name) {
  std::string lower = absl::AsciiStrToLower(name);
  if (!lower.empty() && RequestField(lower).is_known()) return lower;
  return InvalidArgument("'", name,
                         "' is no header of a request; a field's name, :path, :method, "
                         ":authority or :scheme is needed");
}

// Null when it has none.
absl::StatusOr<std::shared_ptr<const ClusterExtras>> CompileExtras(
    const ClusterWeights::ClusterWeight& proto, const ForwardContext& context) {
  if (proto.cluster_header().empty() && proto.host_rewrite_literal().empty() &&
      proto.typed_per_filter_config().empty()) {
    return nullptr;
  }
  auto extras = std::make_shared<ClusterExtras>();
  if (!proto.cluster_header().empty()) {
    auto name = FieldName(proto.cluster_header());
    if (!name.ok()) return Annotate(name.status(), "cluster_header");
    extras->name_header = *std::move(name);
  }
  extras->host_rewrite = proto.host_rewrite_literal();
  FL_RETURN_IF_ERROR(Annotate(CheckHeaderText(extras->host_rewrite), "host_rewrite_literal"));
  if (!proto.typed_per_filter_config().empty()) {
    FL_ASSIGN_OR_RETURN(
        std::vector<OverrideEntry> own,
        CompileOverrides(proto.typed_per_filter_config(), context.compile, context.warnings));
    extras->overrides = MergeOverrides(context.overrides, std::move(own));
  }
  return extras;
}

absl::Status CompileWeight(const ClusterWeights::ClusterWeight& proto, uint64_t& total,
                           const ForwardContext& context, bool may_change, Forward& forward) {
  if (proto.name().empty() == proto.cluster_header().empty()) {
    return InvalidArgument(proto.name().empty() ? "name: is empty, and so is cluster_header"
                                                : "name: is set together with cluster_header",
                           "; one of them is needed");
  }
  if (!proto.has_weight()) return InvalidArgument("weight: is missing");
  total += proto.weight().value();
  if (total > std::numeric_limits<uint32_t>::max()) {
    return InvalidArgument("weight: the weights sum up to more than ",
                           std::numeric_limits<uint32_t>::max());
  }
  FL_ASSIGN_OR_RETURN(LevelEdits edits, CompileLevelEdits(proto));
  FL_ASSIGN_OR_RETURN(auto extras, CompileExtras(proto, context));
  // Never picked, unless weights may change.
  if (proto.weight().value() == 0 && !may_change) return absl::OkStatus();
  WeightedCluster& cluster = forward.clusters.emplace_back();
  if (!proto.name().empty()) cluster.slot = context.compile.slots.Acquire(proto.name());
  cluster.weight_end = static_cast<uint32_t>(total);
  cluster.request_edits = Steps(std::move(edits.request));
  cluster.response_edits = Steps(std::move(edits.response));
  cluster.extras = std::move(extras);
  return absl::OkStatus();
}

absl::Status CompileWeights(const ClusterWeights& proto, const ForwardContext& context,
                            ForwardExtras& extras, Forward& forward) {
  if (!proto.header_name().empty()) {
    auto name = FieldName(proto.header_name());
    if (!name.ok()) return Annotate(name.status(), "header_name");
    extras.weight_header = *std::move(name);
  }
  runtime::Runtime* const runtime =
      proto.runtime_key_prefix().empty() ? nullptr : context.compile.runtime;
  uint64_t total = 0;
  forward.clusters.reserve(static_cast<size_t>(proto.clusters_size()));
  for (int i = 0; i < proto.clusters_size(); ++i) {
    const ClusterWeights::ClusterWeight& weight = proto.clusters(i);
    FL_RETURN_IF_ERROR(Annotate(CompileWeight(weight, total, context, runtime != nullptr, forward),
                                StrCat("clusters[", i, "]")));
    if (runtime == nullptr) continue;
    extras.weights.push_back({runtime->Key(StrCat(proto.runtime_key_prefix(), ".", weight.name())),
                              weight.weight().value()});
  }
  if (total == 0) return InvalidArgument("clusters: the weights sum up to 0");
  forward.total_weight = static_cast<uint32_t>(total);
  return absl::OkStatus();
}

absl::Status CompileClusters(const RouteAction& proto, const ForwardContext& context,
                             ForwardExtras& extras, Forward& forward) {
  switch (proto.cluster_specifier_case()) {
    case RouteAction::kCluster:
      if (proto.cluster().empty()) return InvalidArgument("cluster: is empty");
      forward.clusters.resize(1);
      forward.clusters[0].slot = context.compile.slots.Acquire(proto.cluster());
      forward.clusters[0].weight_end = 1;
      return absl::OkStatus();
    case RouteAction::kWeightedClusters:
      return Annotate(CompileWeights(proto.weighted_clusters(), context, extras, forward),
                      "weighted_clusters");
    case RouteAction::kClusterHeader: {
      auto name = FieldName(proto.cluster_header());
      if (!name.ok()) return Annotate(name.status(), "cluster_header");
      auto of_cluster = std::make_shared<ClusterExtras>();
      of_cluster->name_header = *std::move(name);
      forward.clusters.resize(1);
      forward.clusters[0].weight_end = 1;
      forward.clusters[0].extras = std::move(of_cluster);
      return absl::OkStatus();
    }
    default:
      return InvalidArgument(
          "one of cluster, cluster_header, weighted_clusters is needed; other ways to name a "
          "cluster are not supported");
  }
}

absl::Status CompileSubstitution(const envoy::type::matcher::v3::RegexMatchAndSubstitute& proto,
                                 RegexCache& regexes, std::shared_ptr<const re2::RE2>& regex,
                                 std::string& substitution) {
  auto compiled = regexes.Get(proto.pattern().regex());
  if (!compiled.ok()) return Annotate(compiled.status(), "pattern.regex");
  regex = *std::move(compiled);
  substitution = proto.substitution();
  FL_RETURN_IF_ERROR(Annotate(CheckHeaderText(substitution), "substitution"));
  std::string error;
  if (!regex->CheckRewriteString(substitution, &error)) {
    return InvalidArgument("substitution: '", substitution, "': ", error);
  }
  return absl::OkStatus();
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

absl::Status CompileHostRewrite(const RouteAction& proto, RegexCache& regexes, Forward& forward) {
  auto rewrite = std::make_shared<HostRewrite>();
  switch (proto.host_rewrite_specifier_case()) {
    case RouteAction::HOST_REWRITE_SPECIFIER_NOT_SET:
      return absl::OkStatus();
    case RouteAction::kHostRewriteLiteral:
      if (proto.host_rewrite_literal().empty()) return absl::OkStatus();
      rewrite->text = proto.host_rewrite_literal();
      FL_RETURN_IF_ERROR(Annotate(CheckHeaderText(rewrite->text), "host_rewrite_literal"));
      break;
    case RouteAction::kAutoHostRewrite:
      forward.host_rewrite_auto = proto.auto_host_rewrite().value();
      return absl::OkStatus();
    case RouteAction::kHostRewriteHeader: {
      if (proto.host_rewrite_header().empty()) return absl::OkStatus();
      auto name = FieldName(proto.host_rewrite_header());
      if (!name.ok()) return Annotate(name.status(), "host_rewrite_header");
      rewrite->kind = HostRewrite::Kind::kHeader;
      rewrite->text = *std::move(name);
      break;
    }
    case RouteAction::kHostRewritePathRegex:
      rewrite->kind = HostRewrite::Kind::kPathRegex;
      FL_RETURN_IF_ERROR(Annotate(CompileSubstitution(proto.host_rewrite_path_regex(), regexes,
                                                      rewrite->regex, rewrite->text),
                                  "host_rewrite_path_regex"));
      break;
  }
  forward.host_rewrite = std::move(rewrite);
  return absl::OkStatus();
}

// After the other rewrites.
absl::Status CompileTemplateRewrite(const RouteAction& proto, const RouteMatch& match,
                                    RegexCache& regexes, Forward& forward) {
  using envoy::extensions::path::rewrite::uri_template::v3::UriTemplateRewriteConfig;
  if (match.has_path_match_policy() && !proto.prefix_rewrite().empty()) {
    return InvalidArgument("prefix_rewrite: cannot be used with match.path_match_policy");
  }
  if (!proto.has_path_rewrite_policy()) return absl::OkStatus();
  if (forward.rewrite != nullptr) {
    return InvalidArgument(
        "path_rewrite_policy: is set together with prefix_rewrite or regex_rewrite; only one may "
        "be");
  }
  if (!match.has_path_match_policy()) {
    return InvalidArgument("path_rewrite_policy: needs match.path_match_policy");
  }
  UriTemplateRewriteConfig config;
  if (!proto.path_rewrite_policy().typed_config().UnpackTo(&config)) {
    return InvalidArgument("path_rewrite_policy.typed_config: is '",
                           proto.path_rewrite_policy().typed_config().type_url(),
                           "'; UriTemplateRewriteConfig is what is supported");
  }
  FL_ASSIGN_OR_RETURN(const std::string uri_template, UriTemplateOf(match));
  FL_ASSIGN_OR_RETURN(const std::string pattern, UriTemplateRegex(uri_template));
  auto rewrite = std::make_shared<PathRewrite>();
  rewrite->is_template = true;
  FL_ASSIGN_OR_RETURN(rewrite->regex, regexes.Get(pattern));
  auto substitution = UriTemplateSubstitution(config.path_template_rewrite(), uri_template);
  if (!substitution.ok()) {
    return Annotate(substitution.status(), "path_rewrite_policy.path_template_rewrite");
  }
  rewrite->regex_substitution = *std::move(substitution);
  forward.rewrite = std::move(rewrite);
  return absl::OkStatus();
}

absl::Status CompileTimeouts(const RouteAction& proto, ForwardExtras& extras, Forward& forward) {
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
  // As in Envoy, a route with such durations has no other time to answer in.
  if (proto.has_max_stream_duration()) forward.timeout = std::chrono::milliseconds(0);
  if (proto.max_stream_duration().has_max_stream_duration()) {
    auto duration = CompileDuration(proto.max_stream_duration().max_stream_duration());
    if (!duration.ok()) {
      return Annotate(duration.status(), "max_stream_duration.max_stream_duration");
    }
    extras.max_stream_duration =
        std::min<std::chrono::milliseconds>(*duration, std::chrono::hours(24 * 365 * 10));
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
  FL_RETURN_IF_ERROR(
      Annotate(CompileSubstitution(*regex, regexes, rewrite->regex, rewrite->regex_substitution),
               "regex_rewrite"));
  return rewrite;
}

absl::StatusOr<std::string> UriTemplateOf(const RouteMatch& proto) {
  using envoy::extensions::path::match::uri_template::v3::UriTemplateMatchConfig;
  UriTemplateMatchConfig config;
  if (!proto.path_match_policy().typed_config().UnpackTo(&config)) {
    return InvalidArgument("path_match_policy.typed_config: is '",
                           proto.path_match_policy().typed_config().type_url(),
                           "'; UriTemplateMatchConfig is what is supported");
  }
  return config.path_template();
}

absl::StatusOr<Forward> CompileForward(const RouteAction& proto, const RouteMatch& match,
                                       const ForwardContext& context) {
  RegexCache& regexes = context.regexes;
  Forward forward;
  ForwardExtras extras;
  FL_RETURN_IF_ERROR(CompileClusters(proto, context, extras, forward));
  FL_ASSIGN_OR_RETURN(forward.cluster_not_found_status,
                      NotFoundStatus(proto.cluster_not_found_response_code()));
  FL_RETURN_IF_ERROR(CompileTimeouts(proto, extras, forward));
  FL_ASSIGN_OR_RETURN(
      forward.rewrite,
      CompileRewrite(proto.prefix_rewrite(),
                     proto.has_regex_rewrite() ? &proto.regex_rewrite() : nullptr, regexes));
  FL_RETURN_IF_ERROR(CompileTemplateRewrite(proto, match, regexes, forward));
  FL_RETURN_IF_ERROR(CompileHostRewrite(proto, regexes, forward));
  forward.append_x_forwarded_host = proto.append_x_forwarded_host();
  FL_RETURN_IF_ERROR(CompileHashPolicies(proto, forward));
  if (!extras.weight_header.empty() || !extras.weights.empty() ||
      extras.max_stream_duration.has_value()) {
    forward.extras = std::make_shared<const ForwardExtras>(std::move(extras));
  }
  return forward;
}

}  // namespace fairlead::route
