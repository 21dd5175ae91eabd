#include "dataplane/xds/routes.h"

#include <utility>

#include "dataplane/base/log.h"
#include "dataplane/base/status.h"
#include "envoy/config/route/v3/route.pb.h"
#include "google/protobuf/arena.h"

namespace fairlead::xds {

using envoy::config::route::v3::RouteAction;
using envoy::config::route::v3::RouteConfiguration;

namespace {

// The first cluster that the action names and `has` does not know; the field's path in `path`.
const std::string* UnknownCluster(const RouteAction& action, const Clusters& clusters,
                                  std::string& path) {
  if (action.has_cluster() && !clusters.Has(action.cluster())) {
    path = "cluster";
    return &action.cluster();
  }
  for (int i = 0; i < action.weighted_clusters().clusters_size(); ++i) {
    const std::string& name = action.weighted_clusters().clusters(i).name();
    if (name.empty() || clusters.Has(name)) continue;  // Without a name it has a cluster_header.
    path = StrCat("weighted_clusters.clusters[", i, "].name");
    return &name;
  }
  for (int i = 0; i < action.request_mirror_policies_size(); ++i) {
    const std::string& name = action.request_mirror_policies(i).cluster();
    if (name.empty() || clusters.Has(name)) continue;
    path = StrCat("request_mirror_policies[", i, "].cluster");
    return &name;
  }
  return nullptr;
}

}  // namespace

Routes::Routes(PipelineContext& context, const Clusters& clusters, OnAnswer on_answer)
    : context_(context), clusters_(clusters), on_answer_(std::move(on_answer)) {}

void Routes::Start() {
  is_started_ = true;
  TellSources();
}

absl::Status Routes::CheckSource(const std::string& name, const Source* source) const {
  const auto it = entries_.find(name);
  if (it == entries_.end() || it->second.source == source) return absl::OkStatus();
  return InvalidArgument("route_config_name: '", name,
                         "' is subscribed to from another config source; one name has one source");
}

void Routes::Want(const std::string& name, Source* source) {
  Entry& entry = entries_[name];
  if (entry.wanted++ > 0) return;
  entry.source = source;
  changed_sources_.insert(source);
}

void Routes::Unwant(const std::string& name) {
  const auto it = entries_.find(name);
  if (it == entries_.end() || --it->second.wanted > 0) return;
  changed_sources_.insert(it->second.source);
  const bool is_published = it->second.table != nullptr;
  entries_.erase(it);
  context_.Status(ResourceType::kRoute).Remove(name);
  if (is_published) context_.sink.RemoveRoutes(name);
}

void Routes::TellSources() {
  if (!is_started_) return;
  for (Source* source : std::exchange(changed_sources_, {})) {
    Interest interest;
    for (const auto& [name, entry] : entries_) {
      if (entry.source == source) interest.names.insert(name);
    }
    source->SetInterest(ResourceType::kRoute, std::move(interest));
  }
}

bool Routes::IsKnown(std::string_view name) const {
  const auto it = entries_.find(name);
  return it != entries_.end() && it->second.table != nullptr;
}

std::vector<ResourceError> Routes::OnRoutes(Update update) {
  TypeStatus& status = context_.Status(ResourceType::kRoute);
  std::vector<ResourceError> errors;
  std::vector<std::pair<std::string, Answer>> answers;
  for (Resource& resource : update.resources) {
    const auto it = entries_.find(resource.name);
    if (it == entries_.end()) continue;  // No listener wants it any more.
    answers.emplace_back(resource.name, Answer::kAccepted);
    const TypeStatus::Accepted* accepted = status.Find(resource.name);
    if (accepted != nullptr && accepted->hash == resource.hash) {
      status.Confirm(resource, context_.now());
    } else if (absl::Status applied = Apply(resource, it->second); applied.ok()) {
      status.Accept(std::move(resource), false, context_.now());
    } else {
      errors.push_back(
          RejectResource(context_, ResourceType::kRoute, resource.name, resource.version, applied));
      answers.back().second = Answer::kRefused;
    }
  }
  for (const ResourceError& error : update.source_errors) {
    answers.emplace_back(error.name, Answer::kRefused);
  }
  for (const std::string& name : update.removed) {
    status.Forget(name);
    FL_LOG(warn, "xds: route configuration '{}' does not exist; what was accepted stays", name);
    answers.emplace_back(name, Answer::kAbsent);
  }
  for (const auto& [name, answer] : answers) on_answer_(name, answer);
  return errors;
}

absl::Status Routes::Apply(const Resource& resource, Entry& entry) {
  google::protobuf::Arena arena;
  auto& routes = *google::protobuf::Arena::CreateMessage<RouteConfiguration>(&arena);
  FL_RETURN_IF_ERROR(CheckNews(resource, entry));
  if (!routes.ParseFromString(resource.bytes)) return InvalidArgument("is not well-formed");
  FL_RETURN_IF_ERROR(CheckClusters(routes, /*by_default=*/false));
  FL_ASSIGN_OR_RETURN(auto table, context_.compiler.CompileRoutes(routes, entry.table.get()));
  entry.table = table;
  entry.chunks.Accept();
  context_.sink.PublishRoutes(resource.name, std::move(table));
  context_.live.Published(ResourceType::kRoute, resource.name);
  return absl::OkStatus();
}

// Checks what is not known to be good. A fault is looked up once more in the whole, where its path
// is right.
absl::Status Routes::CheckNews(const Resource& resource, Entry& entry) {
  std::optional<std::string> news = entry.chunks.News(resource.bytes);
  RouteConfiguration routes;
  if (news.has_value()) {
    Resource partial;
    partial.name = resource.name;
    partial.bytes = *std::move(news);
    if (ParseAndCheck(context_, ResourceType::kRoute, partial, routes).ok()) {
      return absl::OkStatus();
    }
  }
  return ParseAndCheck(context_, ResourceType::kRoute, resource, routes);
}

absl::Status Routes::CheckClusters(const RouteConfiguration& routes, bool by_default) const {
  const bool is_wanted =
      routes.has_validate_clusters() ? routes.validate_clusters().value() : by_default;
  if (!is_wanted) return absl::OkStatus();
  std::string path;
  for (int host = 0; host < routes.virtual_hosts_size(); ++host) {
    const auto& virtual_host = routes.virtual_hosts(host);
    for (int i = 0; i < virtual_host.routes_size(); ++i) {
      const std::string* unknown = UnknownCluster(virtual_host.routes(i).route(), clusters_, path);
      if (unknown == nullptr) continue;
      return InvalidArgument("virtual_hosts[", host, "].routes[", i, "].route.", path, ": is '",
                             *unknown,
                             "', which is no known cluster (validate_clusters: false allows it)");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Routes::Table> Routes::CompileInline(const std::string& name,
                                                    const RouteConfiguration& routes) {
  FL_RETURN_IF_ERROR(CheckClusters(routes, /*by_default=*/true));
  const ContentHash hash = ResourceOf(routes, name).hash;
  const auto it = inline_tables_.find(name);
  const bool is_known = it != inline_tables_.end();
  if (is_known && it->second.hash == hash) return it->second;
  FL_ASSIGN_OR_RETURN(auto table, context_.compiler.CompileRoutes(
                                      routes, is_known ? it->second.table.get() : nullptr));
  return Table{hash, std::move(table)};
}

void Routes::PublishInline(const std::string& name, Table table) {
  Table& published = inline_tables_[name];
  if (published.table == table.table) return;
  published = table;
  context_.sink.PublishRoutes(name, std::move(table.table));
}

void Routes::RemoveInline(const std::string& name) {
  if (inline_tables_.erase(name) > 0) context_.sink.RemoveRoutes(name);
}

}  // namespace fairlead::xds
