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
  std::vector<Publisher::HttpScope> HttpScopes() const override { return http_scopes; }
  std::vector<Publisher::ClusterScope> ClusterScopes() const override { return cluster_scopes; }
  observe::CounterSets& Counters() override { return counters; }
  BufferUse Buffers() const override { return buffers; }
  runtime::Runtime& RuntimeValues() override { return *runtime_values; }
  observe::CallScopes& Calls() override { return calls; }
  uint64_t DroppedLogLines() const override { return dropped_lines; }
  ClusterSnapshot Clusters() const override { return clusters; }
  xds::ConfigState Config() const override { return config; }
  absl::StatusOr<std::string> ConfigDumpJson(const xds::DumpOptions& options) const override {
    dumped_with_endpoints = options.with_endpoints;
    return dump;
  }
  void Quit() override { ++quits; }
  void DrainListeners(bool graceful) override { ++(graceful ? graceful_drains : drains); }
  void ReopenLogs() override { ++reopens; }

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
  // What worker 0 counts for a cluster; worker 1 has as many, all 0.
  cluster::ClusterStats& AddClusterStats(const std::string& name) {
    auto cluster_config = std::make_shared<cluster::ClusterConfig>();
    cluster_config->name = name;
    cluster_config->stat_name = name;
    cluster_scopes.push_back({std::move(cluster_config),
                              std::make_shared<observe::PerWorker<cluster::ClusterStats>>(2)});
    return cluster_scopes.back().stats->Of(0);
  }
  // What a worker counts for a connection manager on a listener.
  http::HttpStats& AddHttpStats(const std::string& prefix, uint32_t worker = 0,
                                const std::string& listener = "127.0.0.1:80") {
    for (const Publisher::HttpScope& scope : http_scopes) {
      if (scope.prefix == prefix && scope.listener == listener) return scope.stats->Of(worker);
    }
    http_scopes.push_back(
        {listener, prefix, std::make_shared<observe::PerWorker<http::HttpStats>>(2)});
    return http_scopes.back().stats->Of(worker);
  }

  ServerFacts facts;
  envoy::config::core::v3::Node node;
  event::Duration uptime = std::chrono::seconds(90);
  ServerState state = ServerState::kLive;
  bool serves_last_good = false;
  std::vector<Publisher::ListenerState> listeners;
  std::vector<Publisher::HttpScope> http_scopes;
  std::vector<Publisher::ClusterScope> cluster_scopes;
  observe::CounterSets counters{2};
  BufferUse buffers;
  observe::CallScopes calls{2};
  std::unique_ptr<runtime::Runtime> runtime_values = std::make_unique<runtime::Runtime>();
  uint64_t dropped_lines = 0;
  ClusterSnapshot clusters;
  xds::ConfigState config;
  absl::StatusOr<std::string> dump = std::string("{}");
  mutable bool dumped_with_endpoints = false;
  int quits = 0;
  int drains = 0;
  int graceful_drains = 0;
  int reopens = 0;
};

}  // namespace fairlead::server::admin

#endif  // FAIRLEAD_DATAPLANE_SERVER_ADMIN_FAKE_SOURCE_H_
