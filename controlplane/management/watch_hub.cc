#include "controlplane/management/watch_hub.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "controlplane/model/resource_diff.h"
#include "fairlead/v1/management.pb.h"

namespace fairlead::control::management {
namespace {

using fairlead::v1::Revision;
using fairlead::v1::WatchEvent;
using model::Kind;

constexpr size_t kQueueMax = 256;
constexpr size_t kWatchersMax = 64;

}  // namespace

const model::StateEntry* Watcher::NextPresent() {
  for (; kind_index_ < model::kAllKinds.size(); ++kind_index_, entry_index_ = 0) {
    Kind kind = model::kAllKinds[kind_index_];
    if (Takes(kind) && entry_index_ < state_->All(kind).size()) {
      return state_->All(kind)[entry_index_++].get();
    }
  }
  return nullptr;
}

Watcher::Result Watcher::Next(absl::Duration timeout, WatchEvent& event) {
  event.Clear();
  if (is_closed()) return Result::kClosed;
  if (!is_synced_) {
    if (const model::StateEntry* entry = NextPresent()) {
      model::ToStoredResource(*entry, *event.mutable_present());
    } else {
      event.set_synced(true);
      is_synced_ = true;
      state_.reset();
    }
    return Result::kEvent;
  }
  std::shared_ptr<const Revision> revision;
  {
    absl::MutexLock lock(&mutex_);
    auto is_ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return closed_.has_value() || !queue_.empty();
    };
    mutex_.AwaitWithTimeout(absl::Condition(&is_ready), timeout);
    if (closed_.has_value()) return Result::kClosed;
    if (queue_.empty()) return Result::kIdle;
    revision = std::move(queue_.front());
    queue_.pop_front();
  }
  Revision& changed = *event.mutable_changed()->mutable_revision();
  changed = *revision;
  auto* diffs = changed.mutable_diffs();
  for (int i = diffs->size() - 1; i >= 0; --i) {
    if (!Takes(model::KindFromName((*diffs)[i].key().kind()))) diffs->DeleteSubrange(i, 1);
  }
  // Nothing of this kind: the caller asks again.
  return diffs->empty() && filter_.has_value() ? Result::kIdle : Result::kEvent;
}

absl::Status Watcher::status() const {
  absl::MutexLock lock(&mutex_);
  return closed_.value_or(absl::OkStatus());
}

bool Watcher::is_closed() const {
  absl::MutexLock lock(&mutex_);
  return closed_.has_value();
}

void Watcher::Push(const std::shared_ptr<const Revision>& revision) {
  absl::MutexLock lock(&mutex_);
  if (closed_.has_value()) return;
  if (queue_.size() >= kQueueMax) {
    queue_.clear();
    closed_ = absl::ResourceExhaustedError(
        absl::StrCat("the watch fell ", kQueueMax, " revisions behind; watch anew"));
    return;
  }
  queue_.push_back(revision);
}

void Watcher::Close(absl::Status status) {
  absl::MutexLock lock(&mutex_);
  if (!closed_.has_value()) closed_ = std::move(status);
}

absl::StatusOr<std::shared_ptr<Watcher>> WatchHub::Watch(std::shared_ptr<const model::State> state,
                                                         std::optional<Kind> kind) {
  absl::MutexLock lock(&mutex_);
  if (is_stopped_) return absl::UnavailableError("the control plane is stopping");
  std::erase_if(watchers_, [](const std::weak_ptr<Watcher>& watcher) { return watcher.expired(); });
  if (watchers_.size() >= kWatchersMax) {
    return absl::ResourceExhaustedError(
        absl::StrCat("there are ", kWatchersMax, " watchers already; allowed: ", kWatchersMax));
  }
  std::shared_ptr<Watcher> watcher(new Watcher(std::move(state), kind));
  watchers_.push_back(watcher);
  return watcher;
}

void WatchHub::Publish(std::shared_ptr<const Revision> revision) {
  absl::MutexLock lock(&mutex_);
  for (const std::weak_ptr<Watcher>& weak : watchers_) {
    if (std::shared_ptr<Watcher> watcher = weak.lock()) watcher->Push(revision);
  }
}

void WatchHub::Stop() {
  absl::MutexLock lock(&mutex_);
  is_stopped_ = true;
  for (const std::weak_ptr<Watcher>& weak : watchers_) {
    if (std::shared_ptr<Watcher> watcher = weak.lock()) {
      watcher->Close(absl::UnavailableError("the control plane is stopping"));
    }
  }
}

}  // namespace fairlead::control::management
