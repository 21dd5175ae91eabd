#ifndef FAIRLEAD_DATAPLANE_BASE_STRINGS_H_
#define FAIRLEAD_DATAPLANE_BASE_STRINGS_H_

// Text helpers that bridge std::string_view, which we use everywhere, and Debian's Abseil, whose
// string_view is a type of its own.
//
//     StrCat("cluster '", name, "': ", count, " endpoints")     // std::string_view is welcome
//     StringMap<int> m;  m.find(std::string_view("x"));         // no copy for a lookup
//
// Thread: any.

#include <functional>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

namespace fairlead {

inline absl::string_view ToAbsl(std::string_view s) { return {s.data(), s.size()}; }
inline std::string_view ToStd(absl::string_view s) { return {s.data(), s.size()}; }

namespace internal {

template <typename T>
decltype(auto) CatArgument(const T& value) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    return ToAbsl(value);
  } else {
    return static_cast<const T&>(value);
  }
}

}  // namespace internal

template <typename... Args>
std::string StrCat(const Args&... args) {
  return absl::StrCat(internal::CatArgument(args)...);
}

template <typename... Args>
void StrAppend(std::string* out, const Args&... args) {
  absl::StrAppend(out, internal::CatArgument(args)...);
}

// Hash and equality for containers keyed by std::string that are asked with std::string_view.
struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view s) const { return absl::Hash<absl::string_view>()(ToAbsl(s)); }
};

template <typename V>
using StringMap = absl::flat_hash_map<std::string, V, StringHash, std::equal_to<>>;
using StringSet = absl::flat_hash_set<std::string, StringHash, std::equal_to<>>;

}  // namespace fairlead

#endif  // FAIRLEAD_DATAPLANE_BASE_STRINGS_H_
