// Pipeline's configuration dump, in Envoy's messages (admin/v3/config_dump.proto).

#include <set>

#include "dataplane/xds/pipeline.h"
#include "envoy/admin/v3/config_dump.pb.h"

namespace fairlead::xds {
namespace {

using envoy::admin::v3::ClientResourceStatus;
using envoy::admin::v3::UpdateFailureState;
using google::protobuf::Any;
using google::protobuf::Timestamp;

void SetTime(event::WallTime at, Timestamp& out) {
  const auto since_epoch = at.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
  out.set_seconds(seconds.count());
  out.set_nanos(static_cast<int32_t>((since_epoch - seconds).count()));
}

void SetAny(ResourceType type, const std::string& bytes, Any& out) {
  out.set_type_url(std::string(TypeUrl(type)));
  out.set_value(bytes);
}

void SetFailure(const TypeStatus::Rejected& rejected, UpdateFailureState& out) {
  out.set_details(rejected.error);
  out.set_version_info(rejected.version);
  SetTime(rejected.at, *out.mutable_last_update_attempt());
}

// The names of what was accepted or refused, sorted, so that a dump can be compared.
class Names {
 public:
  Names(const TypeStatus& status, std::string_view contains) {
    for (const auto& [name, accepted] : status.accepted()) Add(name, contains);
    for (const auto& [name, rejected] : status.rejected()) Add(name, contains);
  }
  auto begin() const { return names_.begin(); }
  auto end() const { return names_.end(); }

 private:
  void Add(const std::string& name, std::string_view contains) {
    if (name.find(contains) != std::string::npos) names_.insert(name);
  }
  std::set<std::string> names_;
};

const TypeStatus::Rejected* FindRejected(const TypeStatus& status, const std::string& name) {
  const auto it = status.rejected().find(name);
  return it == status.rejected().end() ? nullptr : &it->second;
}

// The fields that a dynamic cluster, route configuration and load assignment have in common.
template <typename Entry>
void FillDynamic(ResourceType type, const TypeStatus::Accepted* accepted,
                 const TypeStatus::Rejected* rejected, Any& resource, Entry& entry) {
  if (accepted != nullptr) {
    entry.set_version_info(accepted->version);
    SetAny(type, accepted->bytes, resource);
    SetTime(accepted->at, *entry.mutable_last_updated());
    entry.set_client_status(ClientResourceStatus::ACKED);
  }
  if (rejected != nullptr) {
    SetFailure(*rejected, *entry.mutable_error_state());
    entry.set_client_status(ClientResourceStatus::NACKED);
  }
}

void DumpClusters(const TypeStatus& status, const Clusters& clusters, std::string_view contains,
                  Any& out) {
  envoy::admin::v3::ClustersConfigDump dump;
  dump.set_version_info(status.counters.version_text);
  for (const std::string& name : Names(status, contains)) {
    const TypeStatus::Accepted* accepted = status.Find(name);
    if (accepted != nullptr && accepted->is_static) {
      auto& entry = *dump.add_static_clusters();
      SetAny(ResourceType::kCluster, accepted->bytes, *entry.mutable_cluster());
      SetTime(accepted->at, *entry.mutable_last_updated());
      continue;
    }
    auto& entry = clusters.IsWarming(name) ? *dump.add_dynamic_warming_clusters()
                                           : *dump.add_dynamic_active_clusters();
    Any resource;
    FillDynamic(ResourceType::kCluster, accepted, FindRejected(status, name), resource, entry);
    if (accepted != nullptr) *entry.mutable_cluster() = std::move(resource);
  }
  out.PackFrom(dump);
}

void DumpListeners(const TypeStatus& status, const Listeners& listeners, std::string_view contains,
                   Any& out) {
  envoy::admin::v3::ListenersConfigDump dump;
  dump.set_version_info(status.counters.version_text);
  for (const std::string& name : Names(status, contains)) {
    const TypeStatus::Accepted* accepted = status.Find(name);
    if (accepted != nullptr && accepted->is_static) {
      auto& entry = *dump.add_static_listeners();
      SetAny(ResourceType::kListener, accepted->bytes, *entry.mutable_listener());
      SetTime(accepted->at, *entry.mutable_last_updated());
      continue;
    }
    auto& entry = *dump.add_dynamic_listeners();
    entry.set_name(name);
    if (accepted != nullptr) {
      auto& state = listeners.IsWarming(name) ? *entry.mutable_warming_state()
                                              : *entry.mutable_active_state();
      state.set_version_info(accepted->version);
      SetAny(ResourceType::kListener, accepted->bytes, *state.mutable_listener());
      SetTime(accepted->at, *state.mutable_last_updated());
      entry.set_client_status(ClientResourceStatus::ACKED);
    }
    if (const auto* rejected = FindRejected(status, name)) {
      SetFailure(*rejected, *entry.mutable_error_state());
      entry.set_client_status(ClientResourceStatus::NACKED);
    }
  }
  out.PackFrom(dump);
}

void DumpRoutes(const TypeStatus& status, std::string_view contains, Any& out) {
  envoy::admin::v3::RoutesConfigDump dump;
  for (const std::string& name : Names(status, contains)) {
    auto& entry = *dump.add_dynamic_route_configs();
    Any resource;
    const TypeStatus::Accepted* accepted = status.Find(name);
    FillDynamic(ResourceType::kRoute, accepted, FindRejected(status, name), resource, entry);
    if (accepted != nullptr) *entry.mutable_route_config() = std::move(resource);
  }
  out.PackFrom(dump);
}

void DumpEndpoints(const TypeStatus& status, std::string_view contains, Any& out) {
  envoy::admin::v3::EndpointsConfigDump dump;
  for (const std::string& name : Names(status, contains)) {
    auto& entry = *dump.add_dynamic_endpoint_configs();
    Any resource;
    const TypeStatus::Accepted* accepted = status.Find(name);
    FillDynamic(ResourceType::kEndpoint, accepted, FindRejected(status, name), resource, entry);
    if (accepted != nullptr) *entry.mutable_endpoint_config() = std::move(resource);
  }
  out.PackFrom(dump);
}

}  // namespace

void Pipeline::Dump(bool with_endpoints, std::string_view name_contains,
                    envoy::admin::v3::ConfigDump& dump) const {
  DumpClusters(context_.status[ResourceType::kCluster], clusters_, name_contains,
               *dump.add_configs());
  if (with_endpoints) {
    DumpEndpoints(context_.status[ResourceType::kEndpoint], name_contains, *dump.add_configs());
  }
  DumpListeners(context_.status[ResourceType::kListener], listeners_, name_contains,
                *dump.add_configs());
  DumpRoutes(context_.status[ResourceType::kRoute], name_contains, *dump.add_configs());
}

}  // namespace fairlead::xds
