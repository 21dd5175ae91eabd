#include "controlplane/xds/snapshot_diff.h"

#include <algorithm>
#include <string>
#include <utility>

namespace fairlead::control::xds {
namespace {

TypeDiff DiffOfNames(const TypeResources& from, const TypeResources& to,
                     std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  TypeDiff diff;
  for (const std::string& name : names) {
    const auto* old = from.Find(name);
    const auto* now = to.Find(name);
    if (now == nullptr) {
      if (old != nullptr) diff.removed.push_back(*old);
    } else if (old == nullptr || (*old)->version != (*now)->version) {
      diff.changed.push_back(*now);
    }
  }
  return diff;
}

}  // namespace

TypeDiff ComputeDiff(const TypeResources& from, const TypeResources& to) {
  if (const auto* touched = to.TouchedSince(from)) return DiffOfNames(from, to, *touched);
  TypeDiff diff;
  auto old = from.map().begin();
  auto now = to.map().begin();
  while (old != from.map().end() || now != to.map().end()) {
    if (now == to.map().end() || (old != from.map().end() && old->first < now->first)) {
      diff.removed.push_back(old->second);
      ++old;
    } else if (old == from.map().end() || now->first < old->first) {
      diff.changed.push_back(now->second);
      ++now;
    } else {
      if (old->second != now->second && old->second->version != now->second->version) {
        diff.changed.push_back(now->second);
      }
      ++old;
      ++now;
    }
  }
  return diff;
}

std::shared_ptr<const TypeDiff> DiffCache::Get(const std::shared_ptr<const TypeResources>& from,
                                               const std::shared_ptr<const TypeResources>& to) {
  // Under the lock on purpose: all streams want the same diff right after a publish, and the second
  // one shall wait for the first one's result instead of computing it again.
  absl::MutexLock lock(&mutex_);
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (entry->from == from && entry->to == to) {
      entries_.splice(entries_.begin(), entries_, entry);
      return entry->diff;
    }
  }
  ++computed_;
  entries_.push_front({from, to, std::make_shared<const TypeDiff>(ComputeDiff(*from, *to))});
  if (entries_.size() > kKept) entries_.pop_back();
  return entries_.front().diff;
}

std::size_t DiffCache::computed() const {
  absl::MutexLock lock(&mutex_);
  return computed_;
}

}  // namespace fairlead::control::xds
