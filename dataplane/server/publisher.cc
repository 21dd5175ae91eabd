#include "dataplane/server/publisher.h"

#include <atomic>
#include <utility>

#include "dataplane/base/log.h"

namespace fairlead::server {

void Publisher::PublishCluster(const std::string& name,
                               std::shared_ptr<const cluster::ClusterConfig> config,
                               std::shared_ptr<const upstream::EndpointSet> endpoints) {
  clusters_[name] = config;
  WithdrawNames(name);
  if (config->discovery == cluster::Discovery::kStrictDns) return PublishNames(std::move(config));
  dns_.PostToRemove(name);
  for (auto& worker : workers_) {
    worker->PostTo([config, endpoints](http::Worker& w) { w.clusters.Set(config, endpoints); });
  }
}

void Publisher::PublishNames(std::shared_ptr<const cluster::ClusterConfig> config) {
  auto lease = std::make_shared<NamesLease>();
  names_[config->name] = lease;
  dns_.PostToSet(config, [this, config, lease](auto resolved) {
    absl::MutexLock lock(&lease->mutex);
    if (lease->is_withdrawn) return;
    for (auto& worker : workers_) {
      worker->PostTo([config, resolved](http::Worker& w) { w.clusters.Set(config, resolved); });
    }
    lease->is_resolved = true;
    if (lease->when_live != nullptr) PostBehindAll(std::exchange(lease->when_live, nullptr));
  });
}

void Publisher::WithdrawNames(const std::string& name) {
  const auto found = names_.find(name);
  if (found == names_.end()) return;
  {
    absl::MutexLock lock(&found->second->mutex);
    found->second->is_withdrawn = true;
  }
  names_.erase(found);
}

void Publisher::PostBehindAll(std::function<void()> done) {
  auto missing = std::make_shared<std::atomic<size_t>>(workers_.size());
  for (auto& worker : workers_) {
    worker->PostTo([missing, done](http::Worker&) {
      if (missing->fetch_sub(1) == 1) done();
    });
  }
}

void Publisher::WhenLive(const std::string& cluster, std::function<void()> done) {
  if (const auto found = names_.find(cluster); found != names_.end()) {
    absl::MutexLock lock(&found->second->mutex);
    if (!found->second->is_resolved) {
      found->second->when_live = std::move(done);
      return;
    }
  }
  PostBehindAll(std::move(done));
}

std::string Publisher::ListenerFault(const std::string& name) const {
  absl::MutexLock lock(&mutex_);
  const auto found = listeners_.find(name);
  return found == listeners_.end() ? "" : found->second.error;
}

void Publisher::PublishEndpoints(const std::string& name,
                                 std::shared_ptr<const upstream::EndpointSet> endpoints) {
  const auto found = clusters_.find(name);
  if (found == clusters_.end()) return;
  const std::shared_ptr<const cluster::ClusterSlot> slot = found->second->slot;
  for (auto& worker : workers_) {
    worker->PostTo(
        [slot, endpoints](http::Worker& w) { w.clusters.SetEndpoints(slot->index, endpoints); });
  }
}

void Publisher::RemoveCluster(const std::string& name) {
  const auto found = clusters_.find(name);
  if (found == clusters_.end()) return;
  WithdrawNames(name);
  dns_.PostToRemove(name);
  // The slot goes with the posted work, so that its index is not given away before every worker is
  // done with it.
  for (auto& worker : workers_) {
    worker->PostTo(
        [slot = found->second->slot](http::Worker& w) { w.clusters.Remove(slot->index); });
  }
  clusters_.erase(found);
}

void Publisher::PublishRoutes(const std::string& name,
                              std::shared_ptr<const route::RouteTable> table) {
  for (const std::string& warning : table->warnings()) {
    FL_LOG(warn, "route configuration '{}': {}", name, warning);
  }
  for (auto& worker : workers_) {
    worker->PostTo([name, table](http::Worker& w) { w.SetRoutes(name, table); });
  }
}

void Publisher::RemoveRoutes(const std::string& name) {
  for (auto& worker : workers_) {
    worker->PostTo([name](http::Worker& w) { w.SetRoutes(name, nullptr); });
  }
}

void Publisher::PublishListener(const std::string& name,
                                std::shared_ptr<const listener::ListenerConfig> config) {
  std::unique_ptr<ListenReservation>& reservation = reservations_[name];
  if (reservation == nullptr || !reservation->IsFor(config->address)) {
    auto made = reserve_(config->address);
    if (!made.ok()) {
      absl::MutexLock lock(&mutex_);
      listeners_[name] = {name, config->address, config->hcm->stat_prefix, 0,
                          std::string(made.status().message())};
      FL_LOG(error, "listener '{}': {}", name, listeners_[name].error);
      return;
    }
    reservation = *std::move(made);
  }
  const net::Address address = reservation->address();
  {
    absl::MutexLock lock(&mutex_);
    ListenerState& state = listeners_[name];
    // An update that keeps the address leaves the sockets open.
    const bool is_open = state.address == address && state.error.empty();
    state = {name, address, config->hcm->stat_prefix, is_open ? state.open : 0, ""};
  }
  for (auto& worker : workers_) {
    worker->PostToOpen(config, address, StatsFor(config->hcm->stat_prefix, worker->index()),
                       [this, name](const absl::Status& status) { Opened(name, status); });
  }
}

void Publisher::Opened(const std::string& name, const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  const auto found = listeners_.find(name);
  if (found == listeners_.end()) return;
  ListenerState& state = found->second;
  if (!status.ok()) {
    state.error = std::string(status.message());
    FL_LOG(error, "listener '{}': {}", name, state.error);
  } else if (state.open < static_cast<int>(workers_.size()) &&
             ++state.open == static_cast<int>(workers_.size())) {
    FL_LOG(info, "listener '{}' accepts on {}", name, state.address.ToString());
  }
}

void Publisher::RemoveListener(const std::string& name) {
  reservations_.erase(name);
  {
    absl::MutexLock lock(&mutex_);
    listeners_.erase(name);
  }
  for (auto& worker : workers_) worker->PostToClose(name);
}

std::vector<Publisher::ListenerState> Publisher::Listeners() const {
  absl::MutexLock lock(&mutex_);
  std::vector<ListenerState> all;
  for (const auto& [name, state] : listeners_) all.push_back(state);
  return all;
}

bool Publisher::IsEveryListenerOpen() const {
  absl::MutexLock lock(&mutex_);
  for (const auto& [name, state] : listeners_) {
    if (state.error.empty() && state.open < static_cast<int>(workers_.size())) return false;
  }
  return true;
}

Publisher::HttpScopes Publisher::HttpStatsByPrefix() const {
  absl::MutexLock lock(&mutex_);
  return http_stats_;
}

std::shared_ptr<http::HttpStats> Publisher::StatsFor(const std::string& prefix, int worker) {
  absl::MutexLock lock(&mutex_);
  auto& scope = http_stats_[prefix];
  while (scope.size() < workers_.size()) scope.push_back(std::make_shared<http::HttpStats>());
  return scope[static_cast<size_t>(worker)];
}

}  // namespace fairlead::server
