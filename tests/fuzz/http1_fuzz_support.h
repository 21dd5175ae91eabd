#ifndef FAIRLEAD_TESTS_FUZZ_HTTP1_FUZZ_SUPPORT_H_
#define FAIRLEAD_TESTS_FUZZ_HTTP1_FUZZ_SUPPORT_H_

// What the HTTP/1 fuzz targets share: inputs in buffers of just their size (so that the address
// sanitizer sees each byte read too far), places to split them, and the text of a field list.
// Thread: one.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/codec/header_map.h"

namespace fairlead::codec::http1 {

using Bytes = std::vector<char>;

inline Bytes Copy(std::string_view text) { return Bytes(text.begin(), text.end()); }

// A few positions in the input that depend on nothing but the input.
inline std::vector<size_t> Splits(std::string_view text) {
  uint64_t hash = 14695981039346656037u;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  std::vector<size_t> splits;
  for (int i = 0; i < 4 && !text.empty(); ++i) {
    splits.push_back(static_cast<size_t>(hash % text.size()));
    hash = hash * 6364136223846793005u + 1442695040888963407u;
  }
  return splits;
}

inline std::string FieldsText(const HeaderMap& headers) {
  std::string out;
  for (const Header& field : headers) {
    out.append(field.name).append(": ").append(field.value).append("\n");
  }
  return out;
}

}  // namespace fairlead::codec::http1

#endif  // FAIRLEAD_TESTS_FUZZ_HTTP1_FUZZ_SUPPORT_H_
