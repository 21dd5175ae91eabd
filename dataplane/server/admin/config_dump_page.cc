#include "dataplane/server/admin/config_dump_page.h"

#include <algorithm>
#include <array>
#include <utility>

#include "dataplane/base/status.h"
#include "dataplane/server/admin/json.h"

namespace fairlead::server::admin {
namespace {

using Json = nlohmann::ordered_json;

// The fields of admin.v3.ConfigDump's messages that hold resources, and the message that each
// element is.
struct ResourceField {
  std::string_view name;
  std::string_view message;
};
constexpr std::array<ResourceField, 9> kResourceFields = {{
    {"static_clusters", "ClustersConfigDump.StaticCluster"},
    {"dynamic_active_clusters", "ClustersConfigDump.DynamicCluster"},
    {"dynamic_warming_clusters", "ClustersConfigDump.DynamicCluster"},
    {"static_listeners", "ListenersConfigDump.StaticListener"},
    {"dynamic_listeners", "ListenersConfigDump.DynamicListener"},
    {"static_route_configs", "RoutesConfigDump.StaticRouteConfig"},
    {"dynamic_route_configs", "RoutesConfigDump.DynamicRouteConfig"},
    {"static_endpoint_configs", "EndpointsConfigDump.StaticEndpointConfig"},
    {"dynamic_endpoint_configs", "EndpointsConfigDump.DynamicEndpointConfig"},
}};

const std::string* TextOf(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : found->get_ptr<const std::string*>();
}

// The name of an element's resource: its own, or that of the resource inside. Empty if there is
// none (a resource that was never accepted).
std::string NameOf(const Json& element) {
  if (const std::string* name = TextOf(element, "name")) return *name;
  if (!element.is_object()) return {};
  for (const char* field : {"cluster", "listener", "route_config", "endpoint_config"}) {
    const auto inner = element.find(field);
    if (inner == element.end()) continue;
    if (const std::string* name = TextOf(*inner, "name")) return *name;
    if (const std::string* name = TextOf(*inner, "cluster_name")) return *name;
  }
  return {};
}

// Takes the elements that `name` does not match out of an array.
void KeepNamed(const re2::RE2& name, Json& elements) {
  Json kept = Json::array();
  for (Json& element : elements) {
    if (re2::RE2::FullMatch(NameOf(element), name)) kept.push_back(std::move(element));
  }
  elements = std::move(kept);
}

// Keeps what `path` names of an object; of an array, of each element. False: it names nothing.
// `from` loses what goes to `to`.
bool KeepPath(Json& from, std::string_view path, Json& to) {
  if (from.is_array()) {
    bool any = false;
    if (!to.is_array()) to = Json::array();
    for (size_t i = 0; i < from.size(); ++i) {
      if (i == to.size()) to.push_back(Json::object());
      any = KeepPath(from[i], path, to[i]) || any;
    }
    return any;
  }
  if (!from.is_object()) return false;
  if (!to.is_object()) to = Json::object();
  if (from.contains("@type")) to["@type"] = from["@type"];
  const size_t dot = path.find('.');
  const std::string key(path.substr(0, dot));
  const auto found = from.find(key);
  if (found == from.end()) return false;
  if (dot == std::string_view::npos) {
    to[key] = *found;
    return true;
  }
  return KeepPath(*found, path.substr(dot + 1), to[key]);
}

absl::Status ApplyMask(std::string_view mask, Json& configs) {
  bool any = configs.empty();
  for (Json& config : configs) {
    Json kept = Json::object();
    for (std::string_view rest = mask; !rest.empty();) {
      const std::string_view path = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(path.size() + 1, rest.size()));
      any = KeepPath(config, path, kept) || any;
    }
    config = std::move(kept);
  }
  if (any) return absl::OkStatus();
  return InvalidArgument("FieldMask ", mask, " could not be successfully applied to any configs.");
}

AdminReply ConfigDumpPage(const AdminSource& source, const AdminRequest& request) {
  const std::string_view resource = request.Find("resource").value_or("");
  auto name = RegexParameter(request, "name_regex");
  if (!name.ok()) return BadRequest(ToStd(name.status().message()));
  const bool wants_endpoints = request.Has("include_eds") || resource.ends_with("endpoint_configs");
  absl::StatusOr<std::string> dump = source.ConfigDumpJson({.with_endpoints = wants_endpoints});
  const std::string_view mask = request.Find("mask").value_or("");
  if (dump.ok() && (!resource.empty() || *name != nullptr || !mask.empty())) {
    dump = FilterConfigDump(*dump, resource, name->get(), mask);
  }
  if (dump.ok()) return {.body = *std::move(dump), .content_type = kJsonType};
  if (absl::IsInvalidArgument(dump.status())) {
    return BadRequest(ToStd(dump.status().message()));
  }
  return {.status = static_cast<uint16_t>(absl::IsNotFound(dump.status()) ? 404 : 503),
          .body = StrCat(dump.status().message(), "\n")};
}

}  // namespace

absl::StatusOr<std::string> FilterConfigDump(std::string_view dump, std::string_view resource,
                                             const re2::RE2* name, std::string_view mask) {
  const auto is_field = [&](const ResourceField& field) { return field.name == resource; };
  if (!resource.empty() && std::none_of(kResourceFields.begin(), kResourceFields.end(), is_field)) {
    return absl::NotFoundError(StrCat("resource: there is no '", resource, "' in a dump"));
  }
  Json document = Json::parse(dump, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object() || !document["configs"].is_array()) {
    return absl::InternalError("the configuration dump is not what it should be");
  }
  Json picked = Json::array();
  for (Json& config : document["configs"]) {
    for (const ResourceField& field : kResourceFields) {
      const std::string key(field.name);
      if (!config.is_object() || !config.contains(key) || !config[key].is_array()) continue;
      if (name != nullptr) KeepNamed(*name, config[key]);
      if (field.name != resource) continue;
      for (Json& element : config[key]) {
        if (!element.is_object()) continue;
        Json typed{{"@type", StrCat("type.googleapis.com/envoy.admin.v3.", field.message)}};
        typed.update(element);
        picked.push_back(std::move(typed));
      }
    }
  }
  if (!resource.empty()) document["configs"] = std::move(picked);
  if (!mask.empty()) FL_RETURN_IF_ERROR(ApplyMask(mask, document["configs"]));
  return JsonReply(document).body;
}

void AddConfigDumpPage(const AdminSource& source, std::vector<AdminPage>& pages) {
  pages.push_back(
      {.path = "/config_dump",
       .help = "the configuration in force, as JSON; secrets are left out",
       .parameters = {{"include_eds", "endpoints too (no value)"},
                      {"resource", "only the elements of this field, such as dynamic_listeners"},
                      {"mask", "only these fields, as a field mask: cluster.name,version_info"},
                      {"name_regex", "only resources whose whole name matches"}},
       .handler = [&source](const AdminRequest& r) { return ConfigDumpPage(source, r); }});
}

}  // namespace fairlead::server::admin
