#ifndef FAIRLEAD_DATAPLANE_SERVER_ADMIN_FAKE_SOURCE_H_
#define FAIRLEAD_DATAPLANE_SERVER_ADMIN_FAKE_SOURCE_H_

// A server for tests of the admin pages: what it says are its fields, what it is told it counts.

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dataplane/server/admin/admin_source.h"
#include "envoy/config/core/v3/base.pb.h"

namespace fairlead::server::admin {

class FakeSource final : public AdminSource {
 public:
  FakeSource() {
    facts.version = "1.2.3";
    facts.concurrency = 2;
    node.set_id("proxy-1");
  }

  const ServerFacts& Facts() const override { return facts; }
  const envoy::config::core::v3::Node& Node() const override { return node; }
  event::Duration Uptime() const override { return uptime; }
  ServerState State() const override { return state; }
  bool AreWorkersStarted() const override { return true; }
  bool ServesLastGood() const override { return serves_last_good; }
  std::vector<Publisher::ListenerState> Listeners() const override { return listeners; }
  Publisher::HttpScopes HttpStats() const override { return http_stats; }
  ClusterSnapshot Clusters() const override { return clusters; }
  xds::ConfigState Config() const override { return config; }
  absl::StatusOr<std::string> ConfigDumpJson(const xds::DumpOptions& options) const override {
    dumped_with_endpoints = options.with_endpoints;
    return dump;
  }
  void Quit() override { ++quits; }
  void DrainListeners() override { ++drains; }

  // A cluster with one endpoint, 10.0.0.1:80.
  ClusterSample& AddCluster(const std::string& name) {
    auto cluster_config = std::make_shared<cluster::ClusterConfig>();
    cluster_config->name = name;
    cluster_config->stat_name = name;
    ClusterSample& sample = clusters.clusters.emplace_back();
    sample.config = std::move(cluster_config);
    sample.hosts.push_back({.address = *net::Address::Parse("10.0.0.1", 80)});
    return sample;
  }
  // The counters of a connection manager on one more worker.
  http::HttpStats& AddHttpStats(const std::string& prefix) {
    return *http_stats[prefix].emplace_back(std::make_shared<http::HttpStats>());
  }

  ServerFacts facts;
  envoy::config::core::v3::Node node;
  event::Duration uptime = std::chrono::seconds(90);
  ServerState state = ServerState::kLive;
  bool serves_last_good = false;
  std::vector<Publisher::ListenerState> listeners;
  Publisher::HttpScopes http_stats;
  ClusterSnapshot clusters;
  xds::ConfigState config;
  absl::StatusOr<std::string> dump = std::string("{}");
  mutable bool dumped_with_endpoints = false;
  int quits = 0;
  int drains = 0;
};

}  // namespace fairlead::server::admin

#endif  // FAIRLEAD_DATAPLANE_SERVER_ADMIN_FAKE_SOURCE_H_
