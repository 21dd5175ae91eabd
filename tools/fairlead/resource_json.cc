#include "tools/fairlead/resource_json.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/time_util.h>

#include <map>
#include <vector>

#include "absl/strings/str_join.h"
#include "dataplane/base/strings.h"
#include "fairlead/v1/management.pb.h"
#include "tools/fairlead/terminal.h"

namespace fairlead::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::util::TimeUtil;

Json MessageJson(const Message& message);

Json SubmessageJson(const Message& message) {
  if (message.GetDescriptor() == google::protobuf::Duration::descriptor()) {
    return TimeUtil::ToString(static_cast<const google::protobuf::Duration&>(message));
  }
  return MessageJson(message);
}

// One value of a field: the only one, or the one at `index` of a repeated field.
Json ValueJson(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *message.GetReflection();
  const bool is_repeated = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return is_repeated ? reflection.GetRepeatedString(message, &field, index)
                         : reflection.GetString(message, &field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return is_repeated ? reflection.GetRepeatedBool(message, &field, index)
                         : reflection.GetBool(message, &field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return is_repeated ? reflection.GetRepeatedUInt32(message, &field, index)
                         : reflection.GetUInt32(message, &field);
    case FieldDescriptor::CPPTYPE_INT32:
      return is_repeated ? reflection.GetRepeatedInt32(message, &field, index)
                         : reflection.GetInt32(message, &field);
    case FieldDescriptor::CPPTYPE_UINT64:
      return is_repeated ? reflection.GetRepeatedUInt64(message, &field, index)
                         : reflection.GetUInt64(message, &field);
    case FieldDescriptor::CPPTYPE_INT64:
      return is_repeated ? reflection.GetRepeatedInt64(message, &field, index)
                         : reflection.GetInt64(message, &field);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return is_repeated ? reflection.GetRepeatedDouble(message, &field, index)
                         : reflection.GetDouble(message, &field);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return is_repeated ? reflection.GetRepeatedFloat(message, &field, index)
                         : reflection.GetFloat(message, &field);
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value = is_repeated ? reflection.GetRepeatedEnum(message, &field, index)
                                      : reflection.GetEnum(message, &field);
      return value->name();
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return SubmessageJson(is_repeated ? reflection.GetRepeatedMessage(message, &field, index)
                                        : reflection.GetMessage(message, &field));
  }
  return nullptr;
}

// A map field; keys of another type than string do not occur in the API and are written as JSON.
Json MapJson(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  std::map<std::string, Json> sorted;
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    const Message& entry = reflection.GetRepeatedMessage(message, &field, i);
    const Json key = ValueJson(entry, *entry.GetDescriptor()->map_key(), 0);
    sorted[key.is_string() ? key.get<std::string>() : key.dump()] =
        ValueJson(entry, *entry.GetDescriptor()->map_value(), 0);
  }
  Json json = Json::object();
  for (auto& [key, value] : sorted) json[key] = std::move(value);
  return json;
}

Json MessageJson(const Message& message) {
  // ListFields gives what is set, by field number, which is the order of our .proto files.
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  Json json = Json::object();
  for (const FieldDescriptor* field : fields) {
    Json& value = json[field->json_name()];
    if (field->is_map()) {
      value = MapJson(message, *field);
    } else if (field->is_repeated()) {
      value = Json::array();
      for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i) {
        value.push_back(ValueJson(message, *field, i));
      }
    } else {
      value = ValueJson(message, *field, 0);
    }
  }
  return json;
}

// The message inside the resource's oneof; null when none is set.
const Message* BodyOf(const v1::Resource& resource) {
  const auto* oneof = v1::Resource::descriptor()->oneof_decl(0);
  const Reflection& reflection = *resource.GetReflection();
  const FieldDescriptor* field = reflection.GetOneofFieldDescriptor(resource, oneof);
  return field == nullptr ? nullptr : &reflection.GetMessage(resource, field);
}

