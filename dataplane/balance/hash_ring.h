#ifndef FAIRLEAD_DATAPLANE_BALANCE_HASH_RING_H_
#define FAIRLEAD_DATAPLANE_BALANCE_HASH_RING_H_

// The ring of consistent hashing (Ketama's, placed as Envoy's ring_hash places it): every endpoint
// stands on it at many points, and a key belongs to the next point clockwise.
//
//     HashRing ring(set.endpoints, set.candidates, 1024, 8 * 1024 * 1024);
//     uint32_t at = ring.endpoint(ring.Find(hash));        // when !ring.empty()
//
// Point i of an endpoint is XXH64("<key>_<i>"), where the key is "10.0.0.1:80" or the endpoint's
// hash_key. The lightest endpoint gets a whole number of points, such that the ring has at least
// `size_min`; the others get theirs by weight; past `size_max` all are scaled down, and an endpoint
// that is light enough gets none.
//
// Envoy walks its endpoints in the order of the configuration, we in the order of their addresses.
// That matters only where points per endpoint are not whole numbers (unequal weights): then one
// point of an endpoint may differ from Envoy's.
//
// Cost: building n points O(n log n); Find O(log n); 12 bytes a point, 28 while it is built.
// Thread: built on the configuration thread, immutable, read on any. Owner: EndpointSet.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/upstream/endpoint_set.h"

namespace fairlead::balance {

class HashRing {
 public:
  // `candidates` are positions in `endpoints`, which must be sorted by address.
  HashRing(std::span<const upstream::Endpoint> endpoints, std::span<const uint32_t> candidates,
           uint64_t size_min, uint64_t size_max);

  bool empty() const { return hashes_.empty(); }
  size_t size() const { return hashes_.size(); }
  // The point that `hash` belongs to: the first that is not below it, or the first of all.
  size_t Find(uint64_t hash) const;
  // Position of the endpoint that stands at a point of 0..size()-1.
  uint32_t endpoint(size_t point) const { return positions_[point]; }
  size_t Next(size_t point) const { return point + 1 == size() ? 0 : point + 1; }

 private:
  // Ascending, and the endpoint of each. Apart, so that the search touches hashes only.
  std::vector<uint64_t> hashes_;
  std::vector<uint32_t> positions_;
};

}  // namespace fairlead::balance

#endif  // FAIRLEAD_DATAPLANE_BALANCE_HASH_RING_H_
