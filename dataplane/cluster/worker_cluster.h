#ifndef FAIRLEAD_DATAPLANE_CLUSTER_WORKER_CLUSTER_H_
#define FAIRLEAD_DATAPLANE_CLUSTER_WORKER_CLUSTER_H_

// A cluster as one worker has it: its configuration, its endpoints, a Host for each of them, and
// the balancer that picks among them.
//
//     upstream::Host* host = cluster->Pick({.hash = key});
//     if (host == nullptr) { ... 503, no healthy upstream ... }
//     base::IntrusivePtr<upstream::Host> held(host);       // over every await
//
// An update keeps the Host of every address that stays, with its connections, its requests under
// way and its counters. A request that runs holds its Host, and so finishes on it even when the
// endpoint has left the set or the cluster is gone; config() and endpoints() may be other objects
// after an await, so what a request needs of them it copies before.
//
// Thread: worker; stats() may be read from any. Owner: the worker's ClusterTable, and requests.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dataplane/balance/balancer.h"
#include "dataplane/base/intrusive_ptr.h"
#include "dataplane/cluster/cluster_config.h"
#include "dataplane/cluster/cluster_stats.h"
#include "dataplane/event/random.h"
#include "dataplane/upstream/endpoint_set.h"
#include "dataplane/upstream/host.h"

namespace fairlead::cluster {

class WorkerCluster final : public base::RefCounted<WorkerCluster> {
 public:
  // `endpoints` were made for this configuration (CompileEndpoints, MakeEndpointSet); null: none so
  // far. `random` is the worker's. `stats`: where it counts, this worker's part of the cluster's.
  WorkerCluster(std::shared_ptr<const ClusterConfig> config,
                std::shared_ptr<const upstream::EndpointSet> endpoints, event::Random& random,
                std::shared_ptr<ClusterStats> stats);
  ~WorkerCluster();

  // Replaces both. The balancer stays, with its place in the rotation, unless its configuration or
  // the endpoints differ. Null endpoints: those that are here stay (a cluster that resolves names
  // has none to give before its first answers). Cost: O(endpoints).
  void Update(std::shared_ptr<const ClusterConfig> config,
              std::shared_ptr<const upstream::EndpointSet> endpoints);

  // Null when there is no endpoint to pick.
  upstream::Host* Pick(const balance::PickContext& context);

  // Stays where it is for the life of this object, unlike config().name.
  const std::string& name() const { return config_->slot->name; }
  const ClusterConfig& config() const { return *config_; }
  const std::shared_ptr<const ClusterConfig>& shared_config() const { return config_; }
  const upstream::EndpointSet& endpoints() const { return *endpoints_; }
  // By position in endpoints().endpoints.
  std::span<const base::IntrusivePtr<upstream::Host>> hosts() const { return hosts_; }
  // Where a host stands now, for PickContext::avoid; Balancer::kNone when it has left the set.
  // Cost: O(log endpoints).
  size_t PositionOf(const upstream::Host& host) const;

  ClusterStats& stats() { return *stats_; }

 private:
  void SetEndpoints(std::shared_ptr<const upstream::EndpointSet> endpoints);
  std::shared_ptr<upstream::HostStats> NewHostStats() const;

  std::shared_ptr<const ClusterConfig> config_;
  std::shared_ptr<const upstream::EndpointSet> endpoints_;
  event::Random& random_;
  const std::shared_ptr<ClusterStats> stats_;
  std::vector<base::IntrusivePtr<upstream::Host>> hosts_;
  // Points into hosts_; read by the balancer.
  balance::ActiveRequests active_;
  std::unique_ptr<balance::Balancer> balancer_;
};

}  // namespace fairlead::cluster

#endif  // FAIRLEAD_DATAPLANE_CLUSTER_WORKER_CLUSTER_H_
