#ifndef FAIRLEAD_DATAPLANE_HTTP_WORKER_H_
#define FAIRLEAD_DATAPLANE_HTTP_WORKER_H_

// All that the connections of one worker share: its loop, its clusters, its route tables, what it
// may reuse. One for each worker thread, changed only by work posted to its loop.
//
// Thread: worker. Owned by the server.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/base/intrusive_list.h"
#include "dataplane/base/intrusive_ptr.h"
#include "dataplane/base/strings.h"
#include "dataplane/cluster/cluster_table.h"
#include "dataplane/event/loop.h"
#include "dataplane/event/nursery.h"
#include "dataplane/event/timer.h"
#include "dataplane/http/hcm_config.h"
#include "dataplane/http/http_stats.h"
#include "dataplane/route/route_table.h"

namespace fairlead::http {

class Exchange;
class ServerConnection;
class Worker;

// An immutable object that all workers share, counted on this worker alone, so that a request that
// keeps it touches no line of memory that other workers write.
template <typename T>
struct Snapshot : base::RefCounted<Snapshot<T>> {
  explicit Snapshot(std::shared_ptr<const T> object) : object(std::move(object)) {}
  const std::shared_ptr<const T> object;
};
template <typename T>
using SnapshotPtr = base::IntrusivePtr<Snapshot<T>>;

// Where a route table of some name is to be found; stays at its address while it is referred to,
// empty until the table is published.
struct RouteSlot : base::RefCounted<RouteSlot> {
  SnapshotPtr<route::RouteTable> table;
};

// A connection manager's counters, kept without touching memory that other workers write.
class HttpStatsRef {
 public:
  HttpStatsRef() = default;
  HttpStatsRef(std::shared_ptr<HttpStats> stats)  // NOLINT: they are the same to who counts
      : held_(base::MakeIntrusive<Held>(std::move(stats))) {}
  HttpStats& operator*() const { return *held_->stats; }
  HttpStats* operator->() const { return held_->stats.get(); }

 private:
  struct Held : base::RefCounted<Held> {
    explicit Held(std::shared_ptr<HttpStats> stats) : stats(std::move(stats)) {}
    const std::shared_ptr<HttpStats> stats;
  };
  base::IntrusivePtr<Held> held_;
};

// A connection manager on this worker: connections look here for what holds now.
struct HcmSlot : base::RefCounted<HcmSlot> {
  SnapshotPtr<HcmConfig> config;
  base::IntrusivePtr<RouteSlot> routes;
  HttpStatsRef stats;
  // Its listener is going away: connections close after their request.
  bool is_draining = false;
  // Ends those that take too long.
  event::Timer cut_timer{&HcmSlot::OnCut, this};
  Worker* worker = nullptr;

  static void OnCut(void* self);
};

class Worker {
 public:
  // `index`: which of the workers' counters are its own.
  explicit Worker(event::Loop& loop, uint32_t index = 0);
  ~Worker();

  event::Loop& loop;
  const uint32_t index;
  cluster::ClusterTable clusters;
  bool is_draining = false;

  // The slot of a route configuration's name, made when it is first asked for.
  base::IntrusivePtr<RouteSlot> Routes(std::string_view name);
  void SetRoutes(std::string_view name, std::shared_ptr<const route::RouteTable> table);

  // Serves a connection until it ends.
  void Serve(std::unique_ptr<event::Socket> socket, base::IntrusivePtr<HcmSlot> hcm);
  size_t connections() const { return nursery_.size(); }
  // Connections that wait for a request end now, the others after theirs. With a slot, only those
  // of that slot.
  void Drain(const HcmSlot* slot);
  // The slot's listener is gone: idle connections end now, the others after their request or, at
  // the latest, after `drain_time`.
  void DrainThenCut(HcmSlot& slot);
  // --drain-time-s.
  std::chrono::seconds drain_time{600};
  // Ends every connection at once.
  void CloseAll() { nursery_.CancelAll(); }

  // The present second as an IMF-fixdate (RFC 9110 section 5.6.7).
  std::string_view Date();

  std::unique_ptr<Exchange> TakeExchange();
  void GiveExchange(std::unique_ptr<Exchange> exchange);

 private:
  friend class ServerConnection;
  friend struct HcmSlot;

  StringMap<base::IntrusivePtr<RouteSlot>> routes_;
  std::vector<std::unique_ptr<Exchange>> spare_exchanges_;
  base::IntrusiveList<ServerConnection> connections_;
  event::MonotonicTime date_until_{};
  char date_[32] = {};
  // Last, so that connections end before what they use.
  event::Nursery nursery_;
};

}  // namespace fairlead::http

#endif  // FAIRLEAD_DATAPLANE_HTTP_WORKER_H_
