#ifndef FAIRLEAD_DATAPLANE_NET_CONNECTION_ID_H_
#define FAIRLEAD_DATAPLANE_NET_CONNECTION_ID_H_

// Numbers for connections, each given once in this process: for logs. A thread takes a block of
// them at a time, so that connections of different workers do not meet in one counter. Thread: any.

#include <atomic>
#include <cstdint>

namespace fairlead::net {

// Never 0.
inline uint64_t NextConnectionId() {
  constexpr uint64_t kBlock = 1 << 16;
  static std::atomic<uint64_t> next_block{0};
  thread_local uint64_t next = 0;
  thread_local uint64_t end = 0;
  if (next == end) {
    next = next_block.fetch_add(kBlock, std::memory_order_relaxed);
    end = next + kBlock;
  }
  return ++next;
}

}  // namespace fairlead::net

#endif  // FAIRLEAD_DATAPLANE_NET_CONNECTION_ID_H_
