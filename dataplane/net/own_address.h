#ifndef FAIRLEAD_DATAPLANE_NET_OWN_ADDRESS_H_
#define FAIRLEAD_DATAPLANE_NET_OWN_ADDRESS_H_

// An address of this machine that others may reach: the first IPv4 address that is not a loopback
// one. Asks the system. Thread: any.

#include <optional>

#include "dataplane/net/address.h"

namespace fairlead::net {

// Empty when there is none.
std::optional<Address> OwnAddress();

}  // namespace fairlead::net

#endif  // FAIRLEAD_DATAPLANE_NET_OWN_ADDRESS_H_
