#include "dataplane/xds/routes.h"

#include <utility>

#include "dataplane/base/log.h"
#include "dataplane/base/status.h"
#include "dataplane/xds/route_news.h"
#include "envoy/config/route/v3/route.pb.h"
#include "google/protobuf/arena.h"
#include "xds/type/matcher/v3/matcher.pb.h"

namespace fairlead::xds {

using envoy::config::route::v3::Route;
using envoy::config::route::v3::RouteAction;
using envoy::config::route::v3::RouteConfiguration;
using ::xds::type::matcher::v3::Matcher;

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

absl::Status CheckRoutes(const google::protobuf::RepeatedPtrField<Route>& routes,
                         const std::string& where, const Clusters& clusters) {
  std::string path;
  for (int i = 0; i < routes.size(); ++i) {
    const std::string* unknown = UnknownCluster(routes[i].route(), clusters, path);
    if (unknown == nullptr) continue;
    return InvalidArgument(where, ".routes[", i, "].route.", path, ": is '", *unknown,
                           "', which is no known cluster (validate_clusters: false allows it)");
  }
  return absl::OkStatus();
}

absl::Status CheckTree(const Matcher& matcher, const std::string& where, const Clusters& clusters);

absl::Status CheckNext(const Matcher::OnMatch& next, const std::string& where,
                       const Clusters& clusters) {
  if (next.has_matcher()) return CheckTree(next.matcher(), where + ".matcher", clusters);
  envoy::config::route::v3::RouteList list;
  const auto& action = next.action().typed_config();
  if (!action.UnpackTo(&list)) action.UnpackTo(list.add_routes());
  return CheckRoutes(list.routes(), where + ".action", clusters);
}

// The routes that a matcher tree leads to; as deep as the message, which is bounded.
absl::Status CheckTree(const Matcher& matcher, const std::string& where, const Clusters& clusters) {
  for (int i = 0; i < matcher.matcher_list().matchers_size(); ++i) {
    FL_RETURN_IF_ERROR(CheckNext(matcher.matcher_list().matchers(i).on_match(),
                                 StrCat(where, ".matcher_list.matchers[", i, "]"), clusters));
  }
  for (const auto* map : {&matcher.matcher_tree().exact_match_map().map(),
                          &matcher.matcher_tree().prefix_match_map().map()}) {
    for (const auto& [key, next] : *map) {
      FL_RETURN_IF_ERROR(
          CheckNext(next, StrCat(where, ".matcher_tree.map['", key, "']"), clusters));
    }
  }
  if (!matcher.has_on_no_match()) return absl::OkStatus();
  return CheckNext(matcher.on_no_match(), where + ".on_no_match", clusters);
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
  FL_ASSIGN_OR_RETURN(RouteTablePtr table, Compile(resource, entry));
  entry.table = table;
  context_.sink.PublishRoutes(resource.name, std::move(table));
  context_.live.Published(ResourceType::kRoute, resource.name);
  return absl::OkStatus();
}

absl::StatusOr<Routes::RouteTablePtr> Routes::Compile(const Resource& resource,
                                                      const Entry& entry) {
  FL_ASSIGN_OR_RETURN(RouteTablePtr table, CompileNews(resource, entry));
  if (table != nullptr) return table;
  google::protobuf::Arena arena;
  auto& routes = *google::protobuf::Arena::CreateMessage<RouteConfiguration>(&arena);
  FL_RETURN_IF_ERROR(ParseAndCheck(context_, ResourceType::kRoute, resource, routes));
  FL_RETURN_IF_ERROR(CheckClusters(routes, /*by_default=*/false));
  return context_.compiler.CompileRoutes(routes, entry.table.get());
}

// A fault leads to the whole as well, where its path is right.
absl::StatusOr<Routes::RouteTablePtr> Routes::CompileNews(const Resource& resource,
                                                          const Entry& entry) {
  const TypeStatus::Accepted* accepted = context_.Status(ResourceType::kRoute).Find(resource.name);
  if (accepted == nullptr || entry.table == nullptr) return nullptr;
  std::optional<RouteNews> news = FindRouteNews(accepted->bytes, resource.bytes);
  if (!news.has_value()) return nullptr;
  google::protobuf::Arena arena;
  auto& changed = *google::protobuf::Arena::CreateMessage<RouteConfiguration>(&arena);
  Resource partial;
  partial.name = resource.name;
  partial.bytes = std::move(news->bytes);
  if (!ParseAndCheck(context_, ResourceType::kRoute, partial, changed).ok()) return nullptr;
  // Clusters may have gone since the others were looked at.
  const bool needs_clusters = changed.validate_clusters().value();
  if (news->hosts.has_value() && !needs_clusters) {
    auto table = context_.compiler.CompileRouteChange(changed, *news->hosts, *entry.table);
    if (!table.ok()) return nullptr;
    if (*table != nullptr) return table;
  }
  // What is not new was checked before.
  auto& routes = *google::protobuf::Arena::CreateMessage<RouteConfiguration>(&arena);
  if (!routes.ParseFromString(resource.bytes)) return InvalidArgument("is not well-formed");
  FL_RETURN_IF_ERROR(CheckClusters(routes, /*by_default=*/false));
  return context_.compiler.CompileRoutes(routes, entry.table.get());
}

absl::Status Routes::CheckClusters(const RouteConfiguration& routes, bool by_default) const {
  const bool is_wanted =
      routes.has_validate_clusters() ? routes.validate_clusters().value() : by_default;
  if (!is_wanted) return absl::OkStatus();
  for (int i = 0; i < routes.virtual_hosts_size(); ++i) {
    const auto& host = routes.virtual_hosts(i);
    const std::string where = StrCat("virtual_hosts[", i, "]");
    FL_RETURN_IF_ERROR(CheckRoutes(host.routes(), where, clusters_));
    if (host.has_matcher()) {
      FL_RETURN_IF_ERROR(CheckTree(host.matcher(), where + ".matcher", clusters_));
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
