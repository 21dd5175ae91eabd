#ifndef FAIRLEAD_CONTROLPLANE_MODEL_UTF8_H_
#define FAIRLEAD_CONTROLPLANE_MODEL_UTF8_H_

// Whether bytes are valid UTF-8 (RFC 3629: no surrogates, no overlong forms). Thread: any.

#include <cstdint>

#include "absl/strings/string_view.h"

namespace fairlead::control::model {

inline bool IsUtf8(absl::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    auto first = static_cast<uint8_t>(text[i]);
    if (first < 0x80) {
      ++i;
      continue;
    }
    size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || i + length > text.size()) return false;
    uint32_t code = first & (0x7F >> length);
    for (size_t k = 1; k < length; ++k) {
      auto next = static_cast<uint8_t>(text[i + k]);
      if ((next & 0xC0) != 0x80) return false;
      code = code << 6 | (next & 0x3F);
    }
    constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < kLeast[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
      return false;
    i += length;
  }
  return true;
}

}  // namespace fairlead::control::model

#endif  // FAIRLEAD_CONTROLPLANE_MODEL_UTF8_H_
