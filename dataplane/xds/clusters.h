#ifndef FAIRLEAD_DATAPLANE_XDS_CLUSTERS_H_
#define FAIRLEAD_DATAPLANE_XDS_CLUSTERS_H_

// The pipeline's clusters and their endpoints: compiles what changed, holds clusters back until
// they are warm, and publishes them.
//
//     a cluster comes      STATIC, STRICT_DNS: compiled and published at once
//                          EDS: compiled, subscribed to its load assignment, warming
//     the assignment       warming -> published with it; a published cluster -> new endpoints
//     it is refused, does not exist, or does not come in initial_fetch_timeout
//                          warming -> published with the last accepted assignment; without one: a
//                          new cluster with no endpoints; an update waits on, the old one serves
//                          (when the answer was that there is none: published with no endpoints)
//     a cluster is updated the old one serves until the new one is warm, for which a *new* answer
//                          is needed: endpoints that fit the new cluster may be on their way
//
// Thread: configuration. Owner: Pipeline. Source: envoy docs, "Cluster warming"; XDS protocol.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "dataplane/base/strings.h"
#include "dataplane/xds/pipeline_context.h"

namespace fairlead::xds {

class Clusters {
 public:
  // `on_ready` is called after every change that leaves no cluster unpublished.
  Clusters(PipelineContext& context, absl::AnyInvocable<void()> on_ready);
  ~Clusters();

  // A cluster of the bootstrap; errors are fatal for the caller.
  absl::Status AddStatic(const envoy::config::cluster::v3::Cluster& cluster);
  std::vector<ResourceError> OnClusters(Update update);
  std::vector<ResourceError> OnEndpoints(Update update);

  // Published or warming.
  bool Has(std::string_view name) const { return entries_.contains(name); }
  size_t size() const { return entries_.size(); }
  // No cluster is still waited for that was never published.
  bool IsReady() const { return unready_count_ == 0; }
  bool IsWarming(std::string_view name) const;

 private:
  struct Warming;
  struct Entry;
  struct Assignment;
  struct Compiled;

  absl::Status Apply(const Resource& resource, bool is_static);
  absl::Status ApplyEds(const std::string& name, const envoy::config::cluster::v3::Cluster& cluster,
                        std::shared_ptr<const cluster::ClusterConfig> config);
  void Remove(const std::string& name);
  absl::Status OnAssignment(const Resource& resource, Assignment& assignment, bool is_new);
  absl::StatusOr<std::shared_ptr<const upstream::EndpointSet>> CachedEndpoints(
      const cluster::ClusterConfig& config, const std::string& service) const;
  enum class Answer { kNone, kRefused, kAbsent };
  // The answer that a warming cluster waited for did not come, or is of no use.
  void EndWait(const std::string& name, Answer answer);
  void EndWaits(const std::string& service, Answer answer);
  void FinishWarming(const std::string& name, Entry& entry,
                     std::shared_ptr<const upstream::EndpointSet> endpoints);
  void StopWarming(const std::string& name, Entry& entry);
  void Join(const std::string& service, const std::string& cluster, Source* source);
  void Leave(const std::string& service, const std::string& cluster);
  void TellSources();
  void NoteReady();

  PipelineContext& context_;
  absl::AnyInvocable<void()> on_ready_;
  StringMap<std::unique_ptr<Entry>> entries_;
  // By service name.
  StringMap<std::unique_ptr<Assignment>> assignments_;
  size_t unready_count_ = 0;
  // What the sources have to be told at the end of an update.
  std::set<Source*> changed_sources_;
  std::map<Source*, std::vector<std::string>> refreshes_;
  bool is_updating_ = false;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_CLUSTERS_H_
