// A control plane that serves one large configuration over ADS and measures its one client: how
// long until everything is acknowledged, and from the sending of one change to its ACK.
//
//     xds_load --clusters 10000 --routes 10000 --variant delta|sotw --listen-port P --changes 20
//
// Prints a line of JSON for each event: its port, "loaded", each change, "done"; then serves until
// its stdin ends. Used by xds_scale.py.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "dataplane/xds/fake_ads_server.h"
#include "dataplane/xds/resource_type.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/extensions/filters/http/router/v3/router.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"

namespace fairlead::xds {
namespace {

using envoy::service::discovery::v3::DeltaDiscoveryRequest;
using envoy::service::discovery::v3::DeltaDiscoveryResponse;
using envoy::service::discovery::v3::DiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryResponse;
using google::protobuf::Message;
using Clock = std::chrono::steady_clock;

struct Plan {
  int clusters = 10'000;
  int routes = 10'000;
  int listen_port = 0;
  int changes = 20;
  bool is_delta = true;
};

double Millis(Clock::time_point from) {
  return std::chrono::duration<double, std::milli>(Clock::now() - from).count();
}

envoy::config::cluster::v3::Cluster MakeCluster(int i, int generation) {
  envoy::config::cluster::v3::Cluster cluster;
  cluster.set_name(StrCat("cluster-", i));
  cluster.set_type(envoy::config::cluster::v3::Cluster::EDS);
  cluster.mutable_connect_timeout()->set_seconds(1 + generation);
  auto& source = *cluster.mutable_eds_cluster_config()->mutable_eds_config();
  source.mutable_ads();
  source.set_resource_api_version(envoy::config::core::v3::V3);
  return cluster;
}

envoy::config::endpoint::v3::ClusterLoadAssignment MakeEndpoints(const std::string& name) {
  envoy::config::endpoint::v3::ClusterLoadAssignment assignment;
  assignment.set_cluster_name(name);
  auto& address = *assignment.add_endpoints()
                       ->add_lb_endpoints()
                       ->mutable_endpoint()
                       ->mutable_address()
                       ->mutable_socket_address();
  address.set_address("127.0.0.1");
  address.set_port_value(9);
  return assignment;
}

envoy::config::route::v3::RouteConfiguration MakeRoutes(const Plan& plan, int generation) {
  envoy::config::route::v3::RouteConfiguration routes;
  routes.set_name("routes");
  for (int i = 0; i < plan.routes; ++i) {
    auto& host = *routes.add_virtual_hosts();
    host.set_name(StrCat("host-", i));
    host.add_domains(StrCat("host-", i, ".example.com"));
    auto& route = *host.add_routes();
    route.mutable_match()->set_prefix("/");
    const int changed = i < generation ? 1 : 0;
    route.mutable_route()->set_cluster(StrCat("cluster-", (i + changed) % plan.clusters));
  }
  return routes;
}

envoy::config::listener::v3::Listener MakeListener(const Plan& plan) {
  envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager hcm;
  hcm.set_stat_prefix("bench");
  hcm.mutable_rds()->set_route_config_name("routes");
  hcm.mutable_rds()->mutable_config_source()->mutable_ads();
  hcm.mutable_rds()->mutable_config_source()->set_resource_api_version(envoy::config::core::v3::V3);
  auto& router = *hcm.add_http_filters();
  router.set_name("envoy.filters.http.router");
  router.mutable_typed_config()->PackFrom(envoy::extensions::filters::http::router::v3::Router());
  envoy::config::listener::v3::Listener listener;
  listener.set_name("bench");
  auto& address = *listener.mutable_address()->mutable_socket_address();
  address.set_address("127.0.0.1");
  address.set_port_value(static_cast<uint32_t>(plan.listen_port));
  auto& filter = *listener.add_filter_chains()->add_filters();
  filter.set_name("envoy.filters.network.http_connection_manager");
  filter.mutable_typed_config()->PackFrom(hcm);
  return listener;
}

// One dialect: how its messages are read and written.
struct Sotw {
  using Request = DiscoveryRequest;
  using Response = DiscoveryResponse;
  static FakeAdsServer::Sotw& Streams(FakeAdsServer& server) { return server.sotw; }
  static void Add(Response& response, const std::string&, const std::string&,
                  const Message& message) {
    response.add_resources()->PackFrom(message);
  }
  static void SetVersion(Response& response, const std::string& version) {
    response.set_version_info(version);
  }
  static std::vector<std::string> Names(const Request& request) {
    return {request.resource_names().begin(), request.resource_names().end()};
  }
};

struct Delta {
  using Request = DeltaDiscoveryRequest;
  using Response = DeltaDiscoveryResponse;
  static FakeAdsServer::Delta& Streams(FakeAdsServer& server) { return server.delta; }
  static void Add(Response& response, const std::string& name, const std::string& version,
                  const Message& message) {
    auto& resource = *response.add_resources();
    resource.set_name(name);
    resource.set_version(version);
    resource.mutable_resource()->PackFrom(message);
  }
  static void SetVersion(Response&, const std::string&) {}
  static std::vector<std::string> Names(const Request& request) {
    return {request.resource_names_subscribe().begin(), request.resource_names_subscribe().end()};
  }
};

template <typename Dialect>
class Bench {
 public:
  using Request = typename Dialect::Request;
  using Response = typename Dialect::Response;

