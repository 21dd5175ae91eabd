#include "dataplane/codec/http1/authority.h"

#include <cstddef>

#include "dataplane/codec/http1/char_class.h"

namespace fairlead::codec::http1 {
namespace {

bool IsPort(std::string_view digits) {
  if (digits.empty() || digits.size() > 5) return false;
  unsigned port = 0;
  for (const char c : digits) {
    if (!Is(c, kDigitChar)) return false;
    port = port * 10 + static_cast<unsigned>(c - '0');
  }
  return port <= 65535;
}

// The shape only: who connects to it parses it.
bool IsIpv6(std::string_view address) {
  bool has_colon = false;
  for (const char c : address) {
    if (c == ':') has_colon = true;
    if (c != ':' && c != '.' && !Is(c, kHexChar)) return false;
  }
  return has_colon;
}

}  // namespace

bool IsAuthority(std::string_view text) {
  if (text.empty()) return false;
  size_t host_end = 0;
  if (text[0] == '[') {
    const size_t bracket = text.find(']');
    if (bracket == std::string_view::npos || !IsIpv6(text.substr(1, bracket - 1))) return false;
    host_end = bracket + 1;
  } else {
    while (host_end < text.size() && Is(text[host_end], kHostChar)) ++host_end;
    if (host_end == 0) return false;
  }
  if (host_end == text.size()) return true;
  return text[host_end] == ':' && IsPort(text.substr(host_end + 1));
}

}  // namespace fairlead::codec::http1
