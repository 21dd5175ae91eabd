#ifndef FAIRLEAD_CONTROLPLANE_XDS_WIRE_H_
#define FAIRLEAD_CONTROLPLANE_XDS_WIRE_H_

// Protobuf's wire form, as far as responses are put together by hand: length-delimited fields.
//
// Thread: any. Source: protobuf encoding, "Message structure"; field numbers below 16 only (one
// byte of tag).

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fairlead::control::xds::internal {

inline void AppendVarint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

inline std::size_t VarintSize(std::uint64_t value) {
  std::size_t size = 1;
  for (; value >= 0x80; value >>= 7) ++size;
  return size;
}

// Tag and length of field `number`, whose `size` bytes the caller appends.
inline void AppendFieldHead(std::string& out, int number, std::size_t size) {
  out.push_back(static_cast<char>(number << 3 | 2));
  AppendVarint(out, size);
}

inline void AppendField(std::string& out, int number, std::string_view bytes) {
  AppendFieldHead(out, number, bytes.size());
  out.append(bytes);
}

// As proto3 wants it: a default value is not written.
inline void AppendFieldIfSet(std::string& out, int number, std::string_view bytes) {
  if (!bytes.empty()) AppendField(out, number, bytes);
}

inline std::size_t FieldSize(std::size_t bytes) { return 1 + VarintSize(bytes) + bytes; }

}  // namespace fairlead::control::xds::internal

#endif  // FAIRLEAD_CONTROLPLANE_XDS_WIRE_H_
