#ifndef FAIRLEAD_DATAPLANE_XDS_STATUS_REPORTER_H_
#define FAIRLEAD_DATAPLANE_XDS_STATUS_REPORTER_H_

// Tells the control plane which resources serve on all workers and which were refused
// (fairlead.v1.ResourceStatusReports), which xDS itself has no words for.
//
//     GrpcStream::Options{.observer = &reporter, ...}     // of the ADS stream
//
// The call is made on the connection of the ADS stream, when that stream's headers say that the
// server takes reports, and ends with it. First everything is reported, then what changed, gathered
// for kGatherTime; one report is under way at a time. A server that does not know the call after
// all is left alone until the next ADS stream; after any other end the call is made again later.
//
// Thread: configuration. Owner: ConfigThread. Limits: kResourcesMax and kReportBytesMax a report,
// kErrorBytesMax an error. Source: api/fairlead/v1/resource_status.proto.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/event/loop.h"
#include "dataplane/xds/grpc_stream.h"
#include "dataplane/xds/type_status.h"

namespace fairlead::v1 {
class ResourceStatusReport;
}

namespace fairlead::xds {

class StatusReporter final : public StreamObserver, private GrpcCallHandler {
 public:
  // In the initial metadata of a server's ADS stream.
  static constexpr std::string_view kOfferKey = "fairlead-resource-status";
  static constexpr std::string_view kMethod = "/fairlead.v1.ResourceStatusReports/Report";
  static constexpr event::Duration kGatherTime = std::chrono::milliseconds(20);
  static constexpr event::Duration kRetryTime = std::chrono::seconds(30);
  static constexpr size_t kResourcesMax = 2000;
  static constexpr size_t kReportBytesMax = 1 << 20;
  static constexpr size_t kErrorBytesMax = 4096;

  // Both are borrowed.
  StatusReporter(PerType<TypeStatus>& status, event::Loop& loop, std::string node_id);
  ~StatusReporter() override;

  void OnServed(const GrpcCall::Options& call, const std::vector<std::string>& keys) override;
  void OnEnded() override;

  // Of the reports sent; for tests and statistics.
  uint64_t reports() const { return reports_; }
  bool is_reporting() const { return call_ != nullptr; }

 private:
  void Open();
  void Close();
  void Watch(bool is_on);
  void OnTimer();
  void SendNews();
  // The next report in `report`; false if nothing has changed.
  bool Collect(v1::ResourceStatusReport& report);

  void OnServerHeaders(const std::vector<std::string>&) override {}
  void OnWritten() override {}
  void OnMessage(std::string_view bytes) override;
  void OnClosed(int code, const std::string& error) override;

  PerType<TypeStatus>& status_;
  event::Loop& loop_;
  const std::string node_id_;
  GrpcCall::Options options_;  // Of the ADS stream's connection; no channel: not to be had.
  std::shared_ptr<GrpcCall> call_;
  event::Timer timer_;  // Gathers while there is a call, else waits to make one.
  bool is_first_ = false;
  bool is_unanswered_ = false;
  uint64_t reports_ = 0;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_STATUS_REPORTER_H_
