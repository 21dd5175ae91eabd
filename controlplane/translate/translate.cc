#include "controlplane/translate/translate.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "controlplane/model/references.h"
#include "controlplane/translate/cluster.h"
#include "controlplane/translate/listener.h"
#include "controlplane/translate/route_action.h"
#include "controlplane/xds/type_table.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/config/listener/v3/listener.pb.h"

namespace fairlead::control::translate {
namespace {

using model::EntryPtr;
using model::Kind;
using model::State;

constexpr size_t kWarningsMax = 50;
// More does not fit into one gRPC message that Envoy and we accept by default.
constexpr size_t kRouteConfigurationBytesMax = 64 << 20;

class Translator {
 public:
  Translator(std::shared_ptr<const State> state, const Translation* last);

  absl::StatusOr<Translation> Run();

 private:
  void PutService(const fairlead::v1::Service& service);
  void PutListener(const fairlead::v1::Listener& listener);
  void Remove(const model::ResourceKey& key);
  void PutAll();
  void PutChanges();
  // What of the routes may look different now: those that changed, and those that name something
  // whose change shows in them.
  std::vector<model::Change> RouteChanges() const;
  bool IsTouched(const model::StateEntry& listener) const;
  absl::Status PutRoutes(const fairlead::v1::Listener& listener,
                         absl::Span<const model::Change> changes);
  absl::Status PutAllRoutes();
  void CollectWarnings();

