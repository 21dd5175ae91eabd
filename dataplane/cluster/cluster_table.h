#ifndef FAIRLEAD_DATAPLANE_CLUSTER_CLUSTER_TABLE_H_
#define FAIRLEAD_DATAPLANE_CLUSTER_CLUSTER_TABLE_H_

// A worker's clusters, by the index of their slots.
//
//     table.Set(config, endpoints);                        // posted by the configuration thread
//     WorkerCluster* cluster = table.Get(slot->index);     // null: 503, no such cluster
//
// Thread: worker. Owner: the worker.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "dataplane/base/intrusive_ptr.h"
#include "dataplane/base/strings.h"
#include "dataplane/cluster/worker_cluster.h"

namespace fairlead::cluster {

class ClusterTable {
 public:
  // `random` is the worker's.
  explicit ClusterTable(event::Random& random) : random_(random) {}

  // Adds the cluster, or updates the one of that name and keeps its hosts. Null endpoints: those it
  // has (none, when it is new). A new cluster counts in `stats`; null: nobody is to know.
  void Set(std::shared_ptr<const ClusterConfig> config,
           std::shared_ptr<const upstream::EndpointSet> endpoints,
           std::shared_ptr<ClusterStats> stats = nullptr);
  // New endpoints of a cluster that is there; nothing happens when it is not.
  void SetEndpoints(uint32_t index, std::shared_ptr<const upstream::EndpointSet> endpoints);
  // Requests that hold the cluster or its hosts finish.
  void Remove(uint32_t index);

  WorkerCluster* Get(uint32_t index) const {
    return index < clusters_.size() ? clusters_[index].get() : nullptr;
  }
  // By name, for a request that names its cluster; null when there is none.
  WorkerCluster* Find(std::string_view name) const;
  // With holes (null).
  const std::vector<base::IntrusivePtr<WorkerCluster>>& clusters() const { return clusters_; }

 private:
  event::Random& random_;
  std::vector<base::IntrusivePtr<WorkerCluster>> clusters_;
  StringMap<uint32_t> indexes_;
};

}  // namespace fairlead::cluster

#endif  // FAIRLEAD_DATAPLANE_CLUSTER_CLUSTER_TABLE_H_
