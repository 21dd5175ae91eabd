#include "dataplane/server/dns_clusters.h"

#include <utility>

namespace fairlead::server {

void DnsClusters::PostToSet(std::shared_ptr<const cluster::ClusterConfig> config,
                            OnEndpoints on_endpoints) {
  loop_.Post([this, config = std::move(config), on_endpoints = std::move(on_endpoints)] {
    auto& dns = clusters_[config->name];
    dns = std::make_unique<cluster::StrictDns>(config, resolver_, loop_.timers(), loop_.random(),
                                               [this, on_endpoints](auto endpoints) {
                                                 on_endpoints(std::move(endpoints));
                                                 if (when_warm_ != nullptr) {
                                                   loop_.Post([this] { LookWhetherWarm(); });
                                                 }
                                               });
    dns->Start();
  });
}

void DnsClusters::PostWhenWarm(std::function<void()> done) {
  loop_.Post([this, done = std::move(done)] {
    when_warm_ = done;
    LookWhetherWarm();
  });
}

void DnsClusters::LookWhetherWarm() {
  for (const auto& [name, dns] : clusters_) {
    if (!dns->is_warm()) return;
  }
  if (const auto done = std::exchange(when_warm_, nullptr); done != nullptr) done();
}

void DnsClusters::PostToRemove(std::string name) {
  loop_.Post([this, name = std::move(name)] {
    if (clusters_.erase(name) > 0) LookWhetherWarm();
  });
}

}  // namespace fairlead::server
