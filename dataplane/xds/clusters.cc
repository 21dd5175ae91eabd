#include "dataplane/xds/clusters.h"

#include <algorithm>
#include <utility>

#include "dataplane/base/log.h"
#include "dataplane/base/status.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"

namespace fairlead::xds {

using envoy::config::cluster::v3::Cluster;
using envoy::config::endpoint::v3::ClusterLoadAssignment;

struct Clusters::Warming {
  explicit Warming(absl::AnyInvocable<void()> on_timeout) : timer(std::move(on_timeout)) {}

  std::shared_ptr<const cluster::ClusterConfig> config;
  std::string service;
  WarmTimer timer;
};

struct Clusters::Entry {
  bool is_static = false;
  // What is published: null while the first one warms. `service` is empty unless it is EDS.
  std::shared_ptr<const cluster::ClusterConfig> config;
  std::string service;
  std::unique_ptr<Warming> warming;
};

struct Clusters::Assignment {
  Source* source = nullptr;
  std::set<std::string> clusters;  // Those that take their endpoints from it.
};

// Endpoints compiled for one cluster, before any of an assignment is published.
struct Clusters::Compiled {
  std::string cluster;
  std::shared_ptr<const upstream::EndpointSet> endpoints;
};

Clusters::Clusters(PipelineContext& context, absl::AnyInvocable<void()> on_ready)
    : context_(context), on_ready_(std::move(on_ready)) {}

Clusters::~Clusters() = default;

bool Clusters::IsWarming(std::string_view name) const {
  const auto it = entries_.find(name);
  return it != entries_.end() && it->second->warming != nullptr;
}

absl::Status Clusters::AddStatic(const Cluster& cluster) {
  if (Has(cluster.name())) return InvalidArgument("cluster '", cluster.name(), "': is given twice");
  Resource resource = ResourceOf(cluster, cluster.name());
  if (absl::Status status = Apply(resource, /*is_static=*/true); !status.ok()) {
    return InvalidArgument(
        Labelled(ResourceType::kCluster, cluster.name(), ToStd(status.message())));
  }
  context_.Status(ResourceType::kCluster).Accept(std::move(resource), true, context_.now());
  TellSources();
  return absl::OkStatus();
}

std::vector<ResourceError> Clusters::OnClusters(Update update) {
  TypeStatus& status = context_.Status(ResourceType::kCluster);
  std::vector<ResourceError> errors;
  is_updating_ = true;
  const event::WallTime now = context_.now();
  std::vector<std::string> removed = std::move(update.removed);
  if (update.is_whole_state) {
    // By reference, so before anything is moved out of the update.
    absl::flat_hash_set<std::string_view, StringHash, std::equal_to<>> present;
    present.reserve(update.kept.size() + update.resources.size());
    present.insert(update.kept.begin(), update.kept.end());
    for (const Resource& resource : update.resources) present.insert(resource.name);
    const auto is_present = [&](std::string_view name) { return present.contains(name); };
    for (const auto& [name, entry] : entries_) {
      if (!entry->is_static && !is_present(name)) removed.push_back(name);
    }
    status.ForgetAllBut(is_present);
  }
  for (Resource& resource : update.resources) {
    if (status.ConfirmIfSame(resource, now)) continue;
    if (absl::Status applied = Apply(resource, /*is_static=*/false); !applied.ok()) {
      errors.push_back(RejectResource(context_, ResourceType::kCluster, resource.name,
                                      resource.version, applied));
      continue;
    }
    status.Accept(std::move(resource), false, context_.now());
  }
  for (const std::string& name : removed) {
    status.Forget(name);
    Remove(name);
  }
  is_updating_ = false;
  TellSources();
  NoteReady();
  return errors;
}

absl::Status Clusters::Apply(const Resource& resource, bool is_static) {
  const auto known = entries_.find(resource.name);
  if (!is_static && known != entries_.end() && known->second->is_static) {
    return InvalidArgument("is a static cluster of the bootstrap, which cannot be changed");
  }
  Cluster cluster;
  FL_RETURN_IF_ERROR(ParseAndCheck(context_, ResourceType::kCluster, resource, cluster));
  FL_ASSIGN_OR_RETURN(auto config, context_.compiler.CompileCluster(cluster));
  if (cluster.type() == Cluster::EDS) {
    FL_RETURN_IF_ERROR(ApplyEds(resource.name, cluster, std::move(config)));
  } else {
    std::shared_ptr<const upstream::EndpointSet> endpoints;
    if (cluster.type() == Cluster::STATIC) {
      FL_ASSIGN_OR_RETURN(endpoints,
                          context_.compiler.CompileEndpoints(*config, cluster.load_assignment()));
    }
    std::unique_ptr<Entry>& entry = entries_[resource.name];
    if (entry == nullptr) entry = std::make_unique<Entry>();
    StopWarming(resource.name, *entry);
    const std::string former_service = std::exchange(entry->service, "");
    if (!former_service.empty()) Leave(former_service, resource.name);
    entry->config = config;
    context_.sink.PublishCluster(resource.name, std::move(config), std::move(endpoints));
    if (cluster.type() == Cluster::STRICT_DNS) {
      context_.live.PublishedNames(resource.name);
    } else {
      context_.live.Published(ResourceType::kCluster, resource.name);
    }
  }
  entries_[resource.name]->is_static = is_static;
  return absl::OkStatus();
}

absl::Status Clusters::ApplyEds(const std::string& name, const Cluster& cluster,
                                std::shared_ptr<const cluster::ClusterConfig> config) {
  const auto& eds = cluster.eds_cluster_config();
  const std::string service = eds.service_name().empty() ? name : eds.service_name();
  auto source = context_.sources->SourceFor(eds.eds_config(), ResourceType::kEndpoint);
  if (!source.ok()) return Annotate(source.status(), "eds_cluster_config.eds_config");
  if (const auto it = assignments_.find(service);
      it != assignments_.end() && it->second->source != *source) {
    const std::set<std::string>& users = it->second->clusters;
    const auto other =
        std::find_if(users.begin(), users.end(), [&](const auto& user) { return user != name; });
    if (other != users.end()) {
      return InvalidArgument("eds_cluster_config: '", service, "' is subscribed to by cluster '",
                             *other, "' from another config source; one name has one source");
    }
  }
  std::unique_ptr<Entry>& entry = entries_[name];
  if (entry == nullptr) entry = std::make_unique<Entry>();
  StopWarming(name, *entry);
  Join(service, name, *source);
  entry->warming =
      std::make_unique<Warming>([this, name] { EndWait(std::string(name), Answer::kNone); });
  entry->warming->config = std::move(config);
  entry->warming->service = service;
  entry->warming->timer.Arm(context_.timers, InitialFetchTimeout(eds.eds_config()));
  if (entry->config == nullptr) ++unready_count_;
  return absl::OkStatus();
}

void Clusters::Join(const std::string& service, const std::string& cluster, Source* source) {
  std::unique_ptr<Assignment>& assignment = assignments_[service];
  if (assignment == nullptr) assignment = std::make_unique<Assignment>();
  assignment->clusters.insert(cluster);
  if (assignment->source == source) {
    // Subscribed to already: the server may keep silent unless asked.
    refreshes_[source].push_back(service);
    return;
  }
  if (assignment->source != nullptr) changed_sources_.insert(assignment->source);
  assignment->source = source;
  changed_sources_.insert(source);
}

void Clusters::Remove(const std::string& name) {
  const auto it = entries_.find(name);
  if (it == entries_.end() || it->second->is_static) return;
  Entry& entry = *it->second;
  const bool is_published = entry.config != nullptr;
  StopWarming(name, entry);
  if (!entry.service.empty()) Leave(entry.service, name);
  entries_.erase(it);
  context_.Status(ResourceType::kCluster).Remove(name);
  if (is_published) context_.sink.RemoveCluster(name);
}

std::vector<ResourceError> Clusters::OnEndpoints(Update update) {
  TypeStatus& status = context_.Status(ResourceType::kEndpoint);
  std::vector<ResourceError> errors;
  is_updating_ = true;
  for (Resource& resource : update.resources) {
    const auto it = assignments_.find(resource.name);
    if (it == assignments_.end()) continue;  // No cluster wants it any more.
    const TypeStatus::Accepted* accepted = status.Find(resource.name);
    const bool is_new = accepted == nullptr || !(accepted->hash == resource.hash);
    if (absl::Status applied = OnAssignment(resource, *it->second, is_new); !applied.ok()) {
      errors.push_back(RejectResource(context_, ResourceType::kEndpoint, resource.name,
                                      resource.version, applied));
      EndWaits(resource.name, Answer::kRefused);
    } else if (is_new) {
      status.Accept(std::move(resource), false, context_.now());
    } else {
      status.Confirm(resource, context_.now());
    }
  }
  for (const ResourceError& error : update.source_errors) {
    EndWaits(error.name, Answer::kRefused);
  }
  for (const std::string& name : update.removed) {
    status.Forget(name);
    // Clusters in use keep the endpoints they have, as Envoy's do; those that wait need wait no
    // longer.
    FL_LOG(warn, "xds: cluster load assignment '{}' does not exist", name);
    EndWaits(name, Answer::kAbsent);
  }
  is_updating_ = false;
  TellSources();
  NoteReady();
  return errors;
}

// Compiles for every cluster that wants it, then publishes; with a fault in one, for none.
absl::Status Clusters::OnAssignment(const Resource& resource, Assignment& assignment, bool is_new) {
  std::vector<Compiled> compiled;
  ClusterLoadAssignment message;
  bool is_parsed = false;
  for (const std::string& name : assignment.clusters) {
    const Entry& entry = *entries_[name];
    const bool is_waiting = entry.warming != nullptr && entry.warming->service == resource.name;
    const bool is_serving = entry.config != nullptr && entry.service == resource.name;
    if (!is_waiting && !(is_serving && is_new)) continue;
    if (!std::exchange(is_parsed, true)) {
      FL_RETURN_IF_ERROR(ParseAndCheck(context_, ResourceType::kEndpoint, resource, message));
    }
    FL_ASSIGN_OR_RETURN(auto endpoints,
                        context_.compiler.CompileEndpoints(
                            is_waiting ? *entry.warming->config : *entry.config, message));
    compiled.push_back({name, std::move(endpoints)});
  }
  context_.live.Published(ResourceType::kEndpoint, resource.name);
  for (Compiled& one : compiled) {
    Entry& entry = *entries_[one.cluster];
    if (entry.warming != nullptr && entry.warming->service == resource.name) {
      FinishWarming(one.cluster, entry, std::move(one.endpoints));
    } else {
      context_.sink.PublishEndpoints(one.cluster, std::move(one.endpoints));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const upstream::EndpointSet>> Clusters::CachedEndpoints(
    const cluster::ClusterConfig& config, const std::string& service) const {
  ClusterLoadAssignment message;
  if (!context_.Status(ResourceType::kEndpoint).Parse(service, message)) {
    return absl::NotFoundError("no load assignment was accepted");
  }
  return context_.compiler.CompileEndpoints(config, message);
}

void Clusters::EndWait(const std::string& name, Answer answer) {
  const auto it = entries_.find(name);
  if (it == entries_.end() || it->second->warming == nullptr) return;
  Entry& entry = *it->second;
  const Warming& warming = *entry.warming;
  if (answer == Answer::kNone) {
    ++context_.Status(ResourceType::kEndpoint).counters.init_fetch_timeout;
    FL_LOG(warn, "xds: cluster '{}': no load assignment '{}' within the initial fetch timeout",
           name, warming.service);
  }
  auto endpoints = CachedEndpoints(*warming.config, warming.service);
  const bool old_one_serves = entry.config != nullptr;
  if (!endpoints.ok() && (!old_one_serves || answer == Answer::kAbsent)) {
    ClusterLoadAssignment none;
    none.set_cluster_name(warming.service);
    endpoints = context_.compiler.CompileEndpoints(*warming.config, none);
  }
  if (!endpoints.ok()) {
    FL_LOG(warn, "xds: cluster '{}': its update waits on for load assignment '{}': {}", name,
           warming.service, std::string(endpoints.status().message()));
    return;
  }
  FinishWarming(name, entry, *std::move(endpoints));
  if (!is_updating_) {
    TellSources();
    NoteReady();
  }
}

void Clusters::EndWaits(const std::string& service, Answer answer) {
  const auto it = assignments_.find(service);
  if (it == assignments_.end()) return;
  const std::set<std::string> names = it->second->clusters;
  for (const std::string& name : names) {
    const auto entry = entries_.find(name);
    if (entry == entries_.end() || entry->second->warming == nullptr ||
        entry->second->warming->service != service) {
      continue;
    }
    EndWait(name, answer);
  }
}

void Clusters::FinishWarming(const std::string& name, Entry& entry,
                             std::shared_ptr<const upstream::EndpointSet> endpoints) {
  const std::unique_ptr<Warming> warming = std::move(entry.warming);
  if (entry.config == nullptr) --unready_count_;
  entry.config = warming->config;
  const std::string former_service = std::exchange(entry.service, warming->service);
  if (!former_service.empty() && former_service != entry.service) Leave(former_service, name);
  context_.sink.PublishCluster(name, entry.config, std::move(endpoints));
  context_.live.Published(ResourceType::kCluster, name);
}

void Clusters::StopWarming(const std::string& name, Entry& entry) {
  if (entry.warming == nullptr) return;
  const std::string service = std::exchange(entry.warming, nullptr)->service;
  if (entry.config == nullptr) --unready_count_;
  if (service != entry.service) Leave(service, name);
}

void Clusters::Leave(const std::string& service, const std::string& cluster) {
  const auto it = assignments_.find(service);
  if (it == assignments_.end()) return;
  it->second->clusters.erase(cluster);
  if (!it->second->clusters.empty()) return;
  changed_sources_.insert(it->second->source);
  assignments_.erase(it);
  context_.Status(ResourceType::kEndpoint).Remove(service);
}

void Clusters::TellSources() {
  for (Source* source : std::exchange(changed_sources_, {})) {
    Interest interest;
    for (const auto& [service, assignment] : assignments_) {
      if (assignment->source == source) interest.names.insert(service);
    }
    source->SetInterest(ResourceType::kEndpoint, std::move(interest));
  }
  for (const auto& [source, names] : std::exchange(refreshes_, {})) {
    source->Refresh(ResourceType::kEndpoint, names);
  }
}

void Clusters::NoteReady() {
  if (unready_count_ == 0) on_ready_();
}

}  // namespace fairlead::xds
