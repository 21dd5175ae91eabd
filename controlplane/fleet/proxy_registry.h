#ifndef FAIRLEAD_CONTROLPLANE_FLEET_PROXY_REGISTRY_H_
#define FAIRLEAD_CONTROLPLANE_FLEET_PROXY_REGISTRY_H_

// The clients that are connected now, and what each of them has been sent and has accepted.
//
//     registry.Connect(stream, {.node_id = ..., .address = ...});
//     registry.Update(stream, types, revision);      // after each request and response
//     registry.Disconnect(stream);
//
// One entry is one stream: a client with a stream for each type has several.
//
// Thread: any. Owner: the xDS server. Limits: as many entries as there are streams.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "controlplane/fleet/proxy_status.h"

namespace fairlead::control::fleet {

class ProxyRegistry {
 public:
  using StreamId = std::uint64_t;

  explicit ProxyRegistry(std::function<absl::Time()> clock) : clock_(std::move(clock)) {}

  // `status.connected_since` is set here.
  void Connect(StreamId stream, ProxyStatus status);
  // Does nothing for a stream that is not connected.
  void Update(StreamId stream, std::vector<TypeStatus> types, std::int64_t revision_acknowledged);
  void Disconnect(StreamId stream);

  // Sorted by node id, then address.
  std::vector<ProxyStatus> Proxies() const;

 private:
  const std::function<absl::Time()> clock_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<StreamId, ProxyStatus> proxies_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fairlead::control::fleet

#endif  // FAIRLEAD_CONTROLPLANE_FLEET_PROXY_REGISTRY_H_
