#ifndef FAIRLEAD_CONTROLPLANE_MANAGEMENT_REST_JSON_H_
#define FAIRLEAD_CONTROLPLANE_MANAGEMENT_REST_JSON_H_

// The messages of the API as the JSON of the REST twin: as protobuf's JSON, except that a resource
// is written as the user writes it ({"kind": "Route", "name": ...}), a key is kind and name side by
// side, and numbers are numbers. Fields with their default value are written too, except in
// resources. Thread: any. Source: api/fairlead/v1/management.md.

#include "absl/status/status.h"
#include "fairlead/v1/management.pb.h"
#include "nlohmann/json_fwd.hpp"

namespace fairlead::control::management {

nlohmann::ordered_json ToJson(const fairlead::v1::StoredResource& stored);
nlohmann::ordered_json ToJson(const fairlead::v1::ListResponse& response);
nlohmann::ordered_json ToJson(const fairlead::v1::ChangeResponse& response);
nlohmann::ordered_json ToJson(const fairlead::v1::Revision& revision);
nlohmann::ordered_json ToJson(const fairlead::v1::ListRevisionsResponse& response);
nlohmann::ordered_json ToJson(const fairlead::v1::ListProxiesResponse& response);
nlohmann::ordered_json ToJson(const fairlead::v1::WatchEvent& event);
// {"code": "INVALID_ARGUMENT", "message": ..., "details": [{source, line, field, message, ...}]}
nlohmann::ordered_json ToJson(const absl::Status& status);

}  // namespace fairlead::control::management

#endif  // FAIRLEAD_CONTROLPLANE_MANAGEMENT_REST_JSON_H_
