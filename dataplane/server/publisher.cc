#include "dataplane/server/publisher.h"

#include <atomic>
#include <utility>

#include "dataplane/base/log.h"

namespace fairlead::server {
namespace {

void Warn(const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) FL_LOG(warn, "{}", warning);
}

}  // namespace

void Publisher::PublishCluster(const std::string& name,
                               std::shared_ptr<const cluster::ClusterConfig> config,
                               std::shared_ptr<const upstream::EndpointSet> endpoints) {
  std::shared_ptr<observe::PerWorker<cluster::ClusterStats>> stats;
  {
    absl::MutexLock lock(&mutex_);
    stats = ScopeFor(config).stats;
  }
  WithdrawNames(name);
  if (config->discovery == cluster::Discovery::kStrictDns) {
    return PublishNames(std::move(config), std::move(stats));
  }
  dns_.PostToRemove(name);
  for (auto& worker : workers_) {
    worker->PostTo([config, endpoints, stats](http::Worker& w) {
      w.clusters.Set(config, endpoints, stats->Share(w.index));
    });
  }
}

Publisher::ClusterScope& Publisher::ScopeFor(std::shared_ptr<const cluster::ClusterConfig> config) {
  ClusterScope& scope = clusters_[config->name];
  if (scope.stats == nullptr) {
    scope.stats = std::make_shared<observe::PerWorker<cluster::ClusterStats>>(
        static_cast<uint32_t>(workers_.size()));
  }
  scope.config = std::move(config);
  return scope;
}

void Publisher::PublishNames(std::shared_ptr<const cluster::ClusterConfig> config,
                             std::shared_ptr<observe::PerWorker<cluster::ClusterStats>> stats) {
  auto lease = std::make_shared<NamesLease>();
  names_[config->name] = lease;
  dns_.PostToSet(config, [this, config, stats, lease](auto resolved) {
    absl::MutexLock lock(&lease->mutex);
    if (lease->is_withdrawn) return;
    for (auto& worker : workers_) {
      worker->PostTo([config, resolved, stats](http::Worker& w) {
        w.clusters.Set(config, resolved, stats->Share(w.index));
      });
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
  const std::shared_ptr<const cluster::ClusterSlot> slot = SlotOf(name);
  if (slot == nullptr) return;
  for (auto& worker : workers_) {
    worker->PostTo(
        [slot, endpoints](http::Worker& w) { w.clusters.SetEndpoints(slot->index, endpoints); });
  }
}

void Publisher::RemoveCluster(const std::string& name) {
  const std::shared_ptr<const cluster::ClusterSlot> slot = SlotOf(name);
  if (slot == nullptr) return;
  WithdrawNames(name);
  dns_.PostToRemove(name);
  // The slot goes with the posted work, so that its index is not given away before every worker is
  // done with it.
  for (auto& worker : workers_) {
    worker->PostTo([slot](http::Worker& w) { w.clusters.Remove(slot->index); });
  }
  absl::MutexLock lock(&mutex_);
  clusters_.erase(name);
}

std::shared_ptr<const cluster::ClusterSlot> Publisher::SlotOf(const std::string& name) const {
  absl::MutexLock lock(&mutex_);
  const auto found = clusters_.find(name);
  return found == clusters_.end() ? nullptr : found->second.config->slot;
}

void Publisher::PublishRoutes(const std::string& name,
                              std::shared_ptr<const route::RouteTable> table) {
  for (const std::string& warning : table->warnings()) {
    FL_LOG(warn, "route configuration '{}': {}", name, warning);
  }
  Warn(override_names_.AddRoutes(name, table->override_names()));
  for (auto& worker : workers_) {
    worker->PostTo([name, table](http::Worker& w) { w.SetRoutes(name, table); });
  }
}

void Publisher::RemoveRoutes(const std::string& name) {
  override_names_.RemoveRoutes(name);
  for (auto& worker : workers_) {
    worker->PostTo([name](http::Worker& w) { w.SetRoutes(name, nullptr); });
  }
}

void Publisher::PublishListener(const std::string& name,
                                std::shared_ptr<const listener::ListenerConfig> config) {
  Warn(override_names_.AddListener(*config));
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
  const auto stats =
      StatsFor(config->stat_prefix.empty() ? address.ToString() : config->stat_prefix,
               config->hcm->stat_prefix);
  for (auto& worker : workers_) {
    worker->PostToOpen(config, address, stats->Share(static_cast<uint32_t>(worker->index())),
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
  override_names_.RemoveListener(name);
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

std::vector<Publisher::HttpScope> Publisher::HttpScopes() const {
  absl::MutexLock lock(&mutex_);
  std::vector<HttpScope> all;
  for (const auto& [key, stats] : http_stats_) all.push_back({key.first, key.second, stats});
  return all;
}

std::vector<Publisher::ClusterScope> Publisher::ClusterScopes() const {
  absl::MutexLock lock(&mutex_);
  std::vector<ClusterScope> all;
  all.reserve(clusters_.size());
  for (const auto& [name, scope] : clusters_) all.push_back(scope);
  return all;
}

std::shared_ptr<observe::PerWorker<http::HttpStats>> Publisher::StatsFor(
    const std::string& listener, const std::string& prefix) {
  absl::MutexLock lock(&mutex_);
  auto& stats = http_stats_[{listener, prefix}];
  if (stats == nullptr) {
    stats = std::make_shared<observe::PerWorker<http::HttpStats>>(
        static_cast<uint32_t>(workers_.size()));
  }
  return stats;
}

}  // namespace fairlead::server
