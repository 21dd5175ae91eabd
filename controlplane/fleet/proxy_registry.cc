#include "controlplane/fleet/proxy_registry.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace fairlead::control::fleet {

void ProxyRegistry::Connect(StreamId stream, ProxyStatus status) {
  status.connected_since = clock_();
  absl::MutexLock lock(&mutex_);
  proxies_[stream] = std::move(status);
}

void ProxyRegistry::Update(StreamId stream, std::vector<TypeStatus> types,
                           std::int64_t revision_acknowledged) {
  absl::MutexLock lock(&mutex_);
  const auto found = proxies_.find(stream);
  if (found == proxies_.end()) return;
  found->second.types = std::move(types);
  found->second.revision_acknowledged = revision_acknowledged;
}

void ProxyRegistry::Disconnect(StreamId stream) {
  absl::MutexLock lock(&mutex_);
  proxies_.erase(stream);
}

std::vector<ProxyStatus> ProxyRegistry::Proxies() const {
  std::vector<ProxyStatus> list;
  {
    absl::MutexLock lock(&mutex_);
    list.reserve(proxies_.size());
    for (const auto& [stream, status] : proxies_) list.push_back(status);
  }
  std::sort(list.begin(), list.end(), [](const ProxyStatus& a, const ProxyStatus& b) {
    return std::tie(a.node_id, a.address) < std::tie(b.node_id, b.address);
  });
  return list;
}

}  // namespace fairlead::control::fleet
