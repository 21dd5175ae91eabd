#ifndef FAIRLEAD_DATAPLANE_OBSERVE_CALL_STATS_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_CALL_STATS_H_

// What is counted of requests to clusters by where they were routed: for each virtual cluster
// (VirtualHost.virtual_clusters) and each route with a stat_prefix.
//
//     auto stats = scopes.Get(CallScopes::Kind::kRoute, "shop", "checkout");   // when it is
//     compiled stats->Of(stream.worker).rq_total.Add();                                 // on a
//     request
//
// Printed as "vhost.<virtual host>.vcluster.<name>." and "vhost.<virtual host>.route.<name>.". A
// scope lives as long as somebody holds it, and is the same for the same names. Thread: any; Get
// and ForEach take a lock.

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/observe/counter.h"
#include "dataplane/observe/per_worker.h"
#include "dataplane/observe/response_stats.h"

namespace fairlead::observe {

struct CallStats {
  Counter rq_total;
  Counter rq_timeout;
  ResponseStats responses;
};
using SharedCallStats = std::shared_ptr<PerWorker<CallStats>>;

class CallScopes {
 public:
  enum class Kind : uint8_t { kVirtualCluster, kRoute };

  explicit CallScopes(uint32_t workers) : workers_(workers) {}

  SharedCallStats Get(Kind kind, std::string_view virtual_host, std::string_view name);
  using Visit = std::function<void(Kind kind, std::string_view virtual_host, std::string_view name,
                                   const SharedCallStats& stats)>;
  void ForEach(const Visit& visit);

 private:
  struct Key {
    Kind kind;
    std::string virtual_host;
    std::string name;
    auto operator<=>(const Key&) const = default;
  };

  const uint32_t workers_;
  absl::Mutex mutex_;
  size_t prune_at_ ABSL_GUARDED_BY(mutex_) = 64;
  std::map<Key, std::weak_ptr<PerWorker<CallStats>>> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_CALL_STATS_H_
