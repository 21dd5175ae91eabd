#ifndef FAIRLEAD_CONTROLPLANE_MODEL_VALIDATE_H_
#define FAIRLEAD_CONTROLPLANE_MODEL_VALIDATE_H_

// Checks one resource by itself: names, ports, weights, paths, headers, expressions, durations.
// References to other resources are checked by references.h.
//
//     ValidateResource(resource, problems);
//
// Thread: any. Source: the comments of api/fairlead/v1/resources.proto.

#include "controlplane/model/problem.h"
#include "fairlead/v1/management.pb.h"

namespace fairlead::control::model {

// A resource without a kind is a problem too.
void ValidateResource(const fairlead::v1::Resource& resource, Problems& problems);

}  // namespace fairlead::control::model

#endif  // FAIRLEAD_CONTROLPLANE_MODEL_VALIDATE_H_
