#ifndef FAIRLEAD_DATAPLANE_SERVER_ADMIN_ADMIN_SOURCE_H_
#define FAIRLEAD_DATAPLANE_SERVER_ADMIN_ADMIN_SOURCE_H_

// All that the admin pages show, and the little they may do. The server implements it; the pages
// know nothing else of the server.
//
// Thread: main. Calls are made while a request is answered, so an implementation that has to ask
// another thread waits for a bounded time and then says so (an error, or what it knew last).
// Owned by the server; outlives the admin listener.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "dataplane/event/time_source.h"
#include "dataplane/observe/call_stats.h"
#include "dataplane/runtime/runtime.h"
#include "dataplane/server/admin/cluster_snapshot.h"
#include "dataplane/server/options.h"
#include "dataplane/server/publisher.h"
#include "dataplane/xds/config_thread.h"

namespace envoy::config::core::v3 {
class Node;
}

namespace fairlead::server::admin {

// In the order of admin.v3.ServerInfo.State, whose numbers "server.state" has.
enum class ServerState : uint8_t { kLive, kDraining, kPreInitializing, kInitializing };

// What does not change while the process runs.
struct ServerFacts {
  // "<revision>/<version>/<state of the sources>/<build>/<TLS library>" in Envoy; any text will do.
  std::string version;
  Options options;
  // Worker threads.
  uint32_t concurrency = 0;
};

struct BufferUse {
  uint64_t bytes = 0;
  // Wanted and not had.
  uint64_t refused = 0;
};

class AdminSource {
 public:
  virtual ~AdminSource() = default;

  virtual const ServerFacts& Facts() const = 0;
  virtual const envoy::config::core::v3::Node& Node() const = 0;
  virtual event::Duration Uptime() const = 0;
  virtual ServerState State() const = 0;
  // The workers accept connections.
  virtual bool AreWorkersStarted() const = 0;
  // The configuration is the last good one from disk; the control plane has not answered yet.
  virtual bool ServesLastGood() const = 0;

  virtual std::vector<Publisher::ListenerState> Listeners() const = 0;
  virtual std::vector<Publisher::HttpScope> HttpScopes() const = 0;
  virtual std::vector<Publisher::ClusterScope> ClusterScopes() const = 0;
  // Those of filters.
  virtual observe::CounterSets& Counters() = 0;
  // Of all workers.
  virtual BufferUse Buffers() const = 0;
  virtual runtime::Runtime& RuntimeValues() = 0;
  // Requests by their route.
  virtual observe::CallScopes& Calls() = 0;
  // Lines that access logs have lost.
  virtual uint64_t DroppedLogLines() const = 0;
  // CollectClusters (cluster_snapshot.h).
  virtual ClusterSnapshot Clusters() const = 0;
  // For every scrape: what is known, even if it is not the newest, rather than a long wait.
  virtual xds::ConfigState Config() const = 0;
  // admin.v3.ConfigDump as JSON, secrets redacted (xds::ConfigThread::DumpJson).
  virtual absl::StatusOr<std::string> ConfigDumpJson(const xds::DumpOptions& options) const = 0;

  // The process ends, soon but not before the call has returned.
  virtual void Quit() = 0;
  // Workers stop accepting; connections close after their request. `graceful`: they go on accepting
  // until the drain time is over.
  virtual void DrainListeners(bool graceful) = 0;
  // Access logs follow their paths.
  virtual void ReopenLogs() = 0;
};

}  // namespace fairlead::server::admin

#endif  // FAIRLEAD_DATAPLANE_SERVER_ADMIN_ADMIN_SOURCE_H_
