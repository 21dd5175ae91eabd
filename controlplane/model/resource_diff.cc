#include "controlplane/model/resource_diff.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "controlplane/model/resource_json.h"
#include "controlplane/model/text_diff.h"

namespace fairlead::control::model {

using fairlead::v1::ResourceDiff;

void ToResourceDiff(const Change& change, ResourceDiff& diff) {
  diff.mutable_key()->set_kind(std::string(KindName(change.key.kind)));
  diff.mutable_key()->set_name(change.key.name);
  std::string label = absl::StrCat(KindName(change.key.kind), "/", change.key.name);
  std::string before;
  std::string after;
  if (change.before != nullptr) {
    *diff.mutable_before() = change.before->resource;
    before = ResourceToYaml(change.before->resource);
  }
  if (change.after != nullptr) {
    *diff.mutable_after() = change.after->resource;
    diff.set_etag(change.after->etag);
    after = ResourceToYaml(change.after->resource);
  }
  diff.set_operation(change.before == nullptr  ? ResourceDiff::CREATED
                     : change.after == nullptr ? ResourceDiff::DELETED
                                               : ResourceDiff::UPDATED);
  diff.set_text(UnifiedDiff(before, after, change.before == nullptr ? "/dev/null" : label,
                            change.after == nullptr ? "/dev/null" : label));
}

void ToStoredResource(const StateEntry& entry, fairlead::v1::StoredResource& stored) {
  *stored.mutable_resource() = entry.resource;
  stored.set_etag(entry.etag);
  stored.set_revision(entry.revision);
}

}  // namespace fairlead::control::model
