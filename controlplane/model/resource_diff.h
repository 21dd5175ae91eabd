#ifndef FAIRLEAD_CONTROLPLANE_MODEL_RESOURCE_DIFF_H_
#define FAIRLEAD_CONTROLPLANE_MODEL_RESOURCE_DIFF_H_

// A change as the API shows it: operation, before, after, etag and the difference as text.
// Thread: any.

#include "controlplane/model/state.h"
#include "fairlead/v1/management.pb.h"

namespace fairlead::control::model {

void ToResourceDiff(const Change& change, fairlead::v1::ResourceDiff& diff);
void ToStoredResource(const StateEntry& entry, fairlead::v1::StoredResource& stored);

}  // namespace fairlead::control::model

#endif  // FAIRLEAD_CONTROLPLANE_MODEL_RESOURCE_DIFF_H_
