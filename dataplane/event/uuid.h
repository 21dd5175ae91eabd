#ifndef FAIRLEAD_DATAPLANE_EVENT_UUID_H_
#define FAIRLEAD_DATAPLANE_EVENT_UUID_H_

// A random UUID (RFC 9562 section 5.4) as text. Not for secrets. Thread: the random source's.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "dataplane/event/random.h"

namespace fairlead::event {

inline constexpr size_t kUuidSize = 36;

inline std::string_view WriteUuid(Random& random, std::span<char, kUuidSize> text) {
  constexpr char kHex[] = "0123456789abcdef";
  uint64_t bits[2] = {random.Next(), random.Next()};
  bits[0] = (bits[0] & ~uint64_t{0xf000}) | 0x4000;
  bits[1] = (bits[1] & ~(uint64_t{3} << 62)) | (uint64_t{2} << 62);
  size_t out = 0;
  for (int nibble = 0; nibble < 32; ++nibble) {
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) text[out++] = '-';
    text[out++] = kHex[(bits[nibble / 16] >> (60 - 4 * (nibble % 16))) & 15];
  }
  return {text.data(), text.size()};
}

}  // namespace fairlead::event

#endif  // FAIRLEAD_DATAPLANE_EVENT_UUID_H_
