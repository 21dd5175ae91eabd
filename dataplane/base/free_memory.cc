#include "dataplane/base/free_memory.h"

#include <mimalloc.h>

// Weak: a program need not be linked with it.
extern "C" {
void mi_collect(bool force) __attribute__((weak));
void mi_option_set(mi_option_t option, long value) __attribute__((weak));
}

namespace fairlead {
namespace {

constexpr long kDelayMs = 25;  // The allocator's default.

}  // namespace

void ReturnFreeMemory() {
  if (mi_collect != nullptr) mi_collect(/*force=*/true);
}

void SetFreeMemoryReturnedAtOnce(bool is_at_once) {
  if (mi_option_set != nullptr) mi_option_set(mi_option_decommit_delay, is_at_once ? 0 : kDelayMs);
}

}  // namespace fairlead
