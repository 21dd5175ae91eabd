#ifndef FAIRLEAD_CONTROLPLANE_MANAGEMENT_API_MESSAGES_H_
#define FAIRLEAD_CONTROLPLANE_MANAGEMENT_API_MESSAGES_H_

// What the control plane holds, as messages of the API. Thread: any.

#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "controlplane/fleet/proxy_status.h"
#include "controlplane/model/state.h"
#include "controlplane/store/revision_store.h"
#include "fairlead/v1/management.pb.h"

namespace fairlead::control::management {

using DiffList = google::protobuf::RepeatedPtrField<fairlead::v1::ResourceDiff>;

// Only the first 1000 have their content.
void ToDiffs(absl::Span<const model::Change> changes, DiffList* diffs);

// Without content the diffs have key, operation and etag only.
void ToRevision(const store::RevisionRecord& record, bool with_content,
                fairlead::v1::Revision& revision);

// All kinds when `kind` is empty.
void AppendResources(const model::State& state, std::optional<model::Kind> kind,
                     google::protobuf::RepeatedPtrField<fairlead::v1::StoredResource>& resources);

void ToProxy(const fleet::ProxyStatus& status, fairlead::v1::Proxy& proxy);

void AppendTo(const std::vector<std::string>& texts,
              google::protobuf::RepeatedPtrField<std::string>& out);

}  // namespace fairlead::control::management

#endif  // FAIRLEAD_CONTROLPLANE_MANAGEMENT_API_MESSAGES_H_
