#ifndef FAIRLEAD_DATAPLANE_EVENT_FRAME_POOL_H_
#define FAIRLEAD_DATAPLANE_EVENT_FRAME_POOL_H_

// Memory for coroutine frames: free lists by size, one set per thread, so that a warm worker starts
// a coroutine without calling malloc. Frames above 2 KiB go to malloc. A frame must be freed on the
// thread that made it.
//
// Thread: any; each has its own lists. Limit: 1,024 kept frames a size class, the rest is given
// back.

#include <cstddef>

namespace fairlead::event {

class FramePool {
 public:
  static void* Allocate(size_t size);
  static void Free(void* frame, size_t size);
  // Frames of this thread that are not freed: what is left when all is over has leaked.
  static size_t InUse();
};

}  // namespace fairlead::event

#endif  // FAIRLEAD_DATAPLANE_EVENT_FRAME_POOL_H_
