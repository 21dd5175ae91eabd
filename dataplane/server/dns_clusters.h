#ifndef FAIRLEAD_DATAPLANE_SERVER_DNS_CLUSTERS_H_
#define FAIRLEAD_DATAPLANE_SERVER_DNS_CLUSTERS_H_

// The STRICT_DNS clusters of the process, resolved again and again on the main loop.
//
// Thread: PostTo... any; the rest is the main loop's. Owned by the server; destroyed on the main
// thread.

#include <functional>
#include <memory>
#include <string>

#include "dataplane/base/strings.h"
#include "dataplane/cluster/cluster_config.h"
#include "dataplane/cluster/strict_dns.h"
#include "dataplane/dns/resolver.h"
#include "dataplane/event/loop.h"

namespace fairlead::server {

class DnsClusters {
 public:
  using OnEndpoints = std::function<void(std::shared_ptr<const upstream::EndpointSet>)>;

  DnsClusters(event::Loop& main_loop, dns::Resolver& resolver)
      : loop_(main_loop), resolver_(resolver) {}

  // Resolves for this configuration from now on, in place of the one of the same name.
  // `on_endpoints` is called on the main loop.
  void PostToSet(std::shared_ptr<const cluster::ClusterConfig> config, OnEndpoints on_endpoints);
  void PostToRemove(std::string name);
  // Calls `done` on the main loop, once, when every cluster that was set before has its first
  // endpoints (or has found that there are none).
  void PostWhenWarm(std::function<void()> done);

 private:
  void LookWhetherWarm();

  event::Loop& loop_;
  dns::Resolver& resolver_;
  // Null: nobody waits.
  std::function<void()> when_warm_;
  StringMap<std::unique_ptr<cluster::StrictDns>> clusters_;
};

}  // namespace fairlead::server

#endif  // FAIRLEAD_DATAPLANE_SERVER_DNS_CLUSTERS_H_
