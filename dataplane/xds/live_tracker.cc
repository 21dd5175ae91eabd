#include "dataplane/xds/live_tracker.h"

namespace fairlead::xds {

// What outlives the tracker in work that was posted, or is kept by the sink.
struct LiveTracker::Anchor {
  LiveTracker* tracker;  // Null once it is gone. Configuration thread only.
};

LiveTracker::LiveTracker(ConfigSink& sink, PerType<TypeStatus>& status,
                         const event::TimeSource& time, Post post)
    : sink_(sink),
      status_(status),
      time_(time),
      post_(std::move(post)),
      anchor_(std::make_shared<Anchor>(Anchor{this})) {}

LiveTracker::~LiveTracker() { anchor_->tracker = nullptr; }

void LiveTracker::Published(ResourceType type, std::string_view name) {
  published_.emplace_back(type, name);
  Schedule();
}

void LiveTracker::PublishedNames(std::string_view cluster) {
  published_names_.emplace_back(cluster);
  Schedule();
}

void LiveTracker::Schedule() {
  if (std::exchange(is_scheduled_, true)) return;
  post_([anchor = anchor_] {
    if (anchor->tracker != nullptr) anchor->tracker->Look();
  });
}

void LiveTracker::Look() {
  is_scheduled_ = false;
  std::vector<Version> versions;
  for (auto& [type, name] : std::exchange(published_, {})) {
    const TypeStatus::Accepted* accepted = status_[type].Find(name);
    if (accepted == nullptr) continue;
    versions.push_back({type, std::move(name), accepted->version, accepted->hash});
  }
  if (!versions.empty()) Await("", std::move(versions));
  for (std::string& name : std::exchange(published_names_, {})) {
    const TypeStatus::Accepted* accepted = status_[ResourceType::kCluster].Find(name);
    if (accepted == nullptr) continue;
    Await(name, {{ResourceType::kCluster, name, accepted->version, accepted->hash}});
  }
}

void LiveTracker::Await(const std::string& cluster, std::vector<Version> versions) {
  auto kept = std::make_shared<const std::vector<Version>>(std::move(versions));
  sink_.WhenLive(cluster, [post = post_, anchor = anchor_, kept = std::move(kept)] {
    post([anchor, kept] {
      if (anchor->tracker != nullptr) anchor->tracker->OnLive(*kept);
    });
  });
}

void LiveTracker::OnLive(const std::vector<Version>& versions) {
  for (const auto& [type, name, version, hash] : versions) {
    if (type == ResourceType::kListener) {
      if (const std::string fault = sink_.ListenerFault(name); !fault.empty()) {
        status_[type].Reject(name, version, fault, time_.Wall());
        continue;
      }
    }
    status_[type].SetLive(name, version, hash, time_.Wall());
  }
}

}  // namespace fairlead::xds
