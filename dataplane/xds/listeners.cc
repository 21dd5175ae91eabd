#include "dataplane/xds/listeners.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "dataplane/base/log.h"
#include "dataplane/base/status.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"

namespace fairlead::xds {

using envoy::config::listener::v3::FilterChain;
using envoy::config::listener::v3::Listener;
using envoy::config::route::v3::RouteConfiguration;
using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;

// A route configuration that a filter chain refers to by name.
struct Listeners::RouteReference {
  std::string name;
  Source* source = nullptr;
  event::Duration timeout{};
};

// What a listener's message consists of, once its inline route configurations are taken out.
struct Listeners::Parts {
  std::vector<RouteReference> references;
  std::map<std::string, RouteConfiguration> inline_routes;
};

// A listener as one message described it: published, or warming.
struct Listeners::Version {
  std::string address;  // Empty where the system chooses the port.
  ContentHash frame;    // Of the message without inline route configurations.
  std::shared_ptr<const listener::ListenerConfig> config;
  std::set<std::string> routes;  // Referred to by name; wanted of Routes as long as this lives.
  std::map<std::string, Routes::Table> inline_tables;
};

struct Listeners::Warming {
  explicit Warming(absl::AnyInvocable<void()> on_timeout) : timer(std::move(on_timeout)) {}

