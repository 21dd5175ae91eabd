#include "dataplane/balance/hash.h"

#include "xxhash.h"

namespace fairlead::balance {

uint64_t HashOf(std::string_view text) { return XXH64(text.data(), text.size(), 0); }

uint64_t HashOf(std::span<const std::string_view> values) {
  uint64_t hash = 0;
  for (const std::string_view value : values) hash = XXH64(value.data(), value.size(), hash);
  return hash;
}

}  // namespace fairlead::balance
