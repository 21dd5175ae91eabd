#include "dataplane/xds/update.h"

#include "xxhash.h"

namespace fairlead::xds {

ContentHash HashOf(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.low64, hash.high64};
}

}  // namespace fairlead::xds
