#include "controlplane/model/resource_key.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "dataplane/base/check.h"
#include "fairlead/v1/management.pb.h"

namespace fairlead::control::model {
namespace {

constexpr size_t kNameShownMax = 253;

}  // namespace

absl::string_view KindName(Kind kind) {
  switch (kind) {
    case Kind::kPolicy:
      return "Policy";
    case Kind::kService:
      return "Service";
    case Kind::kListener:
      return "Listener";
    case Kind::kRoute:
      return "Route";
  }
  return "?";
}

absl::string_view KindPlural(Kind kind) {
  switch (kind) {
    case Kind::kPolicy:
      return "policies";
    case Kind::kService:
      return "services";
    case Kind::kListener:
      return "listeners";
    case Kind::kRoute:
      return "routes";
  }
  return "?";
}

std::optional<Kind> KindFromName(absl::string_view name) {
  for (Kind kind : kAllKinds) {
    if (KindName(kind) == name) return kind;
  }
  return std::nullopt;
}

std::optional<Kind> KindFromPlural(absl::string_view plural) {
  for (Kind kind : kAllKinds) {
    if (KindPlural(kind) == plural) return kind;
  }
  return std::nullopt;
}

std::string ResourceKey::ToString() const {
  // A name that was not checked yet can be anything.
  absl::string_view shown = name;
  return absl::StrCat(KindName(kind), " '", absl::CHexEscape(shown.substr(0, kNameShownMax)), "'");
}

std::optional<Kind> KindOf(const fairlead::v1::Resource& resource) {
  switch (resource.kind_case()) {
    case fairlead::v1::Resource::kListener:
      return Kind::kListener;
    case fairlead::v1::Resource::kRoute:
      return Kind::kRoute;
    case fairlead::v1::Resource::kService:
      return Kind::kService;
    case fairlead::v1::Resource::kPolicy:
      return Kind::kPolicy;
    case fairlead::v1::Resource::KIND_NOT_SET:
      break;
  }
  return std::nullopt;
}

ResourceKey KeyOf(const fairlead::v1::Resource& resource) {
  switch (resource.kind_case()) {
    case fairlead::v1::Resource::kListener:
      return {Kind::kListener, resource.listener().name()};
    case fairlead::v1::Resource::kRoute:
      return {Kind::kRoute, resource.route().name()};
    case fairlead::v1::Resource::kService:
      return {Kind::kService, resource.service().name()};
    case fairlead::v1::Resource::kPolicy:
      return {Kind::kPolicy, resource.policy().name()};
    case fairlead::v1::Resource::KIND_NOT_SET:
      break;
  }
  FL_CHECK(false && "the resource has no kind");
  return {};
}

const google::protobuf::Message& BodyOf(const fairlead::v1::Resource& resource) {
  switch (resource.kind_case()) {
    case fairlead::v1::Resource::kListener:
      return resource.listener();
    case fairlead::v1::Resource::kRoute:
      return resource.route();
    case fairlead::v1::Resource::kService:
      return resource.service();
    case fairlead::v1::Resource::kPolicy:
      return resource.policy();
    case fairlead::v1::Resource::KIND_NOT_SET:
      break;
  }
  FL_CHECK(false && "the resource has no kind");
  return resource;
}

google::protobuf::Message* MutableBody(fairlead::v1::Resource& resource, Kind kind) {
  switch (kind) {
    case Kind::kPolicy:
      return resource.mutable_policy();
    case Kind::kService:
      return resource.mutable_service();
    case Kind::kListener:
      return resource.mutable_listener();
    case Kind::kRoute:
      return resource.mutable_route();
  }
  return nullptr;
}

}  // namespace fairlead::control::model
