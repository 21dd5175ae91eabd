#ifndef FAIRLEAD_DATAPLANE_DNS_CARES_RESOLVER_H_
#define FAIRLEAD_DATAPLANE_DNS_CARES_RESOLVER_H_

// DNS over c-ares, on a thread of its own.
//
//     FL_ASSIGN_OR_RETURN(auto resolver,
//                         CaresResolver::Create({}, [&](auto call) { loop.Post(std::move(call));
//                         }));
//
// Resolve hands the name to the thread; the answer comes back through the executor, which must run
// it on the thread that owns the resolver. Servers, search domains and the hosts file are the
// system's (read once, at the start), unless Options says otherwise.
//
// Limits: queries_max under way, after which a query fails at once; `deadline` for a query with all
// its servers, search domains and families; 64 KiB for an answer (DNS).
// Thread: the owner's; the thread inside sees only names and the c-ares channel.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "dataplane/dns/resolver.h"

namespace fairlead::dns {

class CaresResolver final : public Resolver {
 public:
  struct Options {
    // "127.0.0.1:53,[::1]:53"; empty: the system's.
    std::string servers;
    // For one question to one server, doubled with each round.
    std::chrono::milliseconds timeout{2000};
    // Rounds over all servers.
    int tries = 2;
    std::chrono::milliseconds deadline{10'000};
    size_t queries_max = 10'000;
  };
  // Runs a function on the owner's thread, later. May be called from any thread until the resolver
  // is destroyed.
  using Executor = std::function<void(std::function<void()>)>;

  static absl::StatusOr<std::unique_ptr<CaresResolver>> Create(Options options, Executor executor);
  // Ends the thread. Queries under way are not called back.
  ~CaresResolver() override;

  std::unique_ptr<Query> Resolve(const std::string& name, Family family,
                                 Callback callback) override;

 private:
  class Pending;
  class Handle;
  class Worker;

  CaresResolver(Options options, Executor executor, std::unique_ptr<Worker> worker);

  const Options options_;
  const Executor executor_;
  // Queries whose answer has not come back. Shared with answers on their way.
  std::shared_ptr<size_t> under_way_;
  std::unique_ptr<Worker> worker_;
};

}  // namespace fairlead::dns

#endif  // FAIRLEAD_DATAPLANE_DNS_CARES_RESOLVER_H_
