#ifndef FAIRLEAD_DATAPLANE_FILTERS_API_KEY_AUTH_KEY_TABLE_H_
#define FAIRLEAD_DATAPLANE_FILTERS_API_KEY_AUTH_KEY_TABLE_H_

// The keys that are known, and whose they are. A key is found by a hash with a seed of its own, so
// that nobody can make keys that collide, and is then compared in a time that does not depend on
// where it differs. Keys are never shown: not in errors, not in logs.
//
// Thread: any, once filled. Owned by its settings.

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"

namespace fairlead::filters {

class KeyTable {
 public:
  explicit KeyTable(uint64_t seed) : seed_(seed) {}

  // False, and nothing is done, when the key is there already.
  bool Add(std::string_view key, std::string_view client);
  // Null for a key that is not known.
  const std::string* FindClient(std::string_view candidate) const;
  bool empty() const { return entries_.empty(); }

 private:
  struct Entry {
    std::string key;
    std::string client;
  };

  uint64_t Hash(std::string_view key) const;

  uint64_t seed_;
  absl::flat_hash_map<uint64_t, absl::InlinedVector<Entry, 1>> entries_;
};

}  // namespace fairlead::filters

#endif  // FAIRLEAD_DATAPLANE_FILTERS_API_KEY_AUTH_KEY_TABLE_H_
