#include "dataplane/event/random.h"

#include <sys/random.h>

#include "dataplane/base/check.h"

namespace fairlead::event {

uint64_t SystemSeed() {
  uint64_t seed = 0;
  FL_CHECK(getrandom(&seed, sizeof(seed), 0) == sizeof(seed));
  return seed;
}

}  // namespace fairlead::event
