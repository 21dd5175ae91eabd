#include "controlplane/management/rest_json.h"

#include <string>

#include "absl/time/time.h"
#include "controlplane/model/problem.h"
#include "controlplane/model/resource_json.h"
#include "nlohmann/json.hpp"

namespace fairlead::control::management {
namespace {

using Json = nlohmann::ordered_json;

std::string TimeText(const google::protobuf::Timestamp& timestamp) {
  absl::Time time =
      absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone());
}

Json ToJson(const fairlead::v1::ResourceDiff& diff);
Json ToJson(const fairlead::v1::TypeStatus& type);
Json ToJson(const fairlead::v1::ResourceCounts& counts);
Json ToJson(const fairlead::v1::ResourceStatus& resource);
Json ToJson(const fairlead::v1::ResourceReport& report);
Json ToJson(const fairlead::v1::Proxy& proxy);
Json ToJson(const fairlead::v1::Problem& problem);
// The overloads of the header, which those above would hide.
using management::ToJson;

template <typename List>
Json ToJsonList(const List& list) {
  Json json = Json::array();
  for (const auto& item : list) json.push_back(ToJson(item));
  return json;
}

Json ToJson(const fairlead::v1::ResourceDiff& diff) {
  Json json;
  json["kind"] = diff.key().kind();
  json["name"] = diff.key().name();
  json["operation"] = fairlead::v1::ResourceDiff::Operation_Name(diff.operation());
  json["etag"] = diff.etag();
  if (diff.has_before()) json["before"] = model::ResourceToJson(diff.before());
  if (diff.has_after()) json["after"] = model::ResourceToJson(diff.after());
  json["text"] = diff.text();
  return json;
}

Json ToJson(const fairlead::v1::TypeStatus& type) {
  Json json;
  json["typeUrl"] = type.type_url();
  json["versionSent"] = type.version_sent();
  json["versionAcknowledged"] = type.version_acknowledged();
  json["lastNack"] = type.last_nack();
  if (type.has_last_nack_time()) json["lastNackTime"] = TimeText(type.last_nack_time());
  json["nacks"] = type.nacks();
  return json;
}

Json ToJson(const fairlead::v1::ResourceCounts& counts) {
  Json json;
  json["typeUrl"] = counts.type_url();
  json["accepted"] = counts.accepted();
  json["live"] = counts.live();
  json["rejected"] = counts.rejected();
  return json;
}

Json ToJson(const fairlead::v1::ResourceStatus& resource) {
  Json json;
  json["typeUrl"] = resource.type_url();
  json["name"] = resource.name();
  json["version"] = resource.version();
  json["isLive"] = resource.is_live();
  json["olderLiveVersion"] = resource.older_live_version();
  if (resource.has_live_since()) json["liveSince"] = TimeText(resource.live_since());
  json["rejectedVersion"] = resource.rejected_version();
  json["error"] = resource.error();
  if (resource.has_rejected_at()) json["rejectedAt"] = TimeText(resource.rejected_at());
  return json;
}

Json ToJson(const fairlead::v1::ResourceReport& report) {
  Json json;
  json["reportedAt"] = TimeText(report.reported_at());
  json["counts"] = ToJsonList(report.counts());
  json["notLive"] = ToJsonList(report.not_live());
  return json;
}

Json ToJson(const fairlead::v1::Proxy& proxy) {
  Json json;
  json["nodeId"] = proxy.node_id();
  json["cluster"] = proxy.cluster();
  json["address"] = proxy.address();
  if (proxy.has_connected_since()) json["connectedSince"] = TimeText(proxy.connected_since());
  json["userAgent"] = proxy.user_agent();
  json["revisionAcknowledged"] = proxy.revision_acknowledged();
  json["types"] = ToJsonList(proxy.types());
  if (proxy.has_resources()) json["resources"] = ToJson(proxy.resources());
  return json;
}

Json ToJson(const fairlead::v1::Problem& problem) {
  Json json;
  json["source"] = problem.source();
  json["document"] = problem.document();
  json["line"] = problem.line();
  json["kind"] = problem.key().kind();
  json["name"] = problem.key().name();
  json["field"] = problem.field();
  json["message"] = problem.message();
  return json;
}

}  // namespace

Json ToJson(const fairlead::v1::StoredResource& stored) {
  Json json;
  json["resource"] = model::ResourceToJson(stored.resource());
  json["etag"] = stored.etag();
  json["revision"] = stored.revision();
  return json;
}

Json ToJson(const fairlead::v1::ListResponse& response) {
  Json json;
  json["revision"] = response.revision();
  json["resources"] = ToJsonList(response.resources());
  return json;
}

Json ToJson(const fairlead::v1::ChangeResponse& response) {
  Json json;
  json["revision"] = response.revision();
  json["diffs"] = ToJsonList(response.diffs());
  json["warnings"] = Json::array();
  for (const std::string& warning : response.warnings()) json["warnings"].push_back(warning);
  return json;
}

Json ToJson(const fairlead::v1::Revision& revision) {
  Json json;
  json["number"] = revision.number();
  json["time"] = TimeText(revision.time());
  json["author"] = revision.author();
  json["reason"] = revision.reason();
  json["diffs"] = ToJsonList(revision.diffs());
  if (!revision.resources().empty()) json["resources"] = ToJsonList(revision.resources());
  return json;
}

Json ToJson(const fairlead::v1::ListRevisionsResponse& response) {
  Json json;
  json["revisions"] = ToJsonList(response.revisions());
  return json;
}

Json ToJson(const fairlead::v1::ListProxiesResponse& response) {
  Json json;
  json["revision"] = response.revision();
  json["proxies"] = ToJsonList(response.proxies());
  return json;
}

Json ToJson(const fairlead::v1::WatchEvent& event) {
  Json json;
  if (event.has_present()) json["present"] = ToJson(event.present());
  if (event.has_synced()) json["synced"] = event.synced();
  if (event.has_changed()) json["changed"]["revision"] = ToJson(event.changed().revision());
  return json;
}

Json ToJson(const absl::Status& status) {
  Json json;
  json["code"] = absl::StatusCodeToString(status.code());
  json["message"] = std::string(status.message());
  json["details"] = ToJsonList(model::ProblemsOf(status).problems());
  return json;
}

}  // namespace fairlead::control::management