  explicit Bench(const Plan& plan) : plan_(plan), streams_(Dialect::Streams(server_)) {
    for (int i = 0; i < plan.clusters; ++i) generations_.push_back(0);
    std::printf("{\"port\": %d}\n", server_.port());
    std::fflush(stdout);
  }

  bool Run() {
    if (!Load()) return false;
    for (int i = 0; i < plan_.changes; ++i) {
      if (!ChangeCluster(i) || !ChangeRoute(i)) return false;
    }
    std::printf("{\"done\": true}\n");
    std::fflush(stdout);
    return true;
  }

 private:
  Response Begin(ResourceType type, std::string& nonce) {
    Response response;
    response.set_type_url(std::string(TypeUrl(type)));
    nonce = StrCat(++nonces_);
    response.set_nonce(nonce);
    Dialect::SetVersion(response, nonce);
    return response;
  }
  Response Clusters(std::string& nonce, int only = -1) {
    Response response = Begin(ResourceType::kCluster, nonce);
    for (int i = 0; i < plan_.clusters; ++i) {
      if (only >= 0 && plan_.is_delta && i != only) continue;
      Dialect::Add(response, StrCat("cluster-", i), StrCat(generations_[i]),
                   MakeCluster(i, generations_[i]));
    }
    return response;
  }
  Response Routes(std::string& nonce, int generation) {
    Response response = Begin(ResourceType::kRoute, nonce);
    Dialect::Add(response, "routes", StrCat(generation), MakeRoutes(plan_, generation));
    return response;
  }
  bool SendEndpoints(const std::vector<std::string>& names) {
    std::string nonce;
    Response response = Begin(ResourceType::kEndpoint, nonce);
    for (const std::string& name : names) {
      Dialect::Add(response, name, "1", MakeEndpoints(name));
    }
    return streams_.Send(response);
  }