Json TimeJson(const google::protobuf::Timestamp& time, bool is_set) {
  return is_set ? Json(TimeUtil::ToString(time)) : Json(nullptr);
}

std::string RouteSummary(const v1::Route& route) {
  std::vector<std::string> services;
  for (const v1::Rule& rule : route.rules()) {
    for (const v1::Backend& backend : rule.forward().backends()) {
      std::string text = backend.service();
      if (rule.forward().backends_size() > 1) {
        StrAppend(&text, "(", backend.has_weight() ? backend.weight() : 1, ")");
      }
      if (std::find(services.begin(), services.end(), text) == services.end()) {
        services.push_back(std::move(text));
      }
    }
  }
  return StrCat(route.hostnames().empty() ? "*" : absl::StrJoin(route.hostnames(), ","), ", ",
                Count(route.rules_size(), "rule", "rules"),
                services.empty() ? "" : StrCat(" to ", absl::StrJoin(services, ", ")));
}

std::string ServiceSummary(const v1::Service& service) {
  const std::string where = service.has_dns()
                                ? StrCat("dns ", service.dns().host(), ":", service.dns().port())
                                : Count(service.endpoints_size(), "endpoint", "endpoints");
  return StrCat(where, ", ", v1::LoadBalancing::Policy_Name(service.load_balancing().policy()));
}

std::string PolicySummary(const v1::Policy& policy) {
  std::vector<std::string> parts;
  if (policy.has_timeouts()) parts.push_back("timeouts");
  if (policy.has_headers()) parts.push_back("headers");
  if (policy.has_api_keys()) {
    parts.push_back(policy.api_keys().disabled()
                        ? "no API keys"
                        : Count(policy.api_keys().credentials_size(), "API key", "API keys"));
  }
  if (policy.has_rate_limit()) {
    const v1::RateLimit& limit = policy.rate_limit();
    parts.push_back(limit.disabled()
                        ? "no rate limit"
                        : StrCat("rate limit ", limit.requests(), " per ",
                                 limit.has_per() ? TimeUtil::ToString(limit.per()) : "1s"));
  }
  return absl::StrJoin(parts, ", ");
}

}  // namespace

std::string KindOf(const v1::Resource& resource) {
  const Message* body = BodyOf(resource);
  return body == nullptr ? "" : body->GetDescriptor()->name();
}

std::string NameOf(const v1::Resource& resource) {
  const Message* body = BodyOf(resource);
  if (body == nullptr) return "";
  const FieldDescriptor* field = body->GetDescriptor()->FindFieldByName("name");
  return field == nullptr ? "" : body->GetReflection()->GetString(*body, field);
}

Json ResourceJson(const v1::Resource& resource) {
  const Message* body = BodyOf(resource);
  if (body == nullptr) return nullptr;
  Json json = Json::object();
  json["kind"] = KindOf(resource);
  json["name"] = NameOf(resource);
  json.update(MessageJson(*body));
  return json;
}

Json StoredJson(const v1::StoredResource& stored) {
  Json json = Json::object();
  json["resource"] = ResourceJson(stored.resource());
  json["etag"] = stored.etag();
  json["revision"] = stored.revision();
  return json;
}

std::string OperationName(const v1::ResourceDiff& diff) {
  switch (diff.operation()) {
    case v1::ResourceDiff::CREATED:
      return "created";
    case v1::ResourceDiff::UPDATED:
      return "updated";
    case v1::ResourceDiff::DELETED:
      return "deleted";
    default:
      return "changed";
  }
}

Json DiffJson(const v1::ResourceDiff& diff, bool has_bodies) {
  Json json = Json::object();
  json["kind"] = diff.key().kind();
  json["name"] = diff.key().name();
  json["operation"] = OperationName(diff);
  if (!diff.etag().empty()) json["etag"] = diff.etag();
  if (has_bodies) {
    if (diff.has_before()) json["before"] = ResourceJson(diff.before());
    if (diff.has_after()) json["after"] = ResourceJson(diff.after());
  }
  return json;
}

