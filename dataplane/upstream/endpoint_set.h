#ifndef FAIRLEAD_DATAPLANE_UPSTREAM_ENDPOINT_SET_H_
#define FAIRLEAD_DATAPLANE_UPSTREAM_ENDPOINT_SET_H_

// Where a cluster's requests may go: what EDS, DNS or the configuration says, before any worker has
// touched it. Built by balance::MakeEndpointSet only; immutable, shared by all workers. Thread:
// built on the configuration (or main) thread, read on any. Source:
// config.endpoint.v3.ClusterLoadAssignment.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "dataplane/net/address.h"
#include "dataplane/observe/metadata.h"

namespace fairlead::balance {
class HashRing;
}

namespace fairlead::upstream {

struct Endpoint {
  net::Address address;
  // Endpoint.hostname, or the DNS name the address came from; may be empty.
  std::string hostname;
  // 1..; config.endpoint.v3.LbEndpoint.load_balancing_weight.
  uint32_t weight = 1;
  // False for UNHEALTHY, DRAINING and TIMEOUT (LbEndpoint.health_status): shown, never picked.
  bool is_healthy = true;
  // What RING_HASH places the endpoint by instead of its address (LbEndpoint.metadata "envoy.lb",
  // "hash_key"); empty: the address as text.
  std::string hash_key;
  // LbEndpoint.metadata, for logs; null: none.
  std::shared_ptr<const observe::Metadata> metadata;

  friend bool operator==(const Endpoint& a, const Endpoint& b) {
    return std::tie(a.address, a.hostname, a.weight, a.is_healthy, a.hash_key) ==
               std::tie(b.address, b.hostname, b.weight, b.is_healthy, b.hash_key) &&
           observe::AreEqual(a.metadata, b.metadata);
  }
};

struct EndpointSet {
  static constexpr size_t kNone = std::numeric_limits<size_t>::max();

  // Sorted by address and port, without duplicates: the same endpoints in another order are the
  // same set.
  std::vector<Endpoint> endpoints;
  // Positions in `endpoints` that a balancer picks from, ascending: the healthy ones, or all in
  // panic mode.
  std::vector<uint32_t> candidates;
  // Too few are healthy (healthy_panic_threshold): health is not looked at.
  bool is_in_panic = false;
  // All candidates have the same weight.
  bool has_equal_weights = true;
  // Over the candidates; only for RING_HASH.
  std::shared_ptr<const balance::HashRing> ring;

  // Of an address in `endpoints`; kNone when it is not there. O(log n).
  size_t PositionOf(const net::Address& address) const {
    const auto is_before = [](const Endpoint& endpoint, const net::Address& a) {
      return SortKey(endpoint.address) < SortKey(a);
    };
    const auto at = std::lower_bound(endpoints.begin(), endpoints.end(), address, is_before);
    const bool is_there = at != endpoints.end() && at->address == address;
    return is_there ? static_cast<size_t>(at - endpoints.begin()) : kNone;
  }
  // The order of `endpoints`: by family, address bytes, port. Borrows from the address.
  static std::tuple<int, std::string_view, uint16_t> SortKey(const net::Address& address) {
    return {address.family(), address.ip_bytes(), address.port()};
  }
};

}  // namespace fairlead::upstream

#endif  // FAIRLEAD_DATAPLANE_UPSTREAM_ENDPOINT_SET_H_
