#include "dataplane/server/admin/cluster_snapshot.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "dataplane/upstream/endpoint_set.h"

namespace fairlead::server::admin {
namespace {

bool IsBefore(const HostSample& a, const HostSample& b) {
  return upstream::EndpointSet::SortKey(a.address) < upstream::EndpointSet::SortKey(b.address);
}

HostSample CopyHost(const upstream::Endpoint& endpoint, upstream::Host& host) {
  const upstream::HostStats& stats = host.stats();
  return {.address = endpoint.address,
          .hostname = endpoint.hostname,
          .weight = endpoint.weight,
          .is_healthy = endpoint.is_healthy,
          .cx_connect_fail = stats.cx_connect_fail.value(),
          .cx_protocol_error = stats.cx_protocol_error.value(),
          .cx_total = stats.cx_total.value(),
          .rq_error = stats.rq_error.value(),
          .rq_success = stats.rq_success.value(),
          .rq_timeout = stats.rq_timeout.value(),
          .rq_total = stats.rq_total.value(),
          .cx_active = stats.cx_active.value(),
          .rq_active = stats.rq_active.value()};
}

// Both are sorted. For a moment after an update workers have different endpoints: all are shown.
void MergeHosts(std::vector<HostSample> from, std::vector<HostSample>& into) {
  std::vector<HostSample> merged;
  merged.reserve(std::max(from.size(), into.size()));
  auto a = into.begin();
  auto b = from.begin();
  while (a != into.end() || b != from.end()) {
    if (b == from.end() || (a != into.end() && IsBefore(*a, *b))) {
      merged.push_back(std::move(*a++));
    } else if (a == into.end() || IsBefore(*b, *a)) {
      merged.push_back(std::move(*b++));
    } else {
      a->AddCounters(*b++);
      merged.push_back(std::move(*a++));
    }
  }
  into = std::move(merged);
}

// Where the workers put their answers. Shared with them, because one that is late writes here when
// nobody waits any more.
struct Answers {
  absl::Mutex mutex;
  std::vector<std::vector<ClusterSample>> of_workers ABSL_GUARDED_BY(mutex);
  size_t wanted ABSL_GUARDED_BY(mutex) = 0;

  bool AreComplete() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    return of_workers.size() == wanted;
  }
};

// A few hundred microseconds of a worker.
constexpr size_t kClustersPerTurn = 512;

// Copies a part of the worker's table and posts itself for the next one.
void PostSlice(WorkerThread& worker, std::shared_ptr<Answers> answers, size_t begin,
               std::vector<ClusterSample> so_far) {
  worker.PostTo([&worker, answers = std::move(answers), begin,
                 so_far = std::move(so_far)](http::Worker& w) mutable {
    const size_t end = begin + kClustersPerTurn;
    for (ClusterSample& sample : CopyClusters(w.clusters, begin, end)) {
      so_far.push_back(std::move(sample));
    }
    if (end < w.clusters.clusters().size()) {
      return PostSlice(worker, std::move(answers), end, std::move(so_far));
    }
    absl::MutexLock lock(&answers->mutex);
    answers->of_workers.push_back(std::move(so_far));
  });
}

}  // namespace

void HostSample::AddCounters(const HostSample& other) {
  cx_connect_fail += other.cx_connect_fail;
  cx_protocol_error += other.cx_protocol_error;
  cx_total += other.cx_total;
  rq_error += other.rq_error;
  rq_success += other.rq_success;
  rq_timeout += other.rq_timeout;
  rq_total += other.rq_total;
  cx_active += other.cx_active;
  rq_active += other.rq_active;
}

std::vector<ClusterSample> CopyClusters(const cluster::ClusterTable& table, size_t begin,
                                        size_t end) {
  std::vector<ClusterSample> samples;
  end = std::min(end, table.clusters().size());
  for (size_t at = begin; at < end; ++at) {
    const auto& cluster = table.clusters()[at];
    if (cluster.get() == nullptr) continue;
    ClusterSample& sample = samples.emplace_back();
    sample.config = cluster->shared_config();
    const auto& endpoints = cluster->endpoints().endpoints;
    sample.hosts.reserve(endpoints.size());
    for (size_t i = 0; i < endpoints.size(); ++i) {
      sample.hosts.push_back(CopyHost(endpoints[i], *cluster->hosts()[i]));
    }
  }
  return samples;
}

ClusterSnapshot MergeClusters(std::vector<std::vector<ClusterSample>> of_workers) {
  std::map<std::string, ClusterSample> by_name;
  for (std::vector<ClusterSample>& samples : of_workers) {
    for (ClusterSample& sample : samples) {
      ClusterSample& sum = by_name[sample.config->name];
      if (sum.config == nullptr) {
        sum = std::move(sample);
        continue;
      }
      MergeHosts(std::move(sample.hosts), sum.hosts);
    }
  }
  ClusterSnapshot snapshot;
  snapshot.clusters.reserve(by_name.size());
  for (auto& [name, sample] : by_name) snapshot.clusters.push_back(std::move(sample));
  return snapshot;
}

ClusterSnapshot CollectClusters(const Workers& workers, bool are_started,
                                std::chrono::milliseconds timeout) {
  if (!are_started) return {};
  auto answers = std::make_shared<Answers>();
  {
    absl::MutexLock lock(&answers->mutex);
    answers->wanted = workers.size();
  }
  for (const auto& worker : workers) PostSlice(*worker, answers, 0, {});
  absl::MutexLock lock(&answers->mutex);
  answers->mutex.AwaitWithTimeout(absl::Condition(answers.get(), &Answers::AreComplete),
                                  absl::FromChrono(timeout));
  const size_t missing = answers->wanted - answers->of_workers.size();
  ClusterSnapshot snapshot = MergeClusters(std::move(answers->of_workers));
  answers->of_workers.clear();
  snapshot.workers_missing = static_cast<int>(missing);
  return snapshot;
}

}  // namespace fairlead::server::admin
