#include "dataplane/net/address.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

#include "dataplane/base/status.h"

namespace fairlead::net {

Address::Address() : storage_{} { storage_.v4.sin_family = AF_INET; }

Address::Address(const sockaddr* address, socklen_t size) : Address() {
  if (size >= sizeof(sockaddr_in6) && address->sa_family == AF_INET6) {
    std::memcpy(&storage_.v6, address, sizeof(sockaddr_in6));
  } else if (size >= sizeof(sockaddr_in) && address->sa_family == AF_INET) {
    std::memcpy(&storage_.v4, address, sizeof(sockaddr_in));
  }
}

absl::StatusOr<Address> Address::Parse(std::string_view ip, uint16_t port) {
  const std::string text(ip);
  // The parser below stops at a NUL.
  if (text.find('\0') != std::string::npos) return InvalidArgument("address has a NUL byte");
  Address address;
  if (inet_pton(AF_INET, text.c_str(), &address.storage_.v4.sin_addr) == 1) {
    address.storage_.v4.sin_port = htons(port);
    return address;
  }
  address.storage_.v6 = {};
  if (inet_pton(AF_INET6, text.c_str(), &address.storage_.v6.sin6_addr) == 1) {
    address.storage_.v6.sin6_family = AF_INET6;
    address.storage_.v6.sin6_port = htons(port);
    return address;
  }
  return InvalidArgument("'", ip, "' is not an IP address");
}

absl::StatusOr<Address> Address::ParseHostPort(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return InvalidArgument("'", text, "' has no port");
  std::string_view ip = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (ip.size() >= 2 && ip.front() == '[' && ip.back() == ']') ip = ip.substr(1, ip.size() - 2);
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return InvalidArgument("'", text, "' does not end in a port of 0..65535");
  }
  return Parse(ip, port);
}

Address Address::WithPort(uint16_t port) const {
  Address other = *this;
  other.storage_.v6.sin6_port = htons(port);
  return other;
}

bool Address::is_loopback() const {
  if (family() == AF_INET) return (ntohl(storage_.v4.sin_addr.s_addr) >> 24) == 127;
  return IN6_IS_ADDR_LOOPBACK(&storage_.v6.sin6_addr);
}

std::string Address::ip() const {
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(family(), ip_bytes().data(), text, sizeof(text)) != nullptr ? text : "";
}

std::string Address::ToString() const {
  if (family() == AF_INET6) return StrCat("[", ip(), "]:", port());
  return StrCat(ip(), ":", port());
}

std::string_view Address::ip_bytes() const {
  if (family() == AF_INET6) {
    return {reinterpret_cast<const char*>(&storage_.v6.sin6_addr), sizeof(in6_addr)};
  }
  return {reinterpret_cast<const char*>(&storage_.v4.sin_addr), sizeof(in_addr)};
}

}  // namespace fairlead::net
