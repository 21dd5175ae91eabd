#include "dataplane/xds/type_status.h"

#include <utility>

#include "google/protobuf/message.h"

namespace fairlead::xds {

void TypeStatus::Accept(Resource resource, bool is_static, event::WallTime now) {
  if (const auto it = rejected_.find(resource.name); it != rejected_.end()) rejected_.erase(it);
  Accepted& accepted = accepted_[std::move(resource.name)];
  accepted.version = std::move(resource.version);
  accepted.bytes = std::move(resource.bytes);
  accepted.hash = resource.hash;
  accepted.at = now;
  accepted.is_static = is_static;
}

void TypeStatus::Confirm(const Resource& resource, event::WallTime now) {
  if (const auto it = rejected_.find(resource.name); it != rejected_.end()) rejected_.erase(it);
  const auto it = accepted_.find(resource.name);
  if (it == accepted_.end() || it->second.version == resource.version) return;
  it->second.version = resource.version;
  it->second.at = now;
}

void TypeStatus::Reject(const std::string& name, const std::string& version, std::string_view error,
                        event::WallTime now) {
  const bool is_known = rejected_.count(name) > 0;
  if (!is_known && rejected_.size() >= kRejectedMax) return;
  rejected_[name] = {version, std::string(error), now};
}

void TypeStatus::Remove(std::string_view name) {
  if (const auto it = rejected_.find(name); it != rejected_.end()) rejected_.erase(it);
  if (const auto it = accepted_.find(name); it != accepted_.end()) accepted_.erase(it);
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
