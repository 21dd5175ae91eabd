#include "dataplane/net/own_address.h"

#include <ifaddrs.h>

#include <memory>

namespace fairlead::net {

std::optional<Address> OwnAddress() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return std::nullopt;
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, &freeifaddrs);
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET) continue;
    const Address address(entry->ifa_addr, sizeof(sockaddr_in));
    if (!address.is_loopback()) return address.WithPort(0);
  }
  return std::nullopt;
}

}  // namespace fairlead::net