  // Serves what is asked for until the response with this nonce is acknowledged.
  bool AwaitAck(const std::string& nonce) {
    Request request;
    while (streams_.Await(request)) {
      if (request.has_error_detail()) {
        std::fprintf(stderr, "refused: %s\n", request.error_detail().message().c_str());
        return false;
      }
      if (request.response_nonce() == nonce) return true;
      if (!Answer(request)) return false;
    }
    std::fprintf(stderr, "the client does not acknowledge\n");
    return false;
  }
  // A subscription, or an ACK of something else. What was asked for is not sent twice.
  bool Answer(const Request& request) {
    const auto type = TypeOfUrl(request.type_url());
    if (!type.has_value()) return false;
    if (*type == ResourceType::kEndpoint) {
      std::vector<std::string> names;
      for (const std::string& name : Dialect::Names(request)) {
        if (endpoints_.insert(name).second || plan_.is_delta) names.push_back(name);
      }
      return names.empty() || SendEndpoints(names);
    }
    if (!asked_.insert(*type).second) return true;
    std::string nonce;
    Response response;
    if (*type == ResourceType::kCluster) {
      response = Clusters(nonce);
    } else if (*type == ResourceType::kListener) {
      response = Begin(*type, nonce);
      Dialect::Add(response, "bench", "1", MakeListener(plan_));
    } else if (*type == ResourceType::kRoute) {
      response = Routes(nonce, 0);
      routes_nonce_ = nonce;
    }
    return streams_.Send(response);
  }

  bool Load() {
    Request request;
    // The client is started once the port is known.
    if (!streams_.Await(request)) return false;
    const Clock::time_point began = Clock::now();
    if (!Answer(request)) return false;
    while (routes_nonce_.empty()) {
      if (!streams_.Await(request) || request.has_error_detail() || !Answer(request)) {
        std::fprintf(stderr, "not loaded: %s\n", request.error_detail().message().c_str());
        return false;
      }
    }
    if (!AwaitAck(routes_nonce_)) return false;
    std::printf("{\"loaded_ms\": %.1f}\n", Millis(began));
    std::fflush(stdout);
    return true;
  }

  bool SendAndReport(const char* what, const Response& response, const std::string& nonce) {
    const size_t bytes = response.ByteSizeLong();
    const Clock::time_point sent = Clock::now();
    if (!streams_.Send(response) || !AwaitAck(nonce)) return false;
    std::printf("{\"change\": \"%s\", \"ack_ms\": %.3f, \"bytes\": %zu}\n", what, Millis(sent),
                bytes);
    std::fflush(stdout);
    return true;
  }
  bool ChangeCluster(int round) {
    const int changed = (round * 7919) % plan_.clusters;
    ++generations_[changed];
    std::string nonce;
    const Response response = Clusters(nonce, changed);
    // The changed cluster waits for its endpoints; by delta it asks for them again.
    return SendAndReport("cluster", response, nonce) &&
           (plan_.is_delta || SendEndpoints({StrCat("cluster-", changed)}));
  }
  bool ChangeRoute(int round) {
    std::string nonce;
    const Response response = Routes(nonce, round + 1);
    return SendAndReport("route", response, nonce);
  }

  const Plan plan_;
  FakeAdsServer server_;
  decltype(Dialect::Streams(std::declval<FakeAdsServer&>())) streams_;
  std::vector<int> generations_;
  std::set<ResourceType> asked_;
  StringSet endpoints_;
  std::string routes_nonce_;
  int nonces_ = 0;
};

int Main(int argc, char** argv) {
  Plan plan;
  const std::map<std::string, int*> numbers = {{"--clusters", &plan.clusters},
                                               {"--routes", &plan.routes},
                                               {"--listen-port", &plan.listen_port},
                                               {"--changes", &plan.changes}};
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    if (const auto it = numbers.find(flag); it != numbers.end())
      *it->second = std::atoi(argv[i + 1]);
    if (flag == "--variant") plan.is_delta = std::string(argv[i + 1]) == "delta";
  }
  const auto serve = [](auto bench) {
    const bool is_good = bench->Run();
    while (std::getchar() != EOF) {
    }
    return is_good ? 0 : 1;
  };
  if (plan.is_delta) return serve(std::make_unique<Bench<Delta>>(plan));
  return serve(std::make_unique<Bench<Sotw>>(plan));
}

}  // namespace
}  // namespace fairlead::xds

int main(int argc, char** argv) { return fairlead::xds::Main(argc, argv); }
