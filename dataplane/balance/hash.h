#ifndef FAIRLEAD_DATAPLANE_BALANCE_HASH_H_
#define FAIRLEAD_DATAPLANE_BALANCE_HASH_H_

// The hashes of consistent hashing, the same as Envoy's, so that a key lands on the same endpoint
// behind either proxy.
//
//     std::optional<uint64_t> key;
//     key = CombineHashes(key, HashOf(header_value));      // one call per hash policy that matched
//     key = CombineHashes(key, HashOf(address.ip()));      // connection_properties.source_ip: text
//
// Thread: any. Source: config.route.v3.RouteAction.HashPolicy.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace fairlead::balance {

// XXH64 with seed 0.
uint64_t HashOf(std::string_view text);

// Of a header that came more than once: each value is hashed with the hash so far as the seed. The
// caller sorts the values, so that their order on the wire does not matter.
uint64_t HashOf(std::span<const std::string_view> values);

// Adds the hash of one more policy: the hash so far is rotated left by one bit (so that two equal
// policies do not cancel each other) and xored with the new one.
inline uint64_t CombineHashes(std::optional<uint64_t> so_far, uint64_t next) {
  if (!so_far.has_value()) return next;
  return ((*so_far << 1) | (*so_far >> 63)) ^ next;
}

}  // namespace fairlead::balance

#endif  // FAIRLEAD_DATAPLANE_BALANCE_HASH_H_
