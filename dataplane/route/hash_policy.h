#ifndef FAIRLEAD_DATAPLANE_ROUTE_HASH_POLICY_H_
#define FAIRLEAD_DATAPLANE_ROUTE_HASH_POLICY_H_

// The hash that a request's consistent-hash policies make of it, the same as Envoy's: XXH64 with
// seed 0 of each policy's text, the former rotated left by one bit and xored with the next.
//
// Thread: worker. Source: config.route.v3.RouteAction.HashPolicy.

#include <cstdint>
#include <optional>
#include <vector>

#include "dataplane/codec/message.h"
#include "dataplane/net/address.h"
#include "dataplane/route/route.h"

namespace fairlead::route {

// Nullopt when no policy found its text: the balancer then picks as it likes. `source` is the
// downstream's address; its port does not count.
std::optional<uint64_t> RequestHash(const std::vector<HashPolicy>& policies,
                                    const codec::RequestHead& head, const net::Address& source);

// The value of the first cookie of that name, without quotes around it; empty if there is none.
std::string_view CookieValue(const codec::HeaderMap& headers, std::string_view name);

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_HASH_POLICY_H_
