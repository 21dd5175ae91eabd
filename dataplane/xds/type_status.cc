#include "dataplane/xds/type_status.h"

#include <utility>

#include "google/protobuf/message.h"

namespace fairlead::xds {

void TypeStatus::Leave(const Accepted& accepted) {
  if (accepted.is_static) --static_count_;
  if (!accepted.is_static && accepted.live == Live::kThis) --live_count_;
}

void TypeStatus::Enter(const Accepted& accepted) {
  if (accepted.is_static) ++static_count_;
  if (!accepted.is_static && accepted.live == Live::kThis) ++live_count_;
}

void TypeStatus::NoteChange(std::string_view name) {
  if (on_change_ == nullptr) return;
  const bool is_first = changed_.empty();
  changed_.emplace(name);
  if (is_first) on_change_();
}

void TypeStatus::Accept(Resource resource, bool is_static, event::WallTime now) {
  if (!is_static) NoteChange(resource.name);
  ++revision_;
  if (const auto it = rejected_.find(resource.name); it != rejected_.end()) rejected_.erase(it);
  const auto [it, is_new] = accepted_.try_emplace(std::move(resource.name));
  Accepted& accepted = it->second;
  if (!is_new) Leave(accepted);
  if (accepted.live == Live::kThis) {
    accepted.live = Live::kOlder;
    accepted.older_version = std::move(accepted.version);
  }
  accepted.version = std::move(resource.version);
  accepted.bytes = std::move(resource.bytes);
  accepted.hash = resource.hash;
  accepted.at = now;
  accepted.is_static = is_static;
  Enter(accepted);
}

void TypeStatus::Confirm(Accepted& accepted, const Resource& resource, event::WallTime now) {
  if (const auto it = rejected_.find(resource.name); it != rejected_.end()) {
    rejected_.erase(it);
    NoteChange(resource.name);
  }
  if (accepted.version == resource.version) return;
  // Not told as a change: in a response that holds every resource each has the response's version.
  accepted.version = resource.version;
  accepted.at = now;
}

void TypeStatus::Confirm(const Resource& resource, event::WallTime now) {
  const auto it = accepted_.find(resource.name);
  if (it != accepted_.end()) Confirm(it->second, resource, now);
}

bool TypeStatus::ConfirmIfSame(const Resource& resource, event::WallTime now) {
  const auto it = accepted_.find(resource.name);
  if (it == accepted_.end() || it->second.is_static) return false;
  if (!(it->second.hash == resource.hash)) return false;
  Confirm(it->second, resource, now);
  return true;
}

void TypeStatus::Reject(const std::string& name, const std::string& version, std::string_view error,
                        event::WallTime now) {
  const bool is_known = rejected_.count(name) > 0;
  if (!is_known && rejected_.size() >= kRejectedMax) return;
  rejected_[name] = {version, std::string(error), now};
  NoteChange(name);
}

void TypeStatus::Remove(std::string_view name) {
  NoteChange(name);
  if (const auto it = rejected_.find(name); it != rejected_.end()) rejected_.erase(it);
  const auto it = accepted_.find(name);
  if (it == accepted_.end()) return;
  ++revision_;
  Leave(it->second);
  accepted_.erase(it);
}

void TypeStatus::Forget(std::string_view name) {
  const auto it = rejected_.find(name);
  if (it == rejected_.end()) return;
  rejected_.erase(it);
  NoteChange(name);
}

void TypeStatus::ForgetAllBut(absl::FunctionRef<bool(std::string_view name)> is_present) {
  for (auto it = rejected_.begin(); it != rejected_.end();) {
    const auto rejected = it++;
    if (!is_present(rejected->first)) Forget(std::string(rejected->first));
  }
}

void TypeStatus::SetLive(std::string_view name, const std::string& version, const ContentHash& hash,
                         event::WallTime now) {
  const auto it = accepted_.find(name);
  if (it == accepted_.end()) return;
  Accepted& accepted = it->second;
  Leave(accepted);
  // Not by the version: the same bytes may have come again under another meanwhile.
  const bool is_this = accepted.hash == hash;
  accepted.live = is_this ? Live::kThis : Live::kOlder;
  accepted.older_version = is_this ? "" : version;
  accepted.live_since = now;
  Enter(accepted);
  if (!accepted.is_static) NoteChange(name);
}

void TypeStatus::Watch(std::function<void()> on_change) {
  changed_.clear();
  on_change_ = std::move(on_change);
  if (on_change_ == nullptr) return;
  for (const auto& [name, accepted] : accepted_) {
    if (!accepted.is_static) NoteChange(name);
  }
  for (const auto& [name, rejected] : rejected_) NoteChange(name);
}

std::vector<std::string> TypeStatus::TakeChanges(size_t count) {
  std::vector<std::string> names;
  while (names.size() < count && !changed_.empty()) {
    names.push_back(*changed_.begin());
    changed_.erase(changed_.begin());
  }
  return names;
}

const TypeStatus::Accepted* TypeStatus::Find(std::string_view name) const {
  const auto it = accepted_.find(name);
  return it == accepted_.end() ? nullptr : &it->second;
}

bool TypeStatus::Parse(std::string_view name, google::protobuf::Message& message) const {
  const Accepted* accepted = Find(name);
  return accepted != nullptr && message.ParseFromString(accepted->bytes);
}

}  // namespace fairlead::xds
