#include "controlplane/fleet/resource_reports.h"

namespace fairlead::control::fleet {
namespace {

using fairlead::v1::ResourceCounts;
using fairlead::v1::ResourceReport;
using fairlead::v1::ResourceStatus;

void Cut(std::string& text) {
  if (text.size() > ResourceReports::kTextBytesMax) text.resize(ResourceReports::kTextBytesMax);
}

ResourceStatus Bounded(const ResourceStatus& resource) {
  ResourceStatus kept = resource;
  for (std::string* text :
       {kept.mutable_type_url(), kept.mutable_name(), kept.mutable_version(),
        kept.mutable_older_live_version(), kept.mutable_rejected_version(), kept.mutable_error()}) {
    Cut(*text);
  }
  return kept;
}

}  // namespace

void ResourceReports::Apply(CallId call, std::string_view address,
                            const fairlead::v1::ResourceStatusReport& report) {
  absl::MutexLock lock(&mutex_);
  const auto [found, is_new] = entries_.try_emplace(call);
  Entry& entry = found->second;
  if (is_new) {
    entry.node_id = report.node_id();
    Cut(entry.node_id);
    entry.address = std::string(address);
  }
  entry.at = clock_();
  entry.counts.Clear();
  for (int i = 0; i < report.counts_size() && i < kTypesMax; ++i) {
    ResourceCounts& counts = *entry.counts.Add();
    counts = report.counts(i);
    Cut(*counts.mutable_type_url());
  }
  for (const ResourceStatus& resource : report.changed()) {
    ResourceStatus kept = Bounded(resource);
    const Key key(kept.type_url(), kept.name());
    if (kept.is_live() && kept.error().empty()) {
      entry.not_live.erase(key);
    } else if (entry.not_live.contains(key) || entry.not_live.size() < kNotLiveMax) {
      entry.not_live[key] = std::move(kept);
    }
  }
  for (const auto& key : report.removed()) entry.not_live.erase({key.type_url(), key.name()});
}

void ResourceReports::Disconnect(CallId call) {
  absl::MutexLock lock(&mutex_);
  entries_.erase(call);
}

std::shared_ptr<const ResourceReport> ResourceReports::Find(std::string_view node_id,
                                                            std::string_view address) const {
  absl::MutexLock lock(&mutex_);
  const Entry* found = nullptr;
  for (const auto& [call, entry] : entries_) {
    if (entry.node_id != node_id) continue;
    if (found == nullptr || entry.address == address) found = &entry;
    if (entry.address == address) break;
  }
  if (found == nullptr) return nullptr;
  auto report = std::make_shared<ResourceReport>();
  *report->mutable_counts() = found->counts;
  for (const auto& [key, resource] : found->not_live) *report->add_not_live() = resource;
  const std::int64_t seconds = absl::ToUnixSeconds(found->at);
  report->mutable_reported_at()->set_seconds(seconds);
  report->mutable_reported_at()->set_nanos(static_cast<std::int32_t>(
      absl::ToInt64Nanoseconds(found->at - absl::FromUnixSeconds(seconds))));
  return report;
}

}  // namespace fairlead::control::fleet
