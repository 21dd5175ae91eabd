#ifndef FAIRLEAD_DATAPLANE_NET_CIDR_H_
#define FAIRLEAD_DATAPLANE_NET_CIDR_H_

// A range of addresses: 10.0.0.0/8, 2001:db8::/32.
//
//     FL_ASSIGN_OR_RETURN(net::Cidr range, net::Cidr::Make("10.0.0.0", 8));
//     if (range.Contains(address)) ...
//
// Bits after the prefix do not count. An IPv4 address is in no IPv6 range. Thread: any. Source:
// core.v3.CidrRange.

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "dataplane/net/address.h"

namespace fairlead::net {

class Cidr {
 public:
  static absl::StatusOr<Cidr> Make(std::string_view ip, uint32_t prefix_bits);

  bool Contains(const Address& address) const;

 private:
  Cidr(const Address& first, uint32_t bits) : first_(first), bits_(bits) {}

  Address first_;
  uint32_t bits_ = 0;
};

}  // namespace fairlead::net

#endif  // FAIRLEAD_DATAPLANE_NET_CIDR_H_
