#ifndef FAIRLEAD_DATAPLANE_SERVER_ADMIN_CLUSTER_SNAPSHOT_H_
#define FAIRLEAD_DATAPLANE_SERVER_ADMIN_CLUSTER_SNAPSHOT_H_

// The clusters of all workers with their endpoints and counters, as one moment saw them.
//
//     ClusterSnapshot snapshot = CollectClusters(workers, are_started);
//     for (const ClusterSample& cluster : snapshot.clusters) ...
//
// Each worker copies the numbers of its own table (no formatting, no names), a slice at a time, so
// that requests come between; the caller adds them up. A worker that does not answer in time is
// left out and counted.
//
// Thread: CollectClusters any but a worker; CopyClusters a worker; the rest any. Cost on a worker:
// some ten loads for each endpoint.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "dataplane/cluster/cluster_config.h"
#include "dataplane/cluster/cluster_table.h"
#include "dataplane/net/address.h"
#include "dataplane/server/publisher.h"

namespace fairlead::server::admin {

struct HostSample {
  net::Address address;
  std::string hostname;
  uint32_t weight = 1;
  // What EDS or the configuration says.
  bool is_healthy = true;

  uint64_t cx_connect_fail = 0;
  uint64_t cx_protocol_error = 0;
  uint64_t cx_total = 0;
  uint64_t rq_error = 0;
  uint64_t rq_success = 0;
  uint64_t rq_timeout = 0;
  uint64_t rq_total = 0;
  int64_t cx_active = 0;
  int64_t rq_active = 0;

  void AddCounters(const HostSample& other);
};

struct ClusterSample {
  std::shared_ptr<const cluster::ClusterConfig> config;
  // Sorted as in upstream::EndpointSet.
  std::vector<HostSample> hosts;
};

struct ClusterSnapshot {
  // By name.
  std::vector<ClusterSample> clusters;
  // Workers that did not answer in time; their counters are missing in the sums.
  int workers_missing = 0;
};

inline constexpr std::chrono::milliseconds kCollectTimeout{1000};

// What one worker has in the table's places [begin, end).
std::vector<ClusterSample> CopyClusters(const cluster::ClusterTable& table, size_t begin = 0,
                                        size_t end = SIZE_MAX);

// The sum of what the workers have.
ClusterSnapshot MergeClusters(std::vector<std::vector<ClusterSample>> of_workers);

// Asks every worker and waits for the answers. Without `are_started` nothing is asked, and there
// are no clusters: what is posted to a worker is done only once it runs.
ClusterSnapshot CollectClusters(const Workers& workers, bool are_started,
                                std::chrono::milliseconds timeout = kCollectTimeout);

}  // namespace fairlead::server::admin

#endif  // FAIRLEAD_DATAPLANE_SERVER_ADMIN_CLUSTER_SNAPSHOT_H_
