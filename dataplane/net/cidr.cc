#include "dataplane/net/cidr.h"

#include "dataplane/base/status.h"

namespace fairlead::net {

absl::StatusOr<Cidr> Cidr::Make(std::string_view ip, uint32_t prefix_bits) {
  FL_ASSIGN_OR_RETURN(const Address first, Address::Parse(ip, 0));
  const uint32_t bits_max = static_cast<uint32_t>(first.ip_bytes().size()) * 8;
  if (prefix_bits > bits_max) {
    return InvalidArgument("prefix_len: is ", prefix_bits, "; at most ", bits_max,
                           " is allowed for '", ip, "'");
  }
  return Cidr(first, prefix_bits);
}

bool Cidr::Contains(const Address& address) const {
  if (address.family() != first_.family()) return false;
  const std::string_view ours = first_.ip_bytes();
  const std::string_view theirs = address.ip_bytes();
  const size_t bytes = bits_ / 8;
  if (ours.substr(0, bytes) != theirs.substr(0, bytes)) return false;
  if (bits_ % 8 == 0) return true;
  const auto mask = static_cast<uint8_t>(0xff << (8 - bits_ % 8));
  return ((static_cast<uint8_t>(ours[bytes]) ^ static_cast<uint8_t>(theirs[bytes])) & mask) == 0;
}

}  // namespace fairlead::net
