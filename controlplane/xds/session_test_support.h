#ifndef FAIRLEAD_CONTROLPLANE_XDS_SESSION_TEST_SUPPORT_H_
#define FAIRLEAD_CONTROLPLANE_XDS_SESSION_TEST_SUPPORT_H_

// For the tests of the sessions: snapshots of small resources, and a client that speaks one variant
// of the protocol to a session without a socket.
//
//     SotwClient client;
//     client.Publish(World().Cluster("a").Endpoints("a"));
//     client.Ask(kClusterType);
//     EXPECT_EQ(client.Take(), "CDS a");       // what came, acknowledged
//     EXPECT_EQ(client.Take(), "");            // nothing more
//
// A response is told as the type's short name, the names in it, and "-name" for a removal.

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "controlplane/xds/delta_session.h"
#include "controlplane/xds/snapshot.h"
#include "controlplane/xds/sotw_session.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/service/discovery/v3/discovery.pb.h"
#include "gtest/gtest.h"

namespace fairlead::control::xds {

// A snapshot in the making; `content` makes two resources of one name differ.
class World {
 public:
  World& Cluster(const std::string& name, int content = 1) {
    envoy::config::cluster::v3::Cluster cluster;
    cluster.set_name(name);
    cluster.set_type(envoy::config::cluster::v3::Cluster::EDS);
    cluster.mutable_connect_timeout()->set_seconds(content);
    snapshot_.Add(kClusterType, name, cluster);
    return *this;
  }
  World& Endpoints(const std::string& name, int content = 1) {
    envoy::config::endpoint::v3::ClusterLoadAssignment endpoints;
    endpoints.set_cluster_name(name);
    endpoints.mutable_policy()->mutable_overprovisioning_factor()->set_value(content);
    snapshot_.Add(kEndpointType, name, endpoints);
    return *this;
  }
  World& Listener(const std::string& name, int content = 1) {
    envoy::config::listener::v3::Listener listener;
    listener.set_name(name);
    listener.mutable_per_connection_buffer_limit_bytes()->set_value(content);
    snapshot_.Add(kListenerType, name, listener);
    return *this;
  }
  World& Routes(const std::string& name, int content = 1) {
    envoy::config::route::v3::RouteConfiguration routes;
    routes.set_name(name);
    routes.mutable_max_direct_response_body_size_bytes()->set_value(content);
    snapshot_.Add(kRouteType, name, routes);
    return *this;
  }
  World& Revision(std::int64_t revision) {
    snapshot_.revision = revision;
    return *this;
  }
  std::shared_ptr<const Snapshot> Build() const { return std::make_shared<Snapshot>(snapshot_); }

 private:
  Snapshot snapshot_;
};

inline std::string ShortName(std::string_view type_url) {
  if (type_url == kClusterType) return "CDS";
  if (type_url == kEndpointType) return "EDS";
  if (type_url == kListenerType) return "LDS";
  if (type_url == kRouteType) return "RDS";
  return std::string(type_url);
}

// What both kinds of client share. SessionType, Request and Message are the variant's.
template <typename SessionType, typename Request, typename Message>
class TestClient {
 public:
  explicit TestClient(std::string nonce_prefix = "s1-") {
    Session::Context context;
    context.diffs = &diffs;
    context.nonce_prefix = std::move(nonce_prefix);
    session.emplace(std::move(context));
  }

  void Publish(const World& world) { session->SetTarget(world.Build()); }

  // The next response, not answered.
  std::optional<Message> Receive() {
    const std::optional<Response> response = session->Next(now);
    if (!response.has_value()) return std::nullopt;
    Message message;
    EXPECT_TRUE(message.ParseFromString(response->Serialize("test-control")));
    EXPECT_EQ(message.control_plane().identifier(), "test-control");
    EXPECT_TRUE(nonces.insert(message.nonce()).second) << "nonce used again";
    last[message.type_url()] = message;
    return message;
  }

  absl::Status Send(Request request) {
    if (!std::exchange(is_introduced, true)) request.mutable_node()->set_id("node");
    return session->OnRequest(request, absl::UnixEpoch());
  }

  const fleet::TypeStatus Status(std::string_view type_url) const {
    for (const auto& status : session->Statuses()) {
      if (status.type_url == type_url) return status;
    }
    return {};
  }

