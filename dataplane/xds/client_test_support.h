#ifndef FAIRLEAD_DATAPLANE_XDS_CLIENT_TEST_SUPPORT_H_
#define FAIRLEAD_DATAPLANE_XDS_CLIENT_TEST_SUPPORT_H_

// Fakes for tests of the xDS clients: a transport that keeps the requests, a handler that keeps the
// updates and refuses what a test names, builders of responses. Thread: the test's.

#include <deque>
#include <string>
#include <vector>

#include "dataplane/xds/xds_client.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/core/v3/base.pb.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/service/discovery/v3/discovery.pb.h"
#include "gtest/gtest.h"

namespace fairlead::xds {

// Request: DiscoveryRequest or DeltaDiscoveryRequest.
template <typename Request>
class FakeTransport final : public Transport {
 public:
  void Send(std::string message) override {
    Request request;
    ASSERT_TRUE(request.ParseFromString(message));
    requests.push_back(std::move(request));
  }
  void ReadOn() override { ++read_ons; }

  // The oldest request not taken yet; the test fails if there is none.
  Request Next() {
    if (requests.empty()) {
      ADD_FAILURE() << "no request was sent";
      return {};
    }
    Request request = std::move(requests.front());
    requests.pop_front();
    return request;
  }

  std::deque<Request> requests;
  int read_ons = 0;
};

class FakeHandler final : public UpdateHandler {
 public:
  std::vector<ResourceError> OnUpdate(Update update) override {
    std::vector<ResourceError> errors;
    for (const Resource& resource : update.resources) {
      if (refused.contains(resource.name)) {
        errors.push_back({resource.name, "'" + resource.name + "' is bad"});
      }
    }
    updates.push_back(std::move(update));
    return errors;
  }
  void OnAttempt(ResourceType) override { ++attempts; }
  void OnSourceFailure(ResourceType, std::string_view) override { ++failures; }

  // The names in the last update, in its order.
  std::vector<std::string> LastNames() const {
    std::vector<std::string> names;
    for (const Resource& resource : updates.back().resources) names.push_back(resource.name);
    return names;
  }

  StringSet refused;
  std::vector<Update> updates;
  int attempts = 0;
  int failures = 0;
};

inline envoy::config::cluster::v3::Cluster ClusterNamed(const std::string& name) {
  envoy::config::cluster::v3::Cluster cluster;
  cluster.set_name(name);
  return cluster;
}

inline envoy::config::endpoint::v3::ClusterLoadAssignment AssignmentNamed(const std::string& name) {
  envoy::config::endpoint::v3::ClusterLoadAssignment assignment;
  assignment.set_cluster_name(name);
  return assignment;
}

inline std::shared_ptr<const envoy::config::core::v3::Node> TestNode() {
  auto node = std::make_shared<envoy::config::core::v3::Node>();
  node->set_id("proxy-1");
  return node;
}

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_CLIENT_TEST_SUPPORT_H_
