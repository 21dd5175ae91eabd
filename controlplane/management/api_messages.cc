#include "controlplane/management/api_messages.h"

#include "controlplane/model/resource_diff.h"

namespace fairlead::control::management {
namespace {

constexpr int kDiffsWithContentMax = 1000;

void ToTimestamp(absl::Time time, google::protobuf::Timestamp& timestamp) {
  int64_t micros = absl::ToUnixMicros(time);
  int64_t seconds = absl::ToUnixSeconds(time);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>((micros - seconds * 1'000'000) * 1000));
}

void ToKeyAndOperation(const model::Change& change, fairlead::v1::ResourceDiff& diff) {
  using fairlead::v1::ResourceDiff;
  diff.mutable_key()->set_kind(std::string(model::KindName(change.key.kind)));
  diff.mutable_key()->set_name(change.key.name);
  diff.set_operation(change.before == nullptr  ? ResourceDiff::CREATED
                     : change.after == nullptr ? ResourceDiff::DELETED
                                               : ResourceDiff::UPDATED);
  if (change.after != nullptr) diff.set_etag(change.after->etag);
}

}  // namespace

void ToDiffs(absl::Span<const model::Change> changes, DiffList* diffs) {
  for (const model::Change& change : changes) {
    if (diffs->size() < kDiffsWithContentMax) {
      model::ToResourceDiff(change, *diffs->Add());
    } else {
      ToKeyAndOperation(change, *diffs->Add());
    }
  }
}

void ToRevision(const store::RevisionRecord& record, bool with_content,
                fairlead::v1::Revision& revision) {
  revision.set_number(record.number);
  ToTimestamp(record.time, *revision.mutable_time());
  revision.set_author(record.note.author);
  revision.set_reason(record.note.reason);
  if (with_content) return ToDiffs(record.changes, revision.mutable_diffs());
  for (const model::Change& change : record.changes) {
    ToKeyAndOperation(change, *revision.add_diffs());
  }
}

void AppendResources(const model::State& state, std::optional<model::Kind> kind,
                     google::protobuf::RepeatedPtrField<fairlead::v1::StoredResource>& resources) {
  for (model::Kind each : model::kAllKinds) {
    if (kind.has_value() && *kind != each) continue;
    for (const model::EntryPtr& entry : state.All(each)) {
      model::ToStoredResource(*entry, *resources.Add());
    }
  }
}

void ToProxy(const fleet::ProxyStatus& status, fairlead::v1::Proxy& proxy) {
  proxy.set_node_id(status.node_id);
  proxy.set_cluster(status.cluster);
  proxy.set_address(status.address);
  proxy.set_user_agent(status.user_agent);
  proxy.set_revision_acknowledged(status.revision_acknowledged);
  if (status.connected_since > absl::InfinitePast()) {
    ToTimestamp(status.connected_since, *proxy.mutable_connected_since());
  }
  for (const fleet::TypeStatus& type : status.types) {
    fairlead::v1::TypeStatus& out = *proxy.add_types();
    out.set_type_url(type.type_url);
    out.set_version_sent(type.version_sent);
    out.set_version_acknowledged(type.version_acknowledged);
    out.set_last_nack(type.last_nack);
    if (type.last_nack_time > absl::InfinitePast()) {
      ToTimestamp(type.last_nack_time, *out.mutable_last_nack_time());
    }
    out.set_nacks(type.nacks);
  }
  if (status.resources != nullptr) *proxy.mutable_resources() = *status.resources;
}

void AppendTo(const std::vector<std::string>& texts,
              google::protobuf::RepeatedPtrField<std::string>& out) {
  for (const std::string& text : texts) *out.Add() = text;
}

}  // namespace fairlead::control::management
