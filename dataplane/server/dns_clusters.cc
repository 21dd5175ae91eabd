#include "dataplane/server/dns_clusters.h"

#include <utility>

namespace fairlead::server {

void DnsClusters::PostToSet(std::shared_ptr<const cluster::ClusterConfig> config,
                            OnEndpoints on_endpoints) {
  loop_.Post([this, config = std::move(config), on_endpoints = std::move(on_endpoints)] {
    auto& dns = clusters_[config->name];
    dns = std::make_unique<cluster::StrictDns>(config, resolver_, loop_.timers(), loop_.random(),
                                               on_endpoints);
    dns->Start();
  });
}

void DnsClusters::PostToRemove(std::string name) {
  loop_.Post([this, name = std::move(name)] { clusters_.erase(name); });
}

}  // namespace fairlead::server
