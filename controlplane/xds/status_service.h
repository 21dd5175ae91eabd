#ifndef FAIRLEAD_CONTROLPLANE_XDS_STATUS_SERVICE_H_
#define FAIRLEAD_CONTROLPLANE_XDS_STATUS_SERVICE_H_

// Takes the reports of proxies on what became of their resources.
//
//     StatusService service(reports, admits, streams_max);
//     builder.RegisterService(&service);
//     service.Shutdown();           // ends the calls and waits until they are gone
//
// Thread: any. Owner: the xDS server. Limits: `streams_max` calls (0: no limit).
// Source: api/fairlead/v1/resource_status.proto.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "controlplane/fleet/resource_reports.h"
#include "fairlead/v1/resource_status.grpc.pb.h"

namespace fairlead::control::xds {

// In the initial metadata of an ADS stream: this service is there.
inline constexpr char kStatusOfferKey[] = "fairlead-resource-status";

class StatusService final : public fairlead::v1::ResourceStatusReports::CallbackService {
 public:
  using Admits = std::function<bool(const grpc::ServerContextBase&)>;

  // `reports` is borrowed. Without `admits` everyone may call.
  StatusService(fleet::ResourceReports& reports, Admits admits, std::size_t streams_max)
      : reports_(reports), admits_(std::move(admits)), streams_max_(streams_max) {}

  grpc::ServerBidiReactor<fairlead::v1::ResourceStatusReport, fairlead::v1::ResourceStatusAnswer>*
  Report(grpc::CallbackServerContext* context) override;

  void Shutdown();

 private:
  class Call;

  grpc::Status Admit(const grpc::CallbackServerContext& context) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnDone(std::uint64_t id);

  fleet::ResourceReports& reports_;
  const Admits admits_;
  const std::size_t streams_max_;
  absl::Mutex mutex_;
  absl::CondVar gone_;
  std::map<std::uint64_t, std::shared_ptr<Call>> calls_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t calls_made_ ABSL_GUARDED_BY(mutex_) = 0;
  bool is_stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace fairlead::control::xds

#endif  // FAIRLEAD_CONTROLPLANE_XDS_STATUS_SERVICE_H_
