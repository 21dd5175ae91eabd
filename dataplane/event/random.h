#ifndef FAIRLEAD_DATAPLANE_EVENT_RANDOM_H_
#define FAIRLEAD_DATAPLANE_EVENT_RANDOM_H_

// A seeded random source (xoshiro256++): balancing, jitter, request ids, sampling. Not for secrets.
// Thread: one; each worker has its own.

#include <cstdint>

namespace fairlead::event {

class Random {
 public:
  explicit Random(uint64_t seed) {
    for (uint64_t& word : state_) word = SplitMix(seed);
  }

  uint64_t Next() {
    const uint64_t result = Rotate(state_[0] + state_[3], 23) + state_[0];
    const uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = Rotate(state_[3], 45);
    return result;
  }
  // Uniform in [0, bound); 0 when bound is 0. The bias of the multiply-shift is below 2^-32 for
  // 32-bit bounds.
  uint64_t Below(uint64_t bound) {
    return static_cast<uint64_t>((static_cast<unsigned __int128>(Next()) * bound) >> 64);
  }

 private:
  static uint64_t Rotate(uint64_t x, int by) { return (x << by) | (x >> (64 - by)); }
  static uint64_t SplitMix(uint64_t& seed) {
    uint64_t z = (seed += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  uint64_t state_[4];
};

// A seed from the operating system, for programs; tests pass their own.
uint64_t SystemSeed();

}  // namespace fairlead::event

#endif  // FAIRLEAD_DATAPLANE_EVENT_RANDOM_H_