  DiffCache diffs;
  std::optional<SessionType> session;
  Session::Instant now{};
  std::map<std::string, Message> last;
  NameSet nonces;
  bool is_introduced = false;
};

class SotwClient : public TestClient<SotwSession, envoy::service::discovery::v3::DiscoveryRequest,
                                     envoy::service::discovery::v3::DiscoveryResponse> {
 public:
  using Request = envoy::service::discovery::v3::DiscoveryRequest;
  using Message = envoy::service::discovery::v3::DiscoveryResponse;
  using TestClient::TestClient;

  // A request with the newest nonce and version of the type; it names `names` from now on.
  void Ask(std::string_view type_url, std::vector<std::string> names = {}) {
    asked[std::string(type_url)] = std::move(names);
    ASSERT_TRUE(Send(NewRequest(type_url)).ok());
  }
  Request NewRequest(std::string_view type_url) {
    Request request;
    request.set_type_url(std::string(type_url));
    for (const auto& name : asked[request.type_url()]) request.add_resource_names(name);
    if (const auto found = last.find(request.type_url()); found != last.end()) {
      request.set_response_nonce(found->second.nonce());
      request.set_version_info(accepted[request.type_url()]);
    }
    return request;
  }
  void Acknowledge(const Message& message) {
    accepted[message.type_url()] = message.version_info();
    Request request = NewRequest(message.type_url());
    request.set_response_nonce(message.nonce());
    ASSERT_TRUE(Send(request).ok());
  }
  void Reject(const Message& message, const std::string& reason = "refused") {
    Request request = NewRequest(message.type_url());
    request.set_response_nonce(message.nonce());
    request.mutable_error_detail()->set_message(reason);
    ASSERT_TRUE(Send(request).ok());
  }
  static std::string Tell(const Message& message) {
    std::string text = ShortName(message.type_url());
    for (const auto& any : message.resources()) absl::StrAppend(&text, " ", NameIn(any));
    return text;
  }
  std::string Take() {
    const auto message = Receive();
    if (!message.has_value()) return "";
    Acknowledge(*message);
    return Tell(*message);
  }

  std::map<std::string, std::vector<std::string>> asked;
  std::map<std::string, std::string> accepted;

 private:
  static std::string NameIn(const google::protobuf::Any& any) {
    envoy::config::cluster::v3::Cluster cluster;
    if (any.UnpackTo(&cluster)) return cluster.name();
    envoy::config::endpoint::v3::ClusterLoadAssignment endpoints;
    if (any.UnpackTo(&endpoints)) return endpoints.cluster_name();
    envoy::config::listener::v3::Listener listener;
    if (any.UnpackTo(&listener)) return listener.name();
    envoy::config::route::v3::RouteConfiguration routes;
    if (any.UnpackTo(&routes)) return routes.name();
    return "?";
  }
};

class DeltaClient
    : public TestClient<DeltaSession, envoy::service::discovery::v3::DeltaDiscoveryRequest,
                        envoy::service::discovery::v3::DeltaDiscoveryResponse> {
 public:
  using Request = envoy::service::discovery::v3::DeltaDiscoveryRequest;
  using Message = envoy::service::discovery::v3::DeltaDiscoveryResponse;
  using TestClient::TestClient;

  // A spontaneous request: no nonce.
  void Ask(std::string_view type_url, const std::vector<std::string>& subscribe = {},
           const std::vector<std::string>& unsubscribe = {},
           const std::map<std::string, std::string>& initial = {}) {
    Request request;
    request.set_type_url(std::string(type_url));
    for (const auto& name : subscribe) request.add_resource_names_subscribe(name);
    for (const auto& name : unsubscribe) request.add_resource_names_unsubscribe(name);
    request.mutable_initial_resource_versions()->insert(initial.begin(), initial.end());
    ASSERT_TRUE(Send(request).ok());
  }
  void Acknowledge(const Message& message) {
    Request request;
    request.set_type_url(message.type_url());
    request.set_response_nonce(message.nonce());
    ASSERT_TRUE(Send(request).ok());
  }
  void Reject(const Message& message, const std::string& reason = "refused") {
    Request request;
    request.set_type_url(message.type_url());
    request.set_response_nonce(message.nonce());
    request.mutable_error_detail()->set_message(reason);
    ASSERT_TRUE(Send(request).ok());
  }
  static std::string Tell(const Message& message) {
    std::string text = ShortName(message.type_url());
    for (const auto& resource : message.resources()) {
      EXPECT_EQ(resource.resource().type_url(), message.type_url());
      EXPECT_FALSE(resource.version().empty());
      absl::StrAppend(&text, " ", resource.name());
    }
    for (const auto& name : message.removed_resources()) absl::StrAppend(&text, " -", name);
    return text;
  }
  std::string Take() {
    const auto message = Receive();
    if (!message.has_value()) return "";
    Acknowledge(*message);
    return Tell(*message);
  }
};

}  // namespace fairlead::control::xds

#endif  // FAIRLEAD_CONTROLPLANE_XDS_SESSION_TEST_SUPPORT_H_
