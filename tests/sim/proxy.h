#ifndef FAIRLEAD_TESTS_SIM_PROXY_H_
#define FAIRLEAD_TESTS_SIM_PROXY_H_

// The proxy of the simulation: the product's workers, publisher, DNS clusters, configuration
// pipeline and xDS client, on simulated loops instead of threads. Between them stand only those who
// look: a compiler that remembers what version a table is and logs to the ledger, and a sink that
// tells the ledger what the workers have.
//
// Thread: one.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "dataplane/cluster/cluster_slots.h"
#include "dataplane/dns/resolver.h"
#include "dataplane/server/publisher.h"
#include "dataplane/xds/pipeline.h"
#include "dataplane/xds/xds_client.h"
#include "tests/sim/ads.h"
#include "tests/sim/stage.h"

namespace fairlead::sim {

// Answers after a while with what the scenario says now.
class SimResolver final : public dns::Resolver {
 public:
  SimResolver(Stage& stage, event::Loop& loop) : stage_(stage), loop_(loop) {}

  std::unique_ptr<dns::Query> Resolve(const std::string& name, dns::Family family,
                                      Callback callback) override;
  void SetAnswer(dns::Answer answer) { answer_ = std::move(answer); }

 private:
  struct Pending;

  Stage& stage_;
  event::Loop& loop_;
  dns::Answer answer_;
};

class SimCompiler final : public xds::Compiler {
 public:
  explicit SimCompiler(Ledger& ledger) : ledger_(ledger) {}

  absl::StatusOr<std::shared_ptr<const cluster::ClusterConfig>> CompileCluster(
      const envoy::config::cluster::v3::Cluster& cluster) override;
  absl::StatusOr<std::shared_ptr<const upstream::EndpointSet>> CompileEndpoints(
      const cluster::ClusterConfig& cluster,
      const envoy::config::endpoint::v3::ClusterLoadAssignment& assignment) override;
  absl::StatusOr<std::shared_ptr<const route::RouteTable>> CompileRoutes(
      const envoy::config::route::v3::RouteConfiguration& routes,
      const route::RouteTable* previous) override;
  absl::StatusOr<std::shared_ptr<const listener::ListenerConfig>> CompileListener(
      const envoy::config::listener::v3::Listener& listener) override;

  uint64_t VersionOf(const route::RouteTable& table) const { return versions_.at(&table); }

 private:
  Ledger& ledger_;
  cluster::ClusterSlots slots_;
  observe::CounterSets counters_{1};
  std::map<const route::RouteTable*, uint64_t> versions_;
  // Keeps every table, so that no two have one address.
  std::vector<std::shared_ptr<const route::RouteTable>> tables_;
};

class SimProxy final : private xds::ConfigSink, private xds::SourceProvider {
 public:
  // `upstreams`: the numbers of those whose coming and going is watched, by address.
  SimProxy(Stage& stage, Ads& ads, std::map<std::string, int> upstreams);
  ~SimProxy() override;

  absl::Status Start();
  bool is_ready() const { return is_ready_; }
  SimResolver& resolver() { return resolver_; }

  // Stops accepting, as a signal does.
  void Drain();
  // After the connections have had time to end: what is left, by the gauges.
  void CheckGauges();
  // Listeners that could not be opened.
  bool HasListenerError() const;

 private:
  void PublishCluster(const std::string& name, std::shared_ptr<const cluster::ClusterConfig> config,
                      std::shared_ptr<const upstream::EndpointSet> endpoints) override;
  void PublishEndpoints(const std::string& name,
                        std::shared_ptr<const upstream::EndpointSet> endpoints) override;
  void RemoveCluster(const std::string& name) override;
  void PublishRoutes(const std::string& name,
                     std::shared_ptr<const route::RouteTable> table) override;
  void RemoveRoutes(const std::string& name) override { publisher_.RemoveRoutes(name); }
  void PublishListener(const std::string& name,
                       std::shared_ptr<const listener::ListenerConfig> config) override {
    publisher_.PublishListener(name, std::move(config));
  }
  void RemoveListener(const std::string& name) override { publisher_.RemoveListener(name); }
  void InitDone() override { publisher_.InitDone(); }
  void WhenLive(const std::string& cluster, std::function<void()> done) override {
    publisher_.WhenLive(cluster, std::move(done));
  }
  std::string ListenerFault(const std::string& name) const override {
    return publisher_.ListenerFault(name);
  }
  absl::StatusOr<xds::Source*> SourceFor(const envoy::config::core::v3::ConfigSource&,
                                         xds::ResourceType) override {
    return client_.get();
  }

  // Tells the ledger, once the workers have done what was posted, which upstreams they may use.
  void NoteUpstreams();
  void SetPublished(const std::string& cluster, const upstream::EndpointSet& endpoints);

  Stage& stage_;
  Ads& ads_;
  const std::map<std::string, int> upstreams_;
  std::unique_ptr<event::Loop> main_loop_;
  std::unique_ptr<event::Loop> config_loop_;
  SimResolver resolver_;
  SimCompiler compiler_;
  server::DnsClusters dns_;
  server::Workers workers_;
  server::Publisher publisher_;
  std::unique_ptr<xds::Pipeline> pipeline_;
  std::unique_ptr<xds::XdsClient> client_;
  bool is_ready_ = false;
  // Upstreams of each cluster, as published last.
  std::map<std::string, std::set<int>> published_;
  std::set<std::shared_ptr<upstream::HostStats>> host_stats_;
};

}  // namespace fairlead::sim

#endif  // FAIRLEAD_TESTS_SIM_PROXY_H_
