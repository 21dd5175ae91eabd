#include "dataplane/cluster/worker_cluster.h"

#include <utility>

#include "dataplane/balance/hash_ring.h"

namespace fairlead::cluster {
namespace {

using balance::Balancer;
using upstream::Endpoint;
using upstream::EndpointSet;
using upstream::Host;

size_t RingSize(const EndpointSet& set) { return set.ring == nullptr ? 0 : set.ring->size(); }

// Over equal endpoints, rings of one size are equal.
bool AreEqual(const EndpointSet& a, const EndpointSet& b) {
  return &a == &b || (a.is_in_panic == b.is_in_panic && a.candidates == b.candidates &&
                      a.endpoints == b.endpoints && RingSize(a) == RingSize(b));
}

}  // namespace

WorkerCluster::WorkerCluster(std::shared_ptr<const ClusterConfig> config,
                             std::shared_ptr<const EndpointSet> endpoints, event::Random& random,
                             std::shared_ptr<ClusterStats> stats)
    : config_(std::move(config)),
      endpoints_(std::make_shared<const EndpointSet>()),
      random_(random),
      stats_(std::move(stats)) {
  if (endpoints != nullptr) SetEndpoints(std::move(endpoints));
  balancer_ = balance::MakeBalancer(config_->balancer, endpoints_, active_, random_);
}

WorkerCluster::~WorkerCluster() = default;

void WorkerCluster::Update(std::shared_ptr<const ClusterConfig> config,
                           std::shared_ptr<const EndpointSet> endpoints) {
  const bool has_new_policy = config->balancer != config_->balancer;
  const bool has_new_endpoints = endpoints != nullptr && !AreEqual(*endpoints, *endpoints_);
  config_ = std::move(config);
  if (!has_new_policy && !has_new_endpoints) return;
  // It reads active_, which is about to change.
  balancer_.reset();
  if (has_new_endpoints) {
    stats_->membership_change.Add();
    SetEndpoints(std::move(endpoints));
  }
  balancer_ = balance::MakeBalancer(config_->balancer, endpoints_, active_, random_);
}

void WorkerCluster::SetEndpoints(std::shared_ptr<const EndpointSet> endpoints) {
  std::vector<base::IntrusivePtr<Host>> hosts;
  hosts.reserve(endpoints->endpoints.size());
  active_.clear();
  active_.reserve(endpoints->endpoints.size());
  int64_t healthy = 0;
  for (const Endpoint& endpoint : endpoints->endpoints) {
    const size_t old = endpoints_->PositionOf(endpoint.address);
    // The name is a constant of the host; another one makes another host.
    if (old != EndpointSet::kNone && hosts_[old]->hostname == endpoint.hostname) {
      hosts.push_back(hosts_[old]);
    } else {
      hosts.emplace_back(new Host(endpoint.address, endpoint.hostname, NewHostStats()));
    }
    active_.push_back(&hosts.back()->active_requests);
    healthy += endpoint.is_healthy ? 1 : 0;
  }
  hosts_ = std::move(hosts);
  endpoints_ = std::move(endpoints);
  stats_->membership_total.Set(static_cast<int64_t>(hosts_.size()));
  stats_->membership_healthy.Set(healthy);
}

std::shared_ptr<upstream::HostStats> WorkerCluster::NewHostStats() const {
  return std::make_shared<upstream::HostStats>(
      std::shared_ptr<upstream::TrafficStats>(stats_, &stats_->traffic));
}

Host* WorkerCluster::Pick(const balance::PickContext& context) {
  const size_t position = balancer_->Pick(context);
  if (position == Balancer::kNone) {
    stats_->upstream_cx_none_healthy.Add();
    return nullptr;
  }
  if (endpoints_->is_in_panic) stats_->lb_healthy_panic.Add();
  return hosts_[position].get();
}

size_t WorkerCluster::PositionOf(const Host& host) const {
  return endpoints_->PositionOf(host.address);
}

}  // namespace fairlead::cluster
