#include "controlplane/translate/translate.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "controlplane/translate/cluster.h"
#include "controlplane/translate/listener.h"
#include "controlplane/translate/route_table.h"
#include "controlplane/xds/type_table.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/config/route/v3/route.pb.h"

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
  Translator(const State& state, const Translation* last) : state_(state), last_(last) {}

  absl::Status Run();
  std::shared_ptr<xds::Snapshot> TakeSnapshot() { return std::move(snapshot_); }
  std::vector<std::string> TakeWarnings() { return std::move(warnings_); }

 private:
  void PutService(const fairlead::v1::Service& service);
  void PutListener(const fairlead::v1::Listener& listener);
  absl::Status PutRoutes(const fairlead::v1::Listener& listener);
  void Remove(const model::ResourceKey& key);
  // Says whether the routes have to be translated again.
  bool PutChanges();
  void PutAll();

  const State& state_;
  const Translation* const last_;
  std::shared_ptr<xds::Snapshot> snapshot_;
  std::vector<std::string> warnings_;
};

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

absl::Status Translator::PutRoutes(const fairlead::v1::Listener& listener) {
  envoy::config::route::v3::RouteConfiguration routes;
  ToRouteConfiguration(state_, listener, routes, warnings_);
  if (routes.ByteSizeLong() > kRouteConfigurationBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("Listener '", listener.name(), "': its routes take ", routes.ByteSizeLong(),
                     " bytes; allowed: ", kRouteConfigurationBytesMax));
  }
  snapshot_->Add(xds::kRouteType, listener.name(), routes);
  return absl::OkStatus();
}

void Translator::Remove(const model::ResourceKey& key) {
  if (key.kind == Kind::kService) {
    snapshot_->Remove(xds::kClusterType, key.name);
    snapshot_->Remove(xds::kEndpointType, key.name);
  } else if (key.kind == Kind::kListener) {
    snapshot_->Remove(xds::kListenerType, key.name);
    snapshot_->Remove(xds::kRouteType, key.name);
  }
}

// What of a service shows in the routes.
std::string LoadBalancingOf(const EntryPtr& entry) {
  return entry == nullptr ? "" : entry->resource.service().load_balancing().SerializeAsString();
}

bool Translator::PutChanges() {
  bool touches_routes = false;
  for (const model::Change& change : model::ChangesBetween(*last_->state, state_)) {
    touches_routes |= change.key.kind != Kind::kService ||
                      LoadBalancingOf(change.before) != LoadBalancingOf(change.after);
    if (change.after == nullptr) {
      Remove(change.key);
    } else if (change.key.kind == Kind::kService) {
      PutService(change.after->resource.service());
    } else if (change.key.kind == Kind::kListener) {
      PutListener(change.after->resource.listener());
    }
  }
  return touches_routes;
}

void Translator::PutAll() {
  for (const EntryPtr& entry : state_.All(Kind::kService)) PutService(entry->resource.service());
  for (const EntryPtr& entry : state_.All(Kind::kListener)) {
    PutListener(entry->resource.listener());
  }
}

absl::Status Translator::Run() {
  bool touches_routes = true;
  if (last_ == nullptr) {
    snapshot_ = std::make_shared<xds::Snapshot>();
    PutAll();
  } else {
    snapshot_ = std::make_shared<xds::Snapshot>(*last_->snapshot);
    touches_routes = PutChanges();
  }
  snapshot_->revision = state_.revision();
  if (!touches_routes) {
    warnings_ = last_->warnings;
    return absl::OkStatus();
  }
  for (const EntryPtr& entry : state_.All(Kind::kListener)) {
    absl::Status status = PutRoutes(entry->resource.listener());
    if (!status.ok()) return status;
  }
  if (warnings_.size() > kWarningsMax) {
    size_t more = warnings_.size() - kWarningsMax;
    warnings_.resize(kWarningsMax);
    warnings_.push_back(absl::StrCat("... and ", more, " more"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Translation> Translate(std::shared_ptr<const State> state, const Translation* last) {
  Translator translator(*state, last);
  absl::Status status = translator.Run();
  if (!status.ok()) return status;
  return Translation{std::move(state), translator.TakeSnapshot(), translator.TakeWarnings()};
}

}  // namespace fairlead::control::translate
