#ifndef FAIRLEAD_DATAPLANE_UPSTREAM_HOST_H_
#define FAIRLEAD_DATAPLANE_UPSTREAM_HOST_H_

// One endpoint as a worker sees it: its idle connections, what is under way to it, its counters. It
// survives endpoint updates that keep its address, and lives until the last request to it is over.
//
//     base::IntrusivePtr<Host> host = ...;
//     std::unique_ptr<Connection> connection = host->TakeIdle();    // null: make one (connector.h)
//     ...
//     host->Give(std::move(connection), idle_timeout);              // open for the next request
//
// An idle connection on which anything arrives, even the end of the stream, is closed at once: it
// is never used again. Idle connections are used last in, first out, so that a surplus times out.
//
// Thread: worker. The counters may be read from any thread.

#include <memory>
#include <string>

#include "dataplane/base/intrusive_list.h"
#include "dataplane/base/intrusive_ptr.h"
#include "dataplane/event/loop.h"
#include "dataplane/net/address.h"
#include "dataplane/observe/counter.h"
#include "dataplane/upstream/connection.h"
#include "dataplane/upstream/traffic_stats.h"

namespace fairlead::upstream {

struct HostStats {
  // `cluster`: where the cluster counts; outlives the host with what is still under way to it.
  explicit HostStats(std::shared_ptr<TrafficStats> cluster) : cluster(std::move(cluster)) {}

  const std::shared_ptr<TrafficStats> cluster;
  observe::Counter rq_total;
  observe::Counter rq_success;
  observe::Counter rq_error;
  observe::Counter rq_timeout;
  observe::Gauge rq_active;
  observe::Counter cx_total;
  observe::Counter cx_connect_fail;
  // Connections on which came what is no response to a request of ours.
  observe::Counter cx_protocol_error;
  observe::Gauge cx_active;
};

class Host final : public base::RefCounted<Host> {
 public:
  // `stats` outlives the host (it is shared with whoever prints it).
  Host(net::Address address, std::string hostname, std::shared_ptr<HostStats> stats)
      : address(address), hostname(std::move(hostname)), stats_(std::move(stats)) {}
  ~Host();

  const net::Address address;
  const std::string hostname;
  // Requests this worker has under way to it; read by LEAST_REQUEST.
  uint32_t active_requests = 0;

  HostStats& stats() { return *stats_; }
  const std::shared_ptr<HostStats>& shared_stats() const { return stats_; }

  // How sure one must be that an idle connection still stands.
  enum class Care : uint8_t {
    // As far as the loop knows, unless the last request makes it doubtful: for requests that may be
    // sent again.
    kUsual,
    // The kernel is asked, too.
    kSure,
  };
  // The connection that was used last and is still good; null when there is none.
  std::unique_ptr<Connection> TakeIdle(Care care = Care::kUsual);
  // Keeps an open connection between requests, for at most `idle_timeout` (0: no limit).
  void Give(std::unique_ptr<Connection> connection, event::TimerWheel& timers,
            event::Duration idle_timeout);
  size_t idle_connections() const { return idle_count_; }

 private:
  friend class Connection;

  // The connection takes itself out of the list; ends its life.
  void Drop(Connection& connection);

  std::shared_ptr<HostStats> stats_;
  base::IntrusiveList<Connection> idle_;
  size_t idle_count_ = 0;
};

}  // namespace fairlead::upstream

#endif  // FAIRLEAD_DATAPLANE_UPSTREAM_HOST_H_
