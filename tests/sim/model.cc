#include "tests/sim/model.h"

#include <google/protobuf/text_format.h>

#include <chrono>

#include "dataplane/base/check.h"
#include "dataplane/base/strings.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/extensions/access_loggers/file/v3/file.pb.h"
#include "envoy/extensions/filters/http/router/v3/router.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"
#include "envoy/extensions/upstreams/http/v3/http_protocol_options.pb.h"

namespace fairlead::sim {

using xds::ResourceType;

namespace {

constexpr std::string_view kExtra = "extra";
constexpr int kPrefixes = 3;

template <typename T>
std::string Bytes(const std::string& text) {
  // The types that an Any in a text may hold must be linked in.
  envoy::extensions::access_loggers::file::v3::FileAccessLog::descriptor();
  envoy::extensions::filters::http::router::v3::Router::descriptor();
  envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager::
      descriptor();
  envoy::extensions::upstreams::http::v3::HttpProtocolOptions::descriptor();
  T message;
  FL_CHECK(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message.SerializeAsString();
}

std::string Header(std::string_view key, std::string_view value) {
  return StrCat("response_headers_to_add { header { key: '", key, "' value: '", value,
                "' } append_action: OVERWRITE_IF_EXISTS_OR_ADD } ");
}

std::string Seconds(uint64_t n) { return StrCat("{ seconds: ", n, " } "); }

std::string EndpointText(std::string_view address) {
  return StrCat("lb_endpoints { endpoint { address { socket_address { address: '", address,
                "' port_value: 8080 } } } } ");
}

}  // namespace

bool Model::IsDns(int cluster) const {
  return stage_.scenario.has_dns && cluster == stage_.scenario.clusters - 1;
}

void Model::SetCluster(int cluster) {
  static constexpr std::string_view kPolicies[] = {"ROUND_ROBIN", "LEAST_REQUEST", "RANDOM"};
  const std::string name = StrCat("c", cluster);
  std::string text =
      StrCat("name: '", name, "' connect_timeout { nanos: 700000000 } lb_policy: ",
             kPolicies[stage_.random().Below(std::size(kPolicies))],
             " typed_extension_protocol_options { key: "
             "'envoy.extensions.upstreams.http.v3.HttpProtocolOptions' value { "
             "[type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions] { "
             "explicit_http_config { http_protocol_options {} } common_http_protocol_options { "
             "idle_timeout ",
             Seconds(1 + stage_.random().Below(3)), "} } } } ");
  if (IsDns(cluster)) {
    StrAppend(&text, "type: STRICT_DNS dns_refresh_rate { nanos: 300000000 } dns_lookup_family: ",
              "V4_ONLY load_assignment { cluster_name: '", name, "' endpoints { ",
              EndpointText("up.test"), "} } ");
  } else {
    StrAppend(&text, "type: EDS eds_cluster_config { eds_config { ads {} } } ");
  }
  ads_.Set(ResourceType::kCluster, name, Bytes<envoy::config::cluster::v3::Cluster>(text));
}

void Model::SetEndpoints(int cluster, bool all) {
  std::string text = StrCat("cluster_name: 'c", cluster, "' endpoints { ");
  int chosen = 0;
  const int count = stage_.scenario.upstreams_per_cluster;
  const bool may_be_empty = !stage_.scenario.is_calm && stage_.Chance(100);
  for (int i = 0; i < count; ++i) {
    const bool is_last_chance = i == count - 1 && chosen == 0 && !may_be_empty;
    if (!all && !is_last_chance && stage_.Chance(500)) continue;
    ++chosen;
    StrAppend(&text, EndpointText(UpstreamAddress(cluster, i).ip()));
  }
  text += "}";
  ads_.Set(ResourceType::kEndpoint, StrCat("c", cluster),
           Bytes<envoy::config::endpoint::v3::ClusterLoadAssignment>(text));
}

void Model::SetRoutes(bool is_bad) {
  ++version_;
  if (is_bad) stage_.ledger.VersionIsRefused(version_);
  std::string text = StrCat("name: 'r' ", Header("x-version", StrCat(version_)),
                            "virtual_hosts { name: 'all' domains: '*' ");
  const uint64_t shift = stage_.random().Below(static_cast<uint64_t>(stage_.scenario.clusters));
  for (int prefix = 0; prefix < kPrefixes; ++prefix) {
    const std::string name = StrCat("c", (static_cast<uint64_t>(prefix) + shift) %
                                             static_cast<uint64_t>(stage_.scenario.clusters));
    const uint64_t timeout = stage_.scenario.is_calm ? 30 : 2 + stage_.random().Below(2);
    StrAppend(&text, "routes { match { prefix: '/p", prefix, "/' } ", Header("x-cluster", name),
              Header("x-timeout", StrCat(timeout)), "route { cluster: '", name, "' timeout ",
              Seconds(timeout), "} } ");
  }
  if (is_bad) text += "routes { match { safe_regex { regex: '(' } } route { cluster: 'c0' } } ";
  text += "}";
  ads_.Set(ResourceType::kRoute, "r", Bytes<envoy::config::route::v3::RouteConfiguration>(text));
}

void Model::SetListener() {
  const uint64_t scale = stage_.scenario.is_calm ? 10 : 1;
  const net::Address address = ProxyAddress();
  std::string text = StrCat(
      "name: 'l' address { socket_address { address: '", address.ip(),
      "' port_value: ", address.port(),
      " } } filter_chains { filters { name: 'hcm' typed_config { "
      "[type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3."
      "HttpConnectionManager] { stat_prefix: 's' rds { route_config_name: 'r' config_source { ads "
      "{} } } http_filters { name: 'router' typed_config { "
      "[type.googleapis.com/envoy.extensions.filters.http.router.v3.Router] {} } } access_log { "
      "name: 'log' typed_config { "
      "[type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog] { path: "
      "'/dev/null' } } } http_protocol_options { accept_http_10: true } "
      "common_http_protocol_options { idle_timeout ");
  StrAppend(&text, Seconds(2 + stage_.random().Below(3)), "} stream_idle_timeout ",
            Seconds((3 + stage_.random().Below(3)) * scale), "request_timeout ", Seconds(8 * scale),
            "request_headers_timeout ", Seconds(4 * scale), "delayed_close_timeout ", Seconds(1),
            "via: 'v", stage_.random().Below(100), "' } } } }");
  ads_.Set(ResourceType::kListener, "l", Bytes<envoy::config::listener::v3::Listener>(text));
}

void Model::SetNames(SimProxy& proxy, bool all) {
  dns::Answer answer;
  answer.outcome = dns::Outcome::kAddresses;
  const int cluster = stage_.scenario.clusters - 1;
  for (int i = 0; i < stage_.scenario.upstreams_per_cluster; ++i) {
    if (!all && i > 0 && stage_.Chance(500)) continue;
    answer.addresses.push_back(UpstreamAddress(cluster, i).WithPort(0));
  }
  if (!all && !stage_.scenario.is_calm && stage_.Chance(300)) {
    static constexpr dns::Outcome kBad[] = {dns::Outcome::kNoData, dns::Outcome::kNoName,
                                            dns::Outcome::kFailure, dns::Outcome::kTimeout};
    answer = {};
    answer.outcome = kBad[stage_.random().Below(std::size(kBad))];
  }
  proxy.resolver().SetAnswer(std::move(answer));
}

void Model::ToggleExtraCluster() {
  has_extra_ = !has_extra_;
  const std::string name(kExtra);
  if (!has_extra_) return ads_.Remove(ResourceType::kCluster, name);
  ads_.Set(ResourceType::kCluster, name,
           Bytes<envoy::config::cluster::v3::Cluster>(
               "name: 'extra' type: STATIC load_assignment { cluster_name: 'extra' }"));
}

void Model::StopAnUpstream() {
  SimUpstream* upstream = upstreams_[stage_.random().Below(upstreams_.size())].get();
  upstream->StopListening();
  stage_.network.After(stage_.network.Between(event::Duration(1), std::chrono::milliseconds(800)),
                       [upstream] { upstream->Listen(); });
}

void Model::SetAll(SimProxy& proxy) {
  for (int cluster = 0; cluster < stage_.scenario.clusters; ++cluster) {
    SetCluster(cluster);
    if (!IsDns(cluster)) SetEndpoints(cluster, true);
  }
  SetNames(proxy, true);
  SetRoutes(false);
  SetListener();
}

void Model::Change(SimProxy& proxy) {
  const int cluster =
      static_cast<int>(stage_.random().Below(static_cast<uint64_t>(stage_.scenario.clusters)));
  switch (stage_.random().Below(10)) {
    case 0:
    case 1:
      SetRoutes(false);
      return ads_.Publish(ResourceType::kRoute);
    case 2:
    case 3:
      if (IsDns(cluster)) return SetNames(proxy, false);
      SetEndpoints(cluster, false);
      return ads_.Publish(ResourceType::kEndpoint);
    case 4:
      SetCluster(cluster);
      return ads_.Publish(ResourceType::kCluster);
    case 5:
      SetListener();
      return ads_.Publish(ResourceType::kListener);
    case 6:
      SetRoutes(true);
      return ads_.Publish(ResourceType::kRoute);
    case 7:
      return ads_.BreakStream();
    case 8:
      ToggleExtraCluster();
      return ads_.Publish(ResourceType::kCluster);
    default:
      if (!stage_.scenario.is_calm) return StopAnUpstream();
      SetNames(proxy, false);
  }
}

}  // namespace fairlead::sim
