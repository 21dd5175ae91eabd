#include "controlplane/translate/route_table.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "envoy/config/route/v3/route.pb.h"

namespace fairlead::control::translate {
namespace {

using fairlead::v1::Listener;
using fairlead::v1::Route;

bool Carries(const Listener& listener, const Route& route) {
  return route.listeners().empty() || std::find(route.listeners().begin(), route.listeners().end(),
                                                listener.name()) != route.listeners().end();
}

// Null: the listener has no such route.
std::set<std::string> HostsOf(const Listener& listener, const model::EntryPtr& entry) {
  std::set<std::string> hosts;
  if (entry == nullptr) return hosts;
  const Route& route = entry->resource.route();
  if (!Carries(listener, route)) return hosts;
  for (const std::string& hostname : route.hostnames()) {
    hosts.insert(absl::AsciiStrToLower(hostname));
  }
  if (hosts.empty()) hosts.insert("*");
  return hosts;
}

bool HasLowerName(const model::EntryPtr& entry, const std::string& name) {
  return entry->key.name < name;
}

// Puts `entry` into the place of its name, or takes what is there away when it is null.
void Replace(RouteSet& routes, const std::string& name, const model::EntryPtr& entry) {
  auto at = std::lower_bound(routes.begin(), routes.end(), name, HasLowerName);
  const bool is_there = at != routes.end() && (*at)->key.name == name;
  if (is_there && entry != nullptr) {
    *at = entry;
  } else if (is_there) {
    routes.erase(at);
  } else if (entry != nullptr) {
    routes.insert(at, entry);
  }
}

}  // namespace

bool RouteTable::ByRoutes::Less(const RouteSet& a, const RouteSet& b) {
  return std::lexicographical_compare(
      a.begin(), a.end(), b.begin(), b.end(),
      [](const model::EntryPtr& x, const model::EntryPtr& y) { return x->key.name < y->key.name; });
}

RouteTable RouteTable::Of(const model::State& state, const Listener& listener) {
  std::vector<model::Change> changes;
  for (const model::EntryPtr& entry : state.All(model::Kind::kRoute)) {
    changes.push_back({entry->key, nullptr, entry});
  }
  return RouteTable().With(state, listener, changes);
}

RouteTable RouteTable::With(const model::State& state, const Listener& listener,
                            absl::Span<const model::Change> changes) const {
  // Each touched host, with its routes as they will be.
  std::map<std::string, RouteSet> touched;
  const auto routes_of = [&](const std::string& host) -> RouteSet& {
    auto [at, is_new] = touched.try_emplace(host);
    if (!is_new) return at->second;
    const auto group = by_host_.find(host);
    if (group != by_host_.end()) at->second = group->second->routes;
    return at->second;
  };
  for (const model::Change& change : changes) {
    for (const std::string& host : HostsOf(listener, change.before)) {
      Replace(routes_of(host), change.key.name, nullptr);
    }
    for (const std::string& host : HostsOf(listener, change.after)) {
      Replace(routes_of(host), change.key.name, change.after);
    }
  }
  RouteTable next = *this;
  std::map<RouteSet, std::set<std::string>, ByRoutes> regrouped;
  for (const auto& [host, routes] : touched) {
    if (!routes.empty()) regrouped[routes].insert(host);
    const auto old = next.by_host_.find(host);
    if (old == next.by_host_.end()) continue;
    const GroupPtr group = old->second;
    next.Remove(group);
    for (const std::string& other : group->hosts) {
      if (touched.find(other) == touched.end()) regrouped[group->routes].insert(other);
    }
  }
  for (auto& [routes, hosts] : regrouped) {
    const auto same = next.groups_.find(routes);
    if (same != next.groups_.end()) {
      const GroupPtr group = *same;
      hosts.insert(group->hosts.begin(), group->hosts.end());
      next.Remove(group);
    }
    next.Insert(MakeHostGroup(state, listener, routes, std::move(hosts)));
  }
  return next;
}

void RouteTable::Remove(const GroupPtr& group) {
  groups_.erase(group);
  for (const std::string& host : group->hosts) by_host_.erase(host);
}

void RouteTable::Insert(GroupPtr group) {
  for (const std::string& host : group->hosts) by_host_.emplace(host, group);
  groups_.insert(std::move(group));
}

size_t RouteTable::SharedWith(const RouteTable& other) const {
  size_t shared = 0;
  for (const GroupPtr& group : groups_) {
    const auto same = other.groups_.find(group);
    if (same != other.groups_.end() && *same == group) ++shared;
  }
  return shared;
}

std::string RouteTable::Serialize(const Listener& listener) const {
  envoy::config::route::v3::RouteConfiguration before;
  before.set_name(listener.name());
  envoy::config::route::v3::RouteConfiguration after;
  // "shop.example.com:8080" is the host "shop.example.com".
  after.set_ignore_port_in_host_matching(true);
  std::string bytes = before.SerializeAsString();
  const std::string rest = after.SerializeAsString();
  size_t size = bytes.size() + rest.size();
  for (const GroupPtr& group : groups_) size += group->element.size();
  bytes.reserve(size);
  for (const GroupPtr& group : groups_) bytes += group->element;
  return bytes += rest;
}

void RouteTable::AppendWarnings(const Listener& listener,
                                std::vector<std::string>& warnings) const {
  std::map<std::string, int> buckets;
  for (const GroupPtr& group : groups_) {
    warnings.insert(warnings.end(), group->warnings.begin(), group->warnings.end());
    for (const std::string& rule : group->buckets) ++buckets[rule];
  }
  for (const auto& [rule, count] : buckets) {
    if (count == 1) continue;
    warnings.push_back(absl::StrCat("listener '", listener.name(), "': the rate limit of rule ",
                                    rule, " counts separately for each of the ", count,
                                    " combinations of its matches and groups of hosts"));
  }
}

}  // namespace fairlead::control::translate