  const State& state_;
  const Translation* const last_;
  // Since `last_`.
  std::vector<model::Change> changes_;
  std::shared_ptr<xds::Snapshot> snapshot_;
  Translation result_;
};

Translator::Translator(std::shared_ptr<const State> state, const Translation* last)
    : state_(*state), last_(last) {
  result_.state = std::move(state);
  if (last_ == nullptr) {
    snapshot_ = std::make_shared<xds::Snapshot>();
    return;
  }
  snapshot_ = std::make_shared<xds::Snapshot>(*last_->snapshot);
  result_.tables = last_->tables;
  changes_ = model::ChangesBetween(*last_->state, state_);
}

void Translator::PutService(const fairlead::v1::Service& service) {
  envoy::config::cluster::v3::Cluster cluster;
  ToCluster(service, cluster);
  snapshot_->Add(xds::kClusterType, service.name(), cluster);
  if (service.has_dns()) {
    snapshot_->Remove(xds::kEndpointType, service.name());
    return;
  }
  envoy::config::endpoint::v3::ClusterLoadAssignment assignment;
  ToLoadAssignment(service, assignment);
  snapshot_->Add(xds::kEndpointType, service.name(), assignment);
}

void Translator::PutListener(const fairlead::v1::Listener& listener) {
  envoy::config::listener::v3::Listener translated;
  ToListener(listener, translated);
  snapshot_->Add(xds::kListenerType, listener.name(), translated);
}

void Translator::Remove(const model::ResourceKey& key) {
  if (key.kind == Kind::kService) {
    snapshot_->Remove(xds::kClusterType, key.name);
    snapshot_->Remove(xds::kEndpointType, key.name);
  } else if (key.kind == Kind::kListener) {
    snapshot_->Remove(xds::kListenerType, key.name);
    snapshot_->Remove(xds::kRouteType, key.name);
    result_.tables.erase(key.name);
  }
}

void Translator::PutAll() {
  for (const EntryPtr& entry : state_.All(Kind::kService)) PutService(entry->resource.service());
  for (const EntryPtr& entry : state_.All(Kind::kListener)) {
    PutListener(entry->resource.listener());
  }
}

void Translator::PutChanges() {
  for (const model::Change& change : changes_) {
    if (change.after == nullptr) {
      Remove(change.key);
    } else if (change.key.kind == Kind::kService) {
      PutService(change.after->resource.service());
    } else if (change.key.kind == Kind::kListener) {
      PutListener(change.after->resource.listener());
    }
  }
}

// What of a service shows in the routes.
std::string LoadBalancingOf(const EntryPtr& entry) {
  return entry == nullptr ? "" : entry->resource.service().load_balancing().SerializeAsString();
}

std::vector<model::Change> Translator::RouteChanges() const {
  std::vector<model::Change> routes;
  absl::flat_hash_set<model::ResourceKey> changed;
  bool has_other = false;
  for (const model::Change& change : changes_) {
    if (change.key.kind == Kind::kRoute) routes.push_back(change);
    if (change.key.kind == Kind::kService &&
        LoadBalancingOf(change.before) == LoadBalancingOf(change.after)) {
      continue;
    }
    changed.insert(change.key);
    has_other |= change.key.kind == Kind::kService || change.key.kind == Kind::kPolicy;
  }
  if (!has_other) return routes;
  for (const EntryPtr& entry : state_.All(Kind::kRoute)) {
    if (changed.contains(entry->key)) continue;
    bool is_touched = false;
    model::ForEachReference(entry->resource,
                            [&](const model::ResourceKey& key, const std::string&) {
                              is_touched |= key.kind != Kind::kListener && changed.contains(key);
                            });
    if (is_touched) routes.push_back({entry->key, entry, entry});
  }
  return routes;
}

// What a listener says, and what its policies say, holds for all of its routes.
bool Translator::IsTouched(const model::StateEntry& listener) const {
  bool is_touched = last_->state->Find(listener.key).get() != &listener;
  model::ForEachReference(listener.resource,
                          [&](const model::ResourceKey& key, const std::string&) {
                            is_touched |= last_->state->Find(key) != state_.Find(key);
                          });
  return is_touched;
}

absl::Status Translator::PutRoutes(const fairlead::v1::Listener& listener,
                                   absl::Span<const model::Change> changes) {
  std::shared_ptr<const RouteTable>& table = result_.tables[listener.name()];
  table = std::make_shared<const RouteTable>(
      table == nullptr ? RouteTable::Of(state_, listener) : table->With(state_, listener, changes));
  const std::string bytes = table->Serialize(listener);
  if (bytes.size() > kRouteConfigurationBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("Listener '", listener.name(), "': its routes take ", bytes.size(),
                     " bytes; allowed: ", kRouteConfigurationBytesMax));
  }
  snapshot_->AddSerialized(xds::kRouteType, listener.name(), bytes);
  return absl::OkStatus();
}

absl::Status Translator::PutAllRoutes() {
  const std::vector<model::Change> changes =
      last_ == nullptr ? std::vector<model::Change>() : RouteChanges();
  for (const EntryPtr& listener : state_.All(Kind::kListener)) {
    const bool starts_anew = last_ == nullptr || IsTouched(*listener);
    if (starts_anew) result_.tables.erase(listener->key.name);
    if (!starts_anew && changes.empty()) continue;
    absl::Status status = PutRoutes(listener->resource.listener(), changes);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

void Translator::CollectWarnings() {
  std::vector<std::string>& warnings = result_.warnings;
  for (const EntryPtr& entry : state_.All(Kind::kListener)) {
    result_.tables[entry->key.name]->AppendWarnings(entry->resource.listener(), warnings);
  }
  for (const EntryPtr& entry : state_.All(Kind::kRoute)) {
    const fairlead::v1::Route& route = entry->resource.route();
    for (int i = 0; i < route.rules_size(); ++i) {
      const std::string warning = HashWarning(state_, route.rules(i));
      if (warning.empty()) continue;
      warnings.push_back(absl::StrCat("rule ", RuleName(route, i), ": ", warning));
    }
  }
  if (warnings.size() <= kWarningsMax) return;
  const size_t more = warnings.size() - kWarningsMax;
  warnings.resize(kWarningsMax);
  warnings.push_back(absl::StrCat("... and ", more, " more"));
}

absl::StatusOr<Translation> Translator::Run() {
  snapshot_->revision = state_.revision();
  if (last_ == nullptr) {
    PutAll();
  } else {
    PutChanges();
  }
  absl::Status status = PutAllRoutes();
  if (!status.ok()) return status;
  CollectWarnings();
  result_.snapshot = std::move(snapshot_);
  return std::move(result_);
}

}  // namespace

absl::StatusOr<Translation> Translate(std::shared_ptr<const State> state, const Translation* last) {
  return Translator(std::move(state), last).Run();
}

}  // namespace fairlead::control::translate
