#ifndef FAIRLEAD_DATAPLANE_CODEC_HTTP1_CHAR_CLASS_H_
#define FAIRLEAD_DATAPLANE_CODEC_HTTP1_CHAR_CLASS_H_

// Which bytes may stand where in HTTP/1 (RFC 9110 section 5.6, RFC 3986 section 3.2.2): one table
// of 256 entries, and one that lower-cases the bytes of a name while it judges them.
//
//     if (Is(c, kTokenChar)) ...
//     char lower = kTokenLower[byte];      // 0: no token byte
//
// Thread: any.

#include <array>
#include <cstdint>
#include <string_view>

namespace fairlead::codec::http1 {

inline constexpr uint8_t kTokenChar = 1;
// Of a registered name in an authority. No "%": two spellings of one host; no ",": two hosts.
inline constexpr uint8_t kHostChar = 2;
inline constexpr uint8_t kHexChar = 4;
inline constexpr uint8_t kDigitChar = 8;
// Of a request target: visible ASCII without "#" (a fragment is never sent, RFC 9110 section 7.1).
inline constexpr uint8_t kTargetChar = 16;

namespace internal {

constexpr bool Contains(std::string_view set, char c) {
  return set.find(c) != std::string_view::npos;
}

constexpr std::array<uint8_t, 256> MakeClasses() {
  std::array<uint8_t, 256> classes{};
  for (int i = 0x21; i < 0x7f; ++i) {
    const char c = static_cast<char>(i);
    const bool digit = c >= '0' && c <= '9';
    const bool hex = digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    const bool alnum = digit || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    uint8_t bits = 0;
    if (alnum || Contains("!#$%&'*+-.^_`|~", c)) bits |= kTokenChar;
    if (alnum || Contains("-._~!$&'()*+;=", c)) bits |= kHostChar;
    if (hex) bits |= kHexChar;
    if (digit) bits |= kDigitChar;
    if (c != '#') bits |= kTargetChar;
    classes[static_cast<size_t>(i)] = bits;
  }
  return classes;
}

}  // namespace internal

inline constexpr std::array<uint8_t, 256> kClasses = internal::MakeClasses();

constexpr bool Is(char c, uint8_t classes) {
  return (kClasses[static_cast<unsigned char>(c)] & classes) != 0;
}

namespace internal {

constexpr std::array<char, 256> MakeTokenLower() {
  std::array<char, 256> lower{};
  for (int i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    if (!Is(c, kTokenChar)) continue;
    lower[static_cast<size_t>(i)] = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  }
  return lower;
}

}  // namespace internal

inline constexpr std::array<char, 256> kTokenLower = internal::MakeTokenLower();

constexpr char TokenLower(char c) { return kTokenLower[static_cast<unsigned char>(c)]; }

constexpr bool IsBlank(char c) { return c == ' ' || c == '\t'; }

constexpr std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

// ASCII only; `lower` is in lower case.
constexpr bool EqualsIgnoreCase(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c) != lower[i]) return false;
  }
  return true;
}

// Calls `visit(element)` for each element of a comma-separated list that is not empty, without the
// blanks around it (RFC 9110 section 5.6.1.2), until it returns false. Quotes mean nothing: use it
// for lists of tokens.
template <typename Visitor>
constexpr bool ForEachElement(std::string_view list, Visitor visit) {
  while (true) {
    const size_t comma = list.find(',');
    const std::string_view element = TrimBlanks(list.substr(0, comma));
    if (!element.empty() && !visit(element)) return false;
    if (comma == std::string_view::npos) return true;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace fairlead::codec::http1

#endif  // FAIRLEAD_DATAPLANE_CODEC_HTTP1_CHAR_CLASS_H_
