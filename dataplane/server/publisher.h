#ifndef FAIRLEAD_DATAPLANE_SERVER_PUBLISHER_H_
#define FAIRLEAD_DATAPLANE_SERVER_PUBLISHER_H_

// Takes compiled configuration to the workers: a pointer for each worker and change, posted to its
// loop. Nothing waits and nothing is copied; requests that run keep what they started with.
//
// STRICT_DNS clusters are resolved on the main loop, and their endpoints published from there.
//
// Thread: configuration, except where a method says otherwise. Owned by the server; outlived by the
// workers.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/cluster/cluster_config.h"
#include "dataplane/http/http_stats.h"
#include "dataplane/listener/listener_config.h"
#include "dataplane/observe/per_worker.h"
#include "dataplane/server/dns_clusters.h"
#include "dataplane/server/listen_reservation.h"
#include "dataplane/server/override_names.h"
#include "dataplane/server/worker_thread.h"
#include "dataplane/xds/compiler.h"

namespace fairlead::server {

using Workers = std::vector<std::unique_ptr<WorkerThread>>;

class Publisher final : public xds::ConfigSink {
 public:
  using Reserve =
      std::function<absl::StatusOr<std::unique_ptr<ListenReservation>>(const net::Address&)>;

  // `on_init_done` is called on the main loop, when names have been resolved too. `reserve`: how
  // the workers' loops come by an address.
  Publisher(Workers& workers, DnsClusters& dns, std::function<void()> on_init_done,
            Reserve reserve = &ListenReservation::Make)
      : workers_(workers),
        dns_(dns),
        on_init_done_(std::move(on_init_done)),
        reserve_(std::move(reserve)) {}

  void PublishCluster(const std::string& name, std::shared_ptr<const cluster::ClusterConfig> config,
                      std::shared_ptr<const upstream::EndpointSet> endpoints) override;
  void PublishEndpoints(const std::string& name,
                        std::shared_ptr<const upstream::EndpointSet> endpoints) override;
  void RemoveCluster(const std::string& name) override;
  void PublishRoutes(const std::string& name,
                     std::shared_ptr<const route::RouteTable> table) override;
  void RemoveRoutes(const std::string& name) override;
  void PublishListener(const std::string& name,
                       std::shared_ptr<const listener::ListenerConfig> config) override;
  void RemoveListener(const std::string& name) override;
  void InitDone() override { dns_.PostWhenWarm(on_init_done_); }
  void WhenLive(const std::string& cluster, std::function<void()> done) override;
  std::string ListenerFault(const std::string& name) const override;

  struct ListenerState {
    std::string name;
    net::Address address;
    std::string stat_prefix;
    // Workers that accept on it.
    int open = 0;
    // Why it is not open everywhere; empty: it is, or is about to be.
    std::string error;
  };
  // Thread: any.
  std::vector<ListenerState> Listeners() const;
  // Every worker accepts on every listener that can be had. Thread: any.
  bool IsEveryListenerOpen() const;
  // The counters of a connection manager on a listener. Those of listeners that are gone are kept,
  // so that sums over a stat_prefix do not fall. Thread: any.
  struct HttpScope {
    // What statistics call the listener: its stat_prefix, or its address.
    std::string listener;
    std::string prefix;
    std::shared_ptr<observe::PerWorker<http::HttpStats>> stats;
  };
  std::vector<HttpScope> HttpScopes() const;
  // The counters of the clusters that are published, by name. Thread: any.
  struct ClusterScope {
    std::shared_ptr<const cluster::ClusterConfig> config;
    std::shared_ptr<observe::PerWorker<cluster::ClusterStats>> stats;
  };
  std::vector<ClusterScope> ClusterScopes() const;

 private:
  // What lets the main loop publish the addresses of a cluster's names. Once it is withdrawn,
  // answers that were under way reach no worker: they cannot bring a removed cluster back, nor undo
  // what replaced it.
  struct NamesLease {
    absl::Mutex mutex;
    bool is_withdrawn ABSL_GUARDED_BY(mutex) = false;
    bool is_resolved ABSL_GUARDED_BY(mutex) = false;
    std::function<void()> when_live ABSL_GUARDED_BY(mutex);
  };

  void PublishNames(std::shared_ptr<const cluster::ClusterConfig> config,
                    std::shared_ptr<observe::PerWorker<cluster::ClusterStats>> stats);
  // Null: there is no such cluster.
  std::shared_ptr<const cluster::ClusterSlot> SlotOf(const std::string& name) const;
  void WithdrawNames(const std::string& name);
  // Calls `done` when every worker has done what was posted to it before. Thread: any.
  void PostBehindAll(std::function<void()> done);
  std::shared_ptr<observe::PerWorker<http::HttpStats>> StatsFor(const std::string& listener,
                                                                const std::string& prefix);
  // Of the cluster that is here by that name, or new ones.
  ClusterScope& ScopeFor(std::shared_ptr<const cluster::ClusterConfig> config)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Opened(const std::string& name, const absl::Status& status);

  Workers& workers_;
  DnsClusters& dns_;
  const std::function<void()> on_init_done_;
  const Reserve reserve_;
  OverrideNames override_names_;
  StringMap<std::shared_ptr<NamesLease>> names_;
  StringMap<std::unique_ptr<ListenReservation>> reservations_;

  mutable absl::Mutex mutex_;
  std::map<std::string, ListenerState> listeners_ ABSL_GUARDED_BY(mutex_);
  // By listener and prefix.
  std::map<std::pair<std::string, std::string>,
           std::shared_ptr<observe::PerWorker<http::HttpStats>>>
      http_stats_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, ClusterScope, std::less<>> clusters_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fairlead::server

#endif  // FAIRLEAD_DATAPLANE_SERVER_PUBLISHER_H_
