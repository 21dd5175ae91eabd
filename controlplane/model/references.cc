#include "controlplane/model/references.h"

#include <arpa/inet.h>

#include <array>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fairlead::control::model {
namespace {

using Callback = absl::FunctionRef<void(ResourceKey, std::string)>;
using Names = google::protobuf::RepeatedPtrField<std::string>;

void EachName(Kind kind, const Names& names, const std::string& field, Callback callback) {
  for (int i = 0; i < names.size(); ++i) {
    callback({kind, names[i]}, absl::StrCat(field, "[", i, "]"));
  }
}

void EachOfRoute(const fairlead::v1::Route& route, Callback callback) {
  EachName(Kind::kListener, route.listeners(), "listeners", callback);
  EachName(Kind::kPolicy, route.policies(), "policies", callback);
  for (int i = 0; i < route.rules_size(); ++i) {
    const fairlead::v1::Rule& rule = route.rules(i);
    std::string path = absl::StrCat("rules[", i, "]");
    EachName(Kind::kPolicy, rule.policies(), path + ".policies", callback);
    for (int k = 0; k < rule.forward().backends_size(); ++k) {
      callback({Kind::kService, rule.forward().backends(k).service()},
               absl::StrCat(path, ".forward.backends[", k, "].service"));
    }
  }
}

// One spelling for each address.
std::string NormalAddress(const std::string& address) {
  if (address.empty()) return "0.0.0.0";
  std::array<unsigned char, 16> bytes;
  std::array<char, INET6_ADDRSTRLEN> text;
  if (inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return address;
  return inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
}

void CheckAddresses(const State& proposed, absl::Span<const Change> changes, Problems& problems) {
  std::set<absl::string_view> changed;
  for (const Change& change : changes) {
    if (change.key.kind == Kind::kListener && change.after != nullptr) {
      changed.insert(change.key.name);
    }
  }
  if (changed.empty()) return;
  std::map<std::pair<std::string, uint32_t>, const StateEntry*> used;
  for (const EntryPtr& entry : proposed.All(Kind::kListener)) {
    const fairlead::v1::Listener& listener = entry->resource.listener();
    auto [it, is_new] =
        used.try_emplace({NormalAddress(listener.address()), listener.port()}, entry.get());
    if (is_new) continue;
    // Blame the one that came with this change.
    bool blame_this = changed.contains(entry->key.name);
    const StateEntry& blamed = blame_this ? *entry : *it->second;
    const StateEntry& other = blame_this ? *it->second : *entry;
    problems.Add(blamed.key, "port",
                 absl::StrCat(it->first.first, ":", it->first.second, " is used by ",
                              other.key.ToString(), " already"));
  }
}

}  // namespace

void ForEachReference(const fairlead::v1::Resource& resource, Callback callback) {
  if (resource.has_listener()) {
    EachName(Kind::kPolicy, resource.listener().policies(), "policies", callback);
  } else if (resource.has_route()) {
    EachOfRoute(resource.route(), callback);
  }
}

void CheckReferences(const State& proposed, absl::Span<const Change> changes, Problems& problems) {
  std::set<ResourceKey> changed;
  std::set<ResourceKey> deleted;
  for (const Change& change : changes) {
    (change.after == nullptr ? deleted : changed).insert(change.key);
  }
  auto check = [&](const StateEntry& entry) {
    ForEachReference(entry.resource, [&](ResourceKey target, std::string field) {
      if (problems.full() || proposed.Find(target) != nullptr) return;
      problems.Add(entry.key, std::move(field),
                   absl::StrCat("refers to ", target.ToString(),
                                deleted.contains(target) ? ", which would be deleted"
                                                         : ", which does not exist"));
    });
  };
  for (const Change& change : changes) {
    if (change.after != nullptr) check(*change.after);
  }
  if (!deleted.empty()) {
    for (Kind kind : {Kind::kListener, Kind::kRoute}) {
      for (const EntryPtr& entry : proposed.All(kind)) {
        if (!changed.contains(entry->key)) check(*entry);
      }
    }
  }
  CheckAddresses(proposed, changes, problems);
}

}  // namespace fairlead::control::model
