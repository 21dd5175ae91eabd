#ifndef FAIRLEAD_DATAPLANE_BASE_FREE_MEMORY_H_
#define FAIRLEAD_DATAPLANE_BASE_FREE_MEMORY_H_

// Gives memory that the calling thread has freed back to the system, now; and says what is held.
//
// The allocator keeps what was freed for the next use, which is right for requests; loading a
// configuration needs several times what stays of it, once. Costs milliseconds: not for a thread
// that serves requests. Does nothing in a program that is linked with another allocator.
//
// Thread: any; each thread has its own. Source: mimalloc's mi_collect, decommit_delay.

#include <cstddef>

namespace fairlead {

void ReturnFreeMemory();

// For a program that starts: from now on all of the process's memory goes back as soon as it is
// free (true), or is kept a while for the next use (false, as it is from the beginning).
void SetFreeMemoryReturnedAtOnce(bool is_at_once);

// Bytes of memory that the process has from the system, used or not; 0 with another allocator.
size_t HeldMemory();

}  // namespace fairlead

#endif  // FAIRLEAD_DATAPLANE_BASE_FREE_MEMORY_H_