  std::unique_ptr<Version> version;
  std::set<std::string> waiting_for;
  event::Duration timeout{};
  WarmTimer timer;
};

struct Listeners::Entry {
  bool is_static = false;
  std::unique_ptr<Version> published;  // Null while the first one warms.
  std::unique_ptr<Warming> warming;
};

namespace {

std::string AddressOf(const Listener& listener) {
  const auto& socket = listener.address().socket_address();
  return socket.port_value() == 0 ? "" : StrCat(socket.address(), ":", socket.port_value());
}

}  // namespace

Listeners::Listeners(PipelineContext& context, Routes& routes, absl::AnyInvocable<void()> on_ready)
    : context_(context), routes_(routes), on_ready_(std::move(on_ready)) {}

Listeners::~Listeners() = default;

bool Listeners::IsWarming(std::string_view name) const {
  const auto it = entries_.find(name);
  return it != entries_.end() && it->second->warming != nullptr;
}

absl::Status Listeners::AddStatic(const Listener& listener) {
  if (entries_.contains(listener.name())) {
    return InvalidArgument("listener '", listener.name(), "': is given twice");
  }
  Resource resource = ResourceOf(listener, listener.name());
  if (absl::Status status = Apply(resource, /*is_static=*/true, {}); !status.ok()) {
    return InvalidArgument(
        Labelled(ResourceType::kListener, listener.name(), ToStd(status.message())));
  }
  context_.Status(ResourceType::kListener).Accept(std::move(resource), true, context_.now());
  return absl::OkStatus();
}

void Listeners::Start() {
  is_started_ = true;
  for (const auto& [name, entry] : entries_) {
    if (entry->warming == nullptr) continue;
    entry->warming->timer.Arm(context_.timers, entry->warming->timeout);
  }
}

std::vector<ResourceError> Listeners::OnListeners(Update update) {
  TypeStatus& status = context_.Status(ResourceType::kListener);
  std::vector<ResourceError> errors;
  const event::WallTime now = context_.now();
  StringSet present(update.kept.begin(), update.kept.end());
  for (const Resource& resource : update.resources) present.insert(resource.name);
  StringSet removed(update.removed.begin(), update.removed.end());
  if (update.is_whole_state) {
    for (const auto& [name, entry] : entries_) {
      if (!entry->is_static && !present.contains(name)) removed.insert(name);
    }
  }
  for (Resource& resource : update.resources) {
    if (status.ConfirmIfSame(resource, now)) continue;
    if (absl::Status applied = Apply(resource, /*is_static=*/false, removed); !applied.ok()) {
      errors.push_back(RejectResource(context_, ResourceType::kListener, resource.name,
                                      resource.version, applied));
      continue;
    }
    status.Accept(std::move(resource), false, context_.now());
  }
  for (const std::string& name : removed) {
    status.Forget(name);
    Remove(name);
  }
  if (update.is_whole_state) {
    status.ForgetAllBut([&](std::string_view name) { return present.contains(name); });
  }
  routes_.TellSources();
  NoteReady();
  return errors;
}

absl::Status Listeners::CheckAddress(std::string_view name, std::string_view address,
                                     const StringSet& leaving) const {
  if (address.empty()) return absl::OkStatus();
  for (const auto& [other, entry] : entries_) {
    if (other == name || (leaving.contains(other) && !entry->is_static)) continue;
    const bool is_taken =
        (entry->published != nullptr && entry->published->address == address) ||
        (entry->warming != nullptr && entry->warming->version->address == address);
    if (is_taken) {
      return InvalidArgument("address: ", address, " is the address of listener '", other,
                             "' already");
    }
  }
  return absl::OkStatus();
}

absl::Status Listeners::Apply(const Resource& resource, bool is_static, const StringSet& leaving) {
  const auto known = entries_.find(resource.name);
  if (!is_static && known != entries_.end() && known->second->is_static) {
    return InvalidArgument("is a static listener of the bootstrap, which cannot be changed");
  }
  if (resource.name.empty()) return InvalidArgument("name is empty; a dynamic listener needs one");
  Listener listener;
  FL_RETURN_IF_ERROR(ParseAndCheck(context_, ResourceType::kListener, resource, listener));
  auto version = std::make_unique<Version>();
  version->address = AddressOf(listener);
  FL_RETURN_IF_ERROR(CheckAddress(resource.name, version->address, leaving));
  Parts parts;
  FL_RETURN_IF_ERROR(TakeApart(listener, parts));
  for (const auto& [name, routes] : parts.inline_routes) {
    auto table = routes_.CompileInline(name, routes);
    if (!table.ok()) return Annotate(table.status(), "route_config");
    version->inline_tables.emplace(name, *std::move(table));
  }
  version->frame = ResourceOf(listener, resource.name).hash;
  Entry* entry = known == entries_.end() ? nullptr : known->second.get();
  Version* latest = nullptr;
  if (entry != nullptr) {
    latest = entry->warming != nullptr ? entry->warming->version.get() : entry->published.get();
  }
  if (latest != nullptr && latest->frame == version->frame) {
    // Nothing but inline routes changed.
    latest->inline_tables = std::move(version->inline_tables);
    if (entry->warming != nullptr) return absl::OkStatus();
    for (const auto& [name, table] : latest->inline_tables) routes_.PublishInline(name, table);
    context_.live.Published(ResourceType::kListener, resource.name);
    return absl::OkStatus();
  }
  FL_ASSIGN_OR_RETURN(version->config, context_.compiler.CompileListener(listener));
  if (entry == nullptr) {
    entry = (entries_[resource.name] = std::make_unique<Entry>()).get();
    ++unready_count_;
  }
  entry->is_static = is_static;
  event::Duration timeout{};
  bool waits_without_end = false;
  for (const RouteReference& reference : parts.references) {
    if (!version->routes.insert(reference.name).second) continue;
    routes_.Want(reference.name, reference.source);
    waits_without_end = waits_without_end || reference.timeout == event::Duration::zero();
    timeout = std::max(timeout, reference.timeout);
  }
  Adopt(resource.name, *entry, std::move(version),
        waits_without_end ? event::Duration::zero() : timeout);
  return absl::OkStatus();
}

absl::Status Listeners::TakeApart(Listener& listener, Parts& parts) const {
  for (int i = 0; i < listener.filter_chains_size(); ++i) {
    FL_RETURN_IF_ERROR(
        Annotate(TakeApartChain(listener.name(), *listener.mutable_filter_chains(i), i, parts),
                 StrCat("filter_chains[", i, "]")));
  }
  if (!listener.has_default_filter_chain()) return absl::OkStatus();
  return Annotate(
      TakeApartChain(listener.name(), *listener.mutable_default_filter_chain(), -1, parts),
      "default_filter_chain");
}

absl::Status Listeners::TakeApartChain(const std::string& listener, FilterChain& chain, int index,
                                       Parts& parts) const {
  for (int i = 0; i < chain.filters_size(); ++i) {
    google::protobuf::Any& config = *chain.mutable_filters(i)->mutable_typed_config();
    if (!config.Is<HttpConnectionManager>()) continue;
    const std::string path = StrCat("filters[", i, "].typed_config(HttpConnectionManager)");
    HttpConnectionManager hcm;
    if (!config.UnpackTo(&hcm)) return InvalidArgument(path, ": is not well-formed");
    if (hcm.has_rds()) {
      const std::string& name = hcm.rds().route_config_name();
      if (name.empty()) return InvalidArgument(path, ".rds.route_config_name: is empty");
      auto source = context_.sources->SourceFor(hcm.rds().config_source(), ResourceType::kRoute);
      if (!source.ok()) return Annotate(source.status(), StrCat(path, ".rds.config_source"));
      FL_RETURN_IF_ERROR(Annotate(routes_.CheckSource(name, *source), StrCat(path, ".rds")));
      parts.references.push_back({name, *source, InitialFetchTimeout(hcm.rds().config_source())});
    } else if (hcm.has_route_config()) {
      const std::string name = InlineRouteName(listener, chain.name(), index);
      const auto [slot, is_new] = parts.inline_routes.try_emplace(name);
      if (!is_new) {
        return InvalidArgument(path, ": is a second route_config for '", name,
                               "'; names of filter chains must differ, and one chain has one "
                               "HttpConnectionManager");
      }
      slot->second.Swap(hcm.mutable_route_config());
      config.set_value(ResourceOf(hcm, "").bytes);
    }
  }
  return absl::OkStatus();
}

// Publishes the version, or lets it warm in the place of one that warmed before.
void Listeners::Adopt(const std::string& name, Entry& entry, std::unique_ptr<Version> version,
                      event::Duration timeout) {
  StopWarming(entry);
  std::set<std::string> waiting_for;
  for (const std::string& route : version->routes) {
    if (!routes_.IsKnown(route)) waiting_for.insert(route);
  }
  if (waiting_for.empty()) return Publish(name, entry, std::move(version));
  entry.warming = std::make_unique<Warming>([this, name] { EndWait(std::string(name)); });
  entry.warming->version = std::move(version);
  entry.warming->waiting_for = std::move(waiting_for);
  entry.warming->timeout = timeout;
  if (is_started_) entry.warming->timer.Arm(context_.timers, timeout);
}

void Listeners::Publish(const std::string& name, Entry& entry, std::unique_ptr<Version> version) {
  const std::unique_ptr<Version> former = std::exchange(entry.published, std::move(version));
  if (former == nullptr) --unready_count_;
  const Version& now = *entry.published;
  for (const auto& [route, table] : now.inline_tables) routes_.PublishInline(route, table);
  context_.sink.PublishListener(name, now.config);
  context_.live.Published(ResourceType::kListener, name);
  if (former == nullptr) return;
  for (const auto& [route, table] : former->inline_tables) {
    if (now.inline_tables.count(route) == 0) routes_.RemoveInline(route);
  }
  for (const std::string& route : former->routes) routes_.Unwant(route);
}

void Listeners::StopWarming(Entry& entry) {
  if (entry.warming == nullptr) return;
  const std::unique_ptr<Warming> warming = std::move(entry.warming);
  for (const std::string& route : warming->version->routes) routes_.Unwant(route);
}

void Listeners::OnRouteAnswer(const std::string& route_name, Routes::Answer answer) {
  std::vector<std::string> ready;
  for (const auto& [name, entry] : entries_) {
    if (entry->warming == nullptr) continue;
    // An update does not take the place of a listener that serves without having its routes.
    if (answer != Routes::Answer::kAccepted && entry->published != nullptr) continue;
    entry->warming->waiting_for.erase(route_name);
    if (entry->warming->waiting_for.empty()) ready.push_back(name);
  }
  for (const std::string& name : ready) {
    Entry& entry = *entries_[name];
    const std::unique_ptr<Warming> warming = std::move(entry.warming);
    Publish(name, entry, std::move(warming->version));
  }
  if (ready.empty()) return;
  routes_.TellSources();
  NoteReady();
}

void Listeners::EndWait(const std::string& name) {
  const auto it = entries_.find(name);
  if (it == entries_.end() || it->second->warming == nullptr) return;
  Entry& entry = *it->second;
  ++context_.Status(ResourceType::kRoute).counters.init_fetch_timeout;
  const std::string& first = *entry.warming->waiting_for.begin();
  if (entry.published != nullptr) {
    FL_LOG(warn, "xds: listener '{}': its update waits on for route configuration '{}'", name,
           first);
    return;
  }
  FL_LOG(warn,
         "xds: listener '{}': starts without route configuration '{}', which did not come "
         "within the initial fetch timeout",
         name, first);
  const std::unique_ptr<Warming> warming = std::move(entry.warming);
  Publish(name, entry, std::move(warming->version));
  routes_.TellSources();
  NoteReady();
}

void Listeners::Remove(const std::string& name) {
  const auto it = entries_.find(name);
  if (it == entries_.end() || it->second->is_static) return;
  const std::unique_ptr<Entry> entry = std::move(it->second);
  entries_.erase(it);
  context_.Status(ResourceType::kListener).Remove(name);
  if (entry->published == nullptr) --unready_count_;
  if (entry->published != nullptr) context_.sink.RemoveListener(name);
  StopWarming(*entry);
  if (entry->published == nullptr) return;
  for (const auto& [route, table] : entry->published->inline_tables) routes_.RemoveInline(route);
  for (const std::string& route : entry->published->routes) routes_.Unwant(route);
}

void Listeners::NoteReady() {
  if (unready_count_ == 0) on_ready_();
}

}  // namespace fairlead::xds
