#ifndef FAIRLEAD_DATAPLANE_SERVER_SERVER_H_
#define FAIRLEAD_DATAPLANE_SERVER_SERVER_H_

// The proxy as a whole: puts the parts together, runs until it is told to stop, and takes them
// apart in order.
//
//     Server server(options, bootstrap, std::move(runtime));
//     return server.Run();                    // exit status
//
// Threads: main (this object's loop: signals, admin, DNS), configuration (xds::ConfigThread), one
// per worker, one that writes access logs, one of the resolver.
//
// Stop (SIGTERM, SIGINT, POST /quitquitquit): listeners stop accepting, idle connections close,
// others after their request; the process ends with 0 when none is left or the drain time is over.
// A second signal ends it at once.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "dataplane/cluster/cluster_slots.h"
#include "dataplane/dns/cares_resolver.h"
#include "dataplane/event/loop.h"
#include "dataplane/observe/access_log_files.h"
#include "dataplane/server/admin/admin_source.h"
#include "dataplane/server/dns_clusters.h"
#include "dataplane/server/options.h"
#include "dataplane/server/proxy_compiler.h"
#include "dataplane/server/publisher.h"
#include "dataplane/server/signal_thread.h"
#include "dataplane/xds/config_thread.h"

namespace envoy::config::bootstrap::v3 {
class Bootstrap;
}

namespace fairlead::server {

class Server final : private admin::AdminSource {
 public:
  // `runtime`: of the bootstrap's layers.
  Server(const Options& options, std::shared_ptr<envoy::config::bootstrap::v3::Bootstrap> bootstrap,
         std::unique_ptr<runtime::Runtime> runtime);
  ~Server() override;

  // The exit status: 0 after an orderly stop, 1 when it could not start (the log says why).
  int Run();

 private:
  absl::Status Start();
  absl::Status StartAdmin();
  // Why a listener is not to be had; OK when all are, or may yet be.
  absl::Status ListenerFault() const;
  void OnSignal(int signal);
  void Stop();
  void LookWhetherDrained();

  const admin::ServerFacts& Facts() const override { return facts_; }
  const envoy::config::core::v3::Node& Node() const override;
  event::Duration Uptime() const override;
  admin::ServerState State() const override;
  bool AreWorkersStarted() const override { return are_workers_started_; }
  bool ServesLastGood() const override;
  std::vector<Publisher::ListenerState> Listeners() const override;
  std::vector<Publisher::HttpScope> HttpScopes() const override;
  std::vector<Publisher::ClusterScope> ClusterScopes() const override;
  observe::CounterSets& Counters() override { return counters_; }
  admin::BufferUse Buffers() const override;
  runtime::Runtime& RuntimeValues() override { return *runtime_; }
  observe::CallScopes& Calls() override { return calls_; }
  uint64_t DroppedLogLines() const override { return access_logs_.dropped_lines(); }
  admin::ClusterSnapshot Clusters() const override;
  xds::ConfigState Config() const override;
  absl::StatusOr<std::string> ConfigDumpJson(const xds::DumpOptions& options) const override;
  void Quit() override { Stop(); }
  void DrainListeners(bool graceful) override;
  void ReopenLogs() override { access_logs_.Reopen(); }

  admin::ServerFacts facts_;
  const std::shared_ptr<envoy::config::bootstrap::v3::Bootstrap> bootstrap_;
  const std::unique_ptr<event::Loop> loop_;
  const event::MonotonicTime started_;
  const std::unique_ptr<runtime::Runtime> runtime_;
  observe::AccessLogFiles access_logs_;
  observe::CounterSets counters_;
  observe::CallScopes calls_;
  cluster::ClusterSlots slots_;
  ProxyCompiler compiler_;
  std::unique_ptr<dns::CaresResolver> resolver_;
  std::unique_ptr<DnsClusters> dns_;
  Workers workers_;
  std::unique_ptr<Publisher> publisher_;
  std::unique_ptr<xds::ConfigThread> config_;
  mutable xds::ConfigState last_config_state_;
  std::unique_ptr<http::Worker> admin_worker_;
  std::unique_ptr<listener::ActiveListener> admin_listener_;
  std::unique_ptr<SignalThread> signals_;
  event::Timer drain_timer_;
  // After a graceful drain of the listeners.
  event::Timer stop_accepting_timer_;
  event::MonotonicTime drain_until_{};
  // Connections of the workers when last asked; -1: not yet.
  std::shared_ptr<std::atomic<int>> open_connections_;
  std::atomic<bool> are_workers_started_{false};
  bool is_draining_ = false;
};

}  // namespace fairlead::server

#endif  // FAIRLEAD_DATAPLANE_SERVER_SERVER_H_