Json RevisionJson(const v1::Revision& revision, bool has_bodies) {
  Json json = Json::object();
  json["revision"] = revision.number();
  json["time"] = TimeJson(revision.time(), revision.has_time());
  json["author"] = revision.author();
  json["reason"] = revision.reason();
  json["changes"] = Json::array();
  for (const v1::ResourceDiff& diff : revision.diffs()) {
    json["changes"].push_back(DiffJson(diff, has_bodies));
  }
  if (revision.resources().empty()) return json;
  json["resources"] = Json::array();
  for (const v1::StoredResource& stored : revision.resources()) {
    json["resources"].push_back(StoredJson(stored));
  }
  return json;
}

Json ReportJson(const v1::ResourceReport& report) {
  Json json = Json::object();
  json["reportedAt"] = TimeJson(report.reported_at(), report.has_reported_at());
  json["counts"] = Json::array();
  for (const v1::ResourceCounts& counts : report.counts()) {
    Json item = Json::object();
    item["typeUrl"] = counts.type_url();
    item["accepted"] = counts.accepted();
    item["live"] = counts.live();
    item["rejected"] = counts.rejected();
    json["counts"].push_back(std::move(item));
  }
  json["notLive"] = Json::array();
  for (const v1::ResourceStatus& resource : report.not_live()) {
    Json item = Json::object();
    item["typeUrl"] = resource.type_url();
    item["name"] = resource.name();
    item["version"] = resource.version();
    item["isLive"] = resource.is_live();
    item["olderLiveVersion"] = resource.older_live_version();
    item["liveSince"] = TimeJson(resource.live_since(), resource.has_live_since());
    item["rejectedVersion"] = resource.rejected_version();
    item["error"] = resource.error();
    item["rejectedAt"] = TimeJson(resource.rejected_at(), resource.has_rejected_at());
    json["notLive"].push_back(std::move(item));
  }
  return json;
}

Json ProxiesJson(const v1::ListProxiesResponse& response) {
  Json json = Json::object();
  json["revision"] = response.revision();
  json["proxies"] = Json::array();
  for (const v1::Proxy& proxy : response.proxies()) {
    Json types = Json::array();
    for (const v1::TypeStatus& type : proxy.types()) {
      Json item = Json::object();
      item["typeUrl"] = type.type_url();
      item["versionSent"] = type.version_sent();
      item["versionAcknowledged"] = type.version_acknowledged();
      item["nacks"] = type.nacks();
      item["lastNack"] = type.last_nack();
      item["lastNackTime"] = TimeJson(type.last_nack_time(), type.has_last_nack_time());
      types.push_back(std::move(item));
    }
    Json item = Json::object();
    item["nodeId"] = proxy.node_id();
    item["cluster"] = proxy.cluster();
    item["address"] = proxy.address();
    item["userAgent"] = proxy.user_agent();
    item["connectedSince"] = TimeJson(proxy.connected_since(), proxy.has_connected_since());
    item["revisionAcknowledged"] = proxy.revision_acknowledged();
    item["types"] = std::move(types);
    if (proxy.has_resources()) item["resources"] = ReportJson(proxy.resources());
    json["proxies"].push_back(std::move(item));
  }
  return json;
}

std::string Summary(const v1::Resource& resource) {
  switch (resource.kind_case()) {
    case v1::Resource::kListener: {
      const v1::Listener& listener = resource.listener();
      return StrCat(listener.address().empty() ? "0.0.0.0" : listener.address(), ":",
                    listener.port());
    }
    case v1::Resource::kRoute:
      return RouteSummary(resource.route());
    case v1::Resource::kService:
      return ServiceSummary(resource.service());
    case v1::Resource::kPolicy:
      return PolicySummary(resource.policy());
    default:
      return "";
  }
}

}  // namespace fairlead::cli
