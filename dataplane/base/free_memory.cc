#include "dataplane/base/free_memory.h"

#include <mimalloc.h>

// Weak: a program need not be linked with it.
extern "C" {
void mi_collect(bool force) __attribute__((weak));
void mi_option_set(mi_option_t option, long value) __attribute__((weak));
void mi_process_info(size_t* elapsed_msecs, size_t* user_msecs, size_t* system_msecs,
                     size_t* current_rss, size_t* peak_rss, size_t* current_commit,
                     size_t* peak_commit, size_t* page_faults) __attribute__((weak));
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

size_t HeldMemory() {
  if (mi_process_info == nullptr) return 0;
  size_t committed = 0;
  size_t ignored[7];
  mi_process_info(&ignored[0], &ignored[1], &ignored[2], &ignored[3], &ignored[4], &committed,
                  &ignored[5], &ignored[6]);
  return committed;
}

}  // namespace fairlead
