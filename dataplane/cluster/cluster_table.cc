#include "dataplane/cluster/cluster_table.h"

#include <utility>

namespace fairlead::cluster {

void ClusterTable::Set(std::shared_ptr<const ClusterConfig> config,
                       std::shared_ptr<const upstream::EndpointSet> endpoints,
                       std::shared_ptr<ClusterStats> stats) {
  const uint32_t index = config->slot->index;
  if (index >= clusters_.size()) clusters_.resize(index + 1);
  base::IntrusivePtr<WorkerCluster>& cluster = clusters_[index];
  if (cluster) {
    cluster->Update(std::move(config), std::move(endpoints));
  } else {
    if (stats == nullptr) stats = std::make_shared<ClusterStats>();
    cluster = base::IntrusivePtr<WorkerCluster>(
        new WorkerCluster(std::move(config), std::move(endpoints), random_, std::move(stats)));
    indexes_.emplace(cluster->name(), index);
  }
}

void ClusterTable::SetEndpoints(uint32_t index,
                                std::shared_ptr<const upstream::EndpointSet> endpoints) {
  WorkerCluster* cluster = Get(index);
  if (cluster != nullptr) cluster->Update(cluster->shared_config(), std::move(endpoints));
}

void ClusterTable::Remove(uint32_t index) {
  if (Get(index) == nullptr) return;
  indexes_.erase(clusters_[index]->name());
  clusters_[index].reset();
}

WorkerCluster* ClusterTable::Find(std::string_view name) const {
  const auto found = indexes_.find(name);
  return found == indexes_.end() ? nullptr : Get(found->second);
}

}  // namespace fairlead::cluster
