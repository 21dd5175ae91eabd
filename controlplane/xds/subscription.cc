#include "controlplane/xds/subscription.h"

#include <utility>

#include "absl/container/flat_hash_set.h"

namespace fairlead::control::xds {
namespace {

constexpr std::string_view kWildcard = "*";

}  // namespace

Subscription::Growth Subscription::SetNames(const std::vector<std::string_view>& list,
                                            bool empty_means_all) {
  Growth growth;
  bool wildcard = false;
  NameSet names;
  for (const std::string_view name : list) {
    if (name == kWildcard) {
      wildcard = true;
    } else if (names.emplace(name).second && !names_.contains(name)) {
      growth.names.emplace_back(name);
    }
  }
  if (list.empty()) {
    wildcard = empty_means_all && !was_named_;
  } else {
    was_named_ = true;
  }
  growth.wildcard = wildcard && !wildcard_;
  wildcard_ = wildcard;
  names_ = std::move(names);
  return growth;
}

void Subscription::Shrink(const std::vector<std::string_view>& list) {
  const absl::flat_hash_set<std::string_view, NameHash> kept(list.begin(), list.end());
  if (!list.empty() && !kept.contains(kWildcard)) wildcard_ = false;
  absl::erase_if(names_, [&kept](const std::string& name) { return !kept.contains(name); });
}

bool Subscription::Subscribe(std::string_view name) {
  if (name == kWildcard) return !std::exchange(wildcard_, true);
  return names_.emplace(name).second;
}

bool Subscription::Unsubscribe(std::string_view name) {
  if (name == kWildcard) return std::exchange(wildcard_, false);
  return names_.erase(name) != 0;
}

}  // namespace fairlead::control::xds
