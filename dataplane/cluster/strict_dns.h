#ifndef FAIRLEAD_DATAPLANE_CLUSTER_STRICT_DNS_H_
#define FAIRLEAD_DATAPLANE_CLUSTER_STRICT_DNS_H_

// Keeps the endpoints of a STRICT_DNS cluster: resolves every name again and again, and hands over
// a new set when the addresses have changed.
//
//     StrictDns dns(config, resolver, loop.timers(), random,
//                   [&](std::shared_ptr<const upstream::EndpointSet> endpoints) { ... });
//     dns.Start();
//
// The first set comes when every name has had its first answer or failure (the cluster is warm
// then), and may be empty. What an answer does to the endpoints of its name:
//
//     addresses                      they replace the ones before
//     NOERROR without addresses      none are left (503 when it was the only name)
//     NXDOMAIN                       none are left, as with Envoy: the server knows that the name
//                                    does not exist, and sending on to addresses that may belong to
//                                    somebody else by now is worse than a 503
//     SERVFAIL, timeout, any other   the ones before stay, however long it lasts
//
// Each is counted. The next question follows the answer after refresh_rate (or the TTL, if asked
// for) plus jitter; after a failure, by failure_refresh_*. Every name has its own clock.
//
// Thread: the resolver's (main). Owner: the configuration pipeline. The callback must not destroy
// this object. Source: config.cluster.v3.Cluster.DiscoveryType.STRICT_DNS.

#include <functional>
#include <memory>
#include <vector>

#include "dataplane/cluster/cluster_config.h"
#include "dataplane/dns/resolver.h"
#include "dataplane/event/random.h"
#include "dataplane/event/timer.h"
#include "dataplane/observe/counter.h"
#include "dataplane/upstream/endpoint_set.h"

namespace fairlead::cluster {

// Answers, by kind.
struct DnsStats {
  observe::Counter update_attempt;
  // With addresses.
  observe::Counter update_success;
  // NOERROR without records.
  observe::Counter update_empty;
  // NXDOMAIN.
  observe::Counter update_no_name;
  observe::Counter update_failure;
  observe::Counter update_timeout;
  // Answers that changed nothing.
  observe::Counter update_no_rebuild;
};

class StrictDns {
 public:
  using OnEndpoints = std::function<void(std::shared_ptr<const upstream::EndpointSet>)>;

  // `config` is of a STRICT_DNS cluster; resolver, timers and random outlive this.
  StrictDns(std::shared_ptr<const ClusterConfig> config, dns::Resolver& resolver,
            event::TimerWheel& timers, event::Random& random, OnEndpoints on_endpoints);
  // Withdraws questions and timers.
  ~StrictDns();

  // Asks for every name. Without names, the empty set comes from within this call.
  void Start();

  // Every name has been answered once, and a set handed over.
  bool is_warm() const { return current_ != nullptr; }
  const DnsStats& stats() const { return stats_; }

 private:
  struct Name;

  static void OnTimer(void* name);
  void Ask(Name& name);
  void OnAnswer(Name& name, const dns::Answer& answer);
  // Takes the answer over; false when the addresses before stay.
  bool Apply(Name& name, const dns::Answer& answer);
  event::Duration UntilNext(const Name& name, const dns::Answer& answer, bool is_failure);
  void Publish();

  const std::shared_ptr<const ClusterConfig> config_;
  dns::Resolver& resolver_;
  event::TimerWheel& timers_;
  event::Random& random_;
  const OnEndpoints on_endpoints_;
  std::vector<std::unique_ptr<Name>> names_;
  // Names without a first answer.
  size_t unanswered_ = 0;
  // The set handed over last; null before the first.
  std::shared_ptr<const upstream::EndpointSet> current_;
  DnsStats stats_;
};

}  // namespace fairlead::cluster

#endif  // FAIRLEAD_DATAPLANE_CLUSTER_STRICT_DNS_H_
