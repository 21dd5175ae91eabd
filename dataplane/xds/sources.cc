#include "dataplane/xds/sources.h"

#include <utility>

#include "dataplane/base/status.h"
#include "envoy/config/bootstrap/v3/bootstrap.pb.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/core/v3/base.pb.h"
#include "envoy/config/core/v3/config_source.pb.h"

namespace fairlead::xds {

using envoy::config::bootstrap::v3::Bootstrap;
using envoy::config::core::v3::ApiConfigSource;
using envoy::config::core::v3::ConfigSource;
using envoy::config::core::v3::Node;

namespace {

// What a control plane learns of us beside the node that the user named.
std::shared_ptr<const Node> NodeOf(const Bootstrap& bootstrap) {
  auto node = std::make_shared<Node>(bootstrap.node());
  node->set_user_agent_name("fairlead-proxy");
  node->add_client_features("envoy.lb.does_not_support_overprovisioning");
  node->add_client_features("xds.config.supports-resource-in-sotw");
  return node;
}

std::optional<RateLimit> RateLimitOf(const ApiConfigSource& config) {
  if (!config.has_rate_limit_settings()) return std::nullopt;
  RateLimit limit;
  const auto& settings = config.rate_limit_settings();
  if (settings.has_max_tokens()) limit.tokens_max = settings.max_tokens().value();
  if (settings.has_fill_rate()) limit.fill_per_second = settings.fill_rate().value();
  // With less than one token, or none coming, nothing could ever be sent.
  limit.tokens_max = std::max(limit.tokens_max, 1.0);
  limit.fill_per_second = std::max(limit.fill_per_second, 0.01);
  return limit;
}

}  // namespace

Sources::Sources(const Bootstrap& bootstrap, const TypeStatus& clusters, UpdateHandler& handler,
                 event::EpollLoop& loop, StreamObserver* ads_observer)
    : bootstrap_(bootstrap),
      clusters_(clusters),
      handler_(handler),
      loop_(loop),
      ads_observer_(ads_observer),
      watcher_(loop),
      node_(NodeOf(bootstrap)) {}

void Sources::Start() {
  is_started_ = true;
  if (ads_ != nullptr) ads_->Start();
  for (const auto& [key, stream] : streams_) stream->Start();
}

void Sources::Restore(ResourceType type,
                      const std::vector<std::pair<std::string, std::string>>& versions) {
  if (ads_ != nullptr) ads_->Restore(type, versions);
  for (const auto& [key, stream] : streams_) stream->Restore(type, versions);
}

absl::StatusOr<Source*> Sources::SourceFor(const ConfigSource& config, ResourceType type) {
  switch (config.config_source_specifier_case()) {
    case ConfigSource::kAds:
      return Ads();
    case ConfigSource::kApiConfigSource:
      return Api(config.api_config_source(), type);
    case ConfigSource::kPathConfigSource:
      return File(config, type);
    default:
      return InvalidArgument("ads, api_config_source or path_config_source is wanted");
  }
}

bool Sources::FindStaticCluster(const std::string& name,
                                envoy::config::cluster::v3::Cluster& cluster) const {
  for (const auto& candidate : bootstrap_.static_resources().clusters()) {
    if (candidate.name() != name) continue;
    cluster = candidate;
    return true;
  }
  const TypeStatus::Accepted* accepted = clusters_.Find(name);
  return accepted != nullptr && accepted->is_static && clusters_.Parse(name, cluster);
}

absl::StatusOr<Source*> Sources::Ads() {
  if (ads_ != nullptr) return ads_.get();
  const std::string where = "dynamic_resources.ads_config";
  if (!bootstrap_.dynamic_resources().has_ads_config()) {
    return InvalidArgument("ads: the bootstrap has no ", where);
  }
  const ApiConfigSource& config = bootstrap_.dynamic_resources().ads_config();
  const bool is_delta = config.api_type() == ApiConfigSource::DELTA_GRPC;
  if (!is_delta && config.api_type() != ApiConfigSource::GRPC) {
    return InvalidArgument(where, ".api_type: is ",
                           ApiConfigSource::ApiType_Name(config.api_type()),
                           ", allowed is GRPC or DELTA_GRPC");
  }
  auto stream = MakeStream(config, is_delta, std::string(is_delta ? kDeltaAdsMethod : kAdsMethod),
                           ads_observer_);
  if (!stream.ok()) return Annotate(stream.status(), where);
  ads_ = *std::move(stream);
  if (is_started_) ads_->Start();
  return ads_.get();
}

absl::StatusOr<std::unique_ptr<GrpcStream>> Sources::MakeStream(const ApiConfigSource& config,
                                                                bool is_delta, std::string method,
                                                                StreamObserver* observer) {
  if (config.grpc_services_size() != 1) {
    return InvalidArgument("grpc_services: has ", config.grpc_services_size(),
                           " elements, one is wanted");
  }
  auto target = FindGrpcTarget(config.grpc_services(0), [this](const auto& name, auto& cluster) {
    return FindStaticCluster(name, cluster);
  });
  if (!target.ok()) return Annotate(target.status(), "grpc_services[0]");
  GrpcStream::Options options;
  options.target = *std::move(target);
  options.method = std::move(method);
  options.is_delta = is_delta;
  options.observer = observer;
  options.client.node = node_;
  options.client.rate_limit = RateLimitOf(config);
  return std::make_unique<GrpcStream>(std::move(options), handler_, loop_);
}

absl::StatusOr<Source*> Sources::Api(const ApiConfigSource& config, ResourceType type) {
  switch (config.api_type()) {
    case ApiConfigSource::AGGREGATED_GRPC:
    case ApiConfigSource::AGGREGATED_DELTA_GRPC:
      return Ads();
    case ApiConfigSource::GRPC:
    case ApiConfigSource::DELTA_GRPC:
      break;
    default:
      return InvalidArgument("api_config_source.api_type: is ",
                             ApiConfigSource::ApiType_Name(config.api_type()),
                             ", allowed is GRPC, DELTA_GRPC, AGGREGATED_GRPC or "
                             "AGGREGATED_DELTA_GRPC");
  }
  const std::string key = StrCat(ShortName(type), "/", config.SerializeAsString());
  std::unique_ptr<GrpcStream>& stream = streams_[key];
  if (stream != nullptr) return stream.get();
  const bool is_delta = config.api_type() == ApiConfigSource::DELTA_GRPC;
  auto made = MakeStream(config, is_delta, std::string(StreamMethod(type, is_delta)), nullptr);
  if (!made.ok()) {
    streams_.erase(key);
    return Annotate(made.status(), "api_config_source");
  }
  stream = *std::move(made);
  if (is_started_) stream->Start();
  return stream.get();
}

absl::StatusOr<Source*> Sources::File(const ConfigSource& config, ResourceType type) {
  const auto& path = config.path_config_source();
  const std::string key = StrCat(ShortName(type), "/", path.SerializeAsString());
  if (const auto it = files_.find(key); it != files_.end()) return it->second.get();
  FL_ASSIGN_OR_RETURN(
      auto file,
      FileSource::Open(
          {.path = path.path(), .watched_directory = path.watched_directory().path(), .type = type},
          handler_, watcher_, loop_));
  return (files_[key] = std::move(file)).get();
}

}  // namespace fairlead::xds
