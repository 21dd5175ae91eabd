#ifndef FAIRLEAD_CONTROLPLANE_MODEL_REFERENCES_H_
#define FAIRLEAD_CONTROLPLANE_MODEL_REFERENCES_H_

// Who refers to whom, and that a change leaves no reference without its resource.
//
//     CheckReferences(proposed, changes, problems);
//
// Thread: any. Cost: what changed, and a walk over all resources only when something is deleted.

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "controlplane/model/problem.h"
#include "controlplane/model/state.h"

namespace fairlead::control::model {

// Calls back with what is referred to and the path of the field that does.
void ForEachReference(const fairlead::v1::Resource& resource,
                      absl::FunctionRef<void(ResourceKey, std::string)> callback);

// `changes` have led to `proposed`. Also refuses two listeners on one address and port.
void CheckReferences(const State& proposed, absl::Span<const Change> changes, Problems& problems);

}  // namespace fairlead::control::model

#endif  // FAIRLEAD_CONTROLPLANE_MODEL_REFERENCES_H_
