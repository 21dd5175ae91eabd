#ifndef FAIRLEAD_DATAPLANE_DNS_RESOLVER_H_
#define FAIRLEAD_DATAPLANE_DNS_RESOLVER_H_

// Asks for the addresses of a name, without blocking.
//
//     query_ = resolver.Resolve("shop.internal", Family::kAuto, [this](const Answer& answer) { ...
//     }); query_.reset();                        // withdraws it: the callback will not be called
//
// The callback comes on the thread that asked, never from within Resolve, once. It may destroy the
// query.
//
// Thread: all calls of one resolver, and the destruction of its queries, on one thread (the main
// thread). Two implementations: CaresResolver, and the tests' fake.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dataplane/net/address.h"

namespace fairlead::dns {

// config.cluster.v3.Cluster.DnsLookupFamily.
enum class Family : uint8_t {
  // IPv6; IPv4 if there are no such addresses.
  kAuto,
  kV4Only,
  kV6Only,
  // IPv4; IPv6 if there are no such addresses.
  kV4Preferred,
  // Both.
  kAll,
};

enum class Outcome : uint8_t {
  // There are addresses.
  kAddresses,
  // The name exists, without addresses of the family (NOERROR, no records).
  kNoData,
  // The name does not exist (NXDOMAIN).
  kNoName,
  // No answer to go by: SERVFAIL, REFUSED, a broken answer, a bad name, too many queries under way.
  kFailure,
  kTimeout,
};

struct Answer {
  Outcome outcome = Outcome::kFailure;
  // With port 0.
  std::vector<net::Address> addresses;
  // The shortest of all records that led to the addresses; 0 when unknown.
  std::chrono::seconds ttl{0};
  // For kFailure and kTimeout: what the library says.
  std::string error;
};

// A question under way. Destroying it withdraws the callback.
class Query {
 public:
  virtual ~Query() = default;
};

class Resolver {
 public:
  using Callback = std::function<void(const Answer&)>;

  virtual ~Resolver() = default;
  // An IP address as name is its own answer.
  virtual std::unique_ptr<Query> Resolve(const std::string& name, Family family,
                                         Callback callback) = 0;
};

}  // namespace fairlead::dns

#endif  // FAIRLEAD_DATAPLANE_DNS_RESOLVER_H_
