#ifndef FAIRLEAD_CONTROLPLANE_MANAGEMENT_MANAGEMENT_H_
#define FAIRLEAD_CONTROLPLANE_MANAGEMENT_MANAGEMENT_H_

// All operations of the management API, whatever transport they come by.
//
// The way of a change, under one lock: parse, validate, check references, translate, commit to the
// store, publish to the proxies, tell the watchers. Each step before the commit can refuse, and
// then nothing has changed. What does not change anything makes no revision. A dry run stops before
// the commit.
//
//     Management management(store, {.publish = ..., .proxies = ...});
//     FL_RETURN_IF_ERROR(management.Start());       // publishes the newest revision
//     absl::StatusOr<ChangeResponse> response = management.Apply(request);
//
// Errors: the statuses that management.proto names; ProblemsOf (model/problem.h) has their details.
// Thread: any. Reads take no lock that a change holds while it waits for the disk.
// Source: api/fairlead/v1/management.proto.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "controlplane/fleet/proxy_status.h"
#include "controlplane/management/watch_hub.h"
#include "controlplane/model/problem.h"
#include "controlplane/model/state.h"
#include "controlplane/store/revision_store.h"
#include "controlplane/translate/translate.h"
#include "fairlead/v1/management.pb.h"

namespace fairlead::control::management {

// The fleet, as the management sees it. Both are called from any thread.
struct Fleet {
  std::function<void(std::shared_ptr<const xds::Snapshot>)> publish;
  std::function<std::vector<fleet::ProxyStatus>()> proxies;
};

class Management {
 public:
  Management(store::RevisionStore& store, Fleet fleet);

  // Translates and publishes the newest revision. Before it succeeded nothing else may be called.
  absl::Status Start();
  // Ends all watches.
  void Stop() { watch_hub_.Stop(); }

  // `sources` tells where the resource was written, for errors; null: nowhere.
  absl::StatusOr<fairlead::v1::ChangeResponse> Create(const fairlead::v1::CreateRequest& request,
                                                      const model::SourceMap* sources = nullptr);
  absl::StatusOr<fairlead::v1::ChangeResponse> Update(const fairlead::v1::UpdateRequest& request,
                                                      const model::SourceMap* sources = nullptr);
  absl::StatusOr<fairlead::v1::ChangeResponse> Delete(const fairlead::v1::DeleteRequest& request);
  absl::StatusOr<fairlead::v1::ChangeResponse> Apply(const fairlead::v1::ApplyRequest& request);
  absl::StatusOr<fairlead::v1::ChangeResponse> Rollback(
      const fairlead::v1::RollbackRequest& request);

  absl::StatusOr<fairlead::v1::StoredResource> Get(const fairlead::v1::GetRequest& request) const;
  absl::StatusOr<fairlead::v1::ListResponse> List(const fairlead::v1::ListRequest& request) const;
  absl::StatusOr<std::shared_ptr<Watcher>> Watch(const fairlead::v1::WatchRequest& request);

  absl::StatusOr<fairlead::v1::ListRevisionsResponse> ListRevisions(
      const fairlead::v1::ListRevisionsRequest& request);
  absl::StatusOr<fairlead::v1::Revision> GetRevision(
      const fairlead::v1::GetRevisionRequest& request);
  absl::StatusOr<fairlead::v1::ChangeResponse> DiffRevisions(
      const fairlead::v1::DiffRevisionsRequest& request);
  fairlead::v1::ListProxiesResponse ListProxies() const;

 private:
  // Computes the changes from the current state; entries get the revision that is given.
  using Edit = absl::FunctionRef<absl::StatusOr<std::vector<model::Change>>(
      const model::State& base, int64_t next_revision)>;

  absl::StatusOr<fairlead::v1::ChangeResponse> Change(const fairlead::v1::ChangeInfo& info,
                                                      const model::SourceMap* sources, Edit edit);
  absl::Status Commit(const model::State& base, absl::Span<const model::Change> changes,
                      const fairlead::v1::ChangeInfo& info, translate::Translation translation)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);

  store::RevisionStore& store_;
  const Fleet fleet_;
  WatchHub watch_hub_;
  absl::Mutex write_mutex_;
  // Of the current revision.
  translate::Translation translation_ ABSL_GUARDED_BY(write_mutex_);
};

}  // namespace fairlead::control::management

#endif  // FAIRLEAD_CONTROLPLANE_MANAGEMENT_MANAGEMENT_H_
