#ifndef FAIRLEAD_DATAPLANE_NET_ADDRESS_H_
#define FAIRLEAD_DATAPLANE_NET_ADDRESS_H_

// An IPv4 or IPv6 address with a port, in the kernel's form and as text. A small value. Thread:
// any.

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace fairlead::net {

class Address {
 public:
  // 0.0.0.0:0.
  Address();
  // From the kernel (accept, getsockname).
  Address(const sockaddr* address, socklen_t size);
  // "10.0.0.7", "::1" (no brackets, no zone) and a port.
  static absl::StatusOr<Address> Parse(std::string_view ip, uint16_t port);
  // "10.0.0.7:80" or "[::1]:80".
  static absl::StatusOr<Address> ParseHostPort(std::string_view text);

  const sockaddr* sockaddr_ptr() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t sockaddr_size() const {
    return family() == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  }
  int family() const { return storage_.v6.sin6_family; }
  uint16_t port() const { return ntohs(storage_.v6.sin6_port); }
  Address WithPort(uint16_t port) const;
  bool is_loopback() const;

  // "10.0.0.7" or "2001:db8::1".
  std::string ip() const;
  // "10.0.0.7:80" or "[2001:db8::1]:80".
  std::string ToString() const;
  // The address bytes (4 or 16), for hashing.
  std::string_view ip_bytes() const;

  friend bool operator==(const Address& a, const Address& b) {
    return a.family() == b.family() && a.port() == b.port() && a.ip_bytes() == b.ip_bytes();
  }
  template <typename H>
  friend H AbslHashValue(H h, const Address& a) {
    const std::string_view ip = a.ip_bytes();
    return H::combine(H::combine_contiguous(std::move(h), ip.data(), ip.size()), a.port());
  }

 private:
  union {
    sockaddr_in v4;
    sockaddr_in6 v6;
  } storage_;
};

}  // namespace fairlead::net

#endif  // FAIRLEAD_DATAPLANE_NET_ADDRESS_H_
