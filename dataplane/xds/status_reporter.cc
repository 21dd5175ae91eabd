#include "dataplane/xds/status_reporter.h"

#include <algorithm>
#include <utility>

#include "dataplane/base/log.h"
#include "fairlead/v1/resource_status.pb.h"
#include "grpcpp/support/status_code_enum.h"

namespace fairlead::xds {
namespace {

void SetTime(event::WallTime time, google::protobuf::Timestamp& out) {
  const auto since_epoch = time.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
  out.set_seconds(seconds.count());
  out.set_nanos(static_cast<int32_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch - seconds).count()));
}

// False if there is nothing to say of the resource: it is known no more.
bool Describe(const TypeStatus& status, const std::string& name, v1::ResourceStatus& out) {
  const TypeStatus::Accepted* accepted = status.Find(name);
  const auto rejected = status.rejected().find(name);
  const bool is_rejected = rejected != status.rejected().end();
  if (accepted == nullptr && !is_rejected) return false;
  out.set_name(name);
  if (accepted != nullptr) {
    out.set_version(accepted->version);
    out.set_is_live(accepted->live == TypeStatus::Live::kThis);
    out.set_older_live_version(accepted->older_version);
    if (accepted->live != TypeStatus::Live::kNothing) {
      SetTime(accepted->live_since, *out.mutable_live_since());
    }
  }
  if (is_rejected) {
    out.set_rejected_version(rejected->second.version);
    out.set_error(rejected->second.error.substr(0, StatusReporter::kErrorBytesMax));
    SetTime(rejected->second.at, *out.mutable_rejected_at());
  }
  return true;
}

}  // namespace

StatusReporter::StatusReporter(PerType<TypeStatus>& status, event::Loop& loop, std::string node_id)
    : status_(status),
      loop_(loop),
      node_id_(std::move(node_id)),
      timer_([](void* self) { static_cast<StatusReporter*>(self)->OnTimer(); }, this) {}

StatusReporter::~StatusReporter() { Close(); }

void StatusReporter::OnServed(const GrpcCall::Options& call, const std::vector<std::string>& keys) {
  Close();
  if (std::find(keys.begin(), keys.end(), kOfferKey) == keys.end()) return;
  options_ = call;
  options_.method = std::string(kMethod);
  Open();
}

void StatusReporter::OnEnded() {
  Close();
  options_ = {};
}

void StatusReporter::Open() {
  call_ = GrpcCall::Start(options_, *this, loop_);
  is_first_ = true;
  is_unanswered_ = false;
  timer_.Disarm();
  Watch(true);
  SendNews();
}

void StatusReporter::Close() {
  timer_.Disarm();
  Watch(false);
  GrpcCall::End(call_);
}

void StatusReporter::Watch(bool is_on) {
  for (const ResourceType type : kResourceTypes) {
    std::function<void()> on_change;
    if (is_on) {
      on_change = [this] {
        if (!is_unanswered_ && !timer_.is_armed()) timer_.Arm(loop_.timers(), kGatherTime);
      };
    }
    status_[type].Watch(std::move(on_change));
  }
}

void StatusReporter::OnTimer() {
  if (call_ != nullptr) return SendNews();
  if (options_.channel != nullptr) Open();
}

void StatusReporter::SendNews() {
  if (call_ == nullptr || is_unanswered_) return;
  timer_.Disarm();
  v1::ResourceStatusReport report;
  if (!Collect(report) && !is_first_) return;
  if (std::exchange(is_first_, false)) report.set_node_id(node_id_);
  is_unanswered_ = true;
  ++reports_;
  call_->Write(report.SerializeAsString());
}

bool StatusReporter::Collect(v1::ResourceStatusReport& report) {
  size_t resources = 0;
  size_t bytes = 0;
  for (const ResourceType type : kResourceTypes) {
    TypeStatus& status = status_[type];
    const std::string url(TypeUrl(type));
    while (resources < kResourcesMax && bytes < kReportBytesMax && status.has_changes()) {
      const std::string name = status.TakeChanges(1).front();
      v1::ResourceStatus one;
      if (Describe(status, name, one)) {
        one.set_type_url(url);
        bytes += one.ByteSizeLong();
        *report.add_changed() = std::move(one);
      } else {
        v1::ResourceStatusKey& key = *report.add_removed();
        key.set_type_url(url);
        key.set_name(name);
        bytes += key.ByteSizeLong();
      }
      ++resources;
    }
    if (status.dynamic_count() == 0 && status.rejected().empty()) continue;
    v1::ResourceCounts& counts = *report.add_counts();
    counts.set_type_url(url);
    counts.set_accepted(static_cast<int64_t>(status.dynamic_count()));
    counts.set_live(static_cast<int64_t>(status.live_count()));
    counts.set_rejected(static_cast<int64_t>(status.rejected().size()));
  }
  return resources > 0;
}

void StatusReporter::OnMessage(std::string_view) {
  is_unanswered_ = false;
  call_->Read();
  for (const ResourceType type : kResourceTypes) {
    // What changed while the report was under way has been gathered long enough.
    if (status_[type].has_changes()) return SendNews();
  }
}

void StatusReporter::OnClosed(int code, const std::string& error) {
  call_.reset();
  timer_.Disarm();
  Watch(false);
  if (code == grpc::StatusCode::UNIMPLEMENTED) {
    FL_LOG(info, "xds: the control plane takes no reports on resources after all");
    options_ = {};
    return;
  }
  FL_LOG(info, "xds: the call that reports on resources ended ({}); again in {} s", error,
         std::chrono::duration_cast<std::chrono::seconds>(kRetryTime).count());
  timer_.Arm(loop_.timers(), kRetryTime);
}

}  // namespace fairlead::xds
