#ifndef FAIRLEAD_CONTROLPLANE_MODEL_RESOURCE_JSON_H_
#define FAIRLEAD_CONTROLPLANE_MODEL_RESOURCE_JSON_H_

// A resource as JSON and YAML in the user's format: `kind`, then the fields in the order of the
// API, those that are not set left out. What is written here, ParseDocuments reads back to the same
// resource. Thread: any.

#include <string>

#include "fairlead/v1/management.pb.h"
#include "nlohmann/json_fwd.hpp"

namespace fairlead::control::model {

// The resource must have a kind.
nlohmann::ordered_json ResourceToJson(const fairlead::v1::Resource& resource);
// One YAML document, without "---", ending with a line end.
std::string ResourceToYaml(const fairlead::v1::Resource& resource);

// JSON text; bytes that are no UTF-8 are replaced.
std::string JsonText(const nlohmann::ordered_json& json, int indent = -1);

}  // namespace fairlead::control::model

#endif  // FAIRLEAD_CONTROLPLANE_MODEL_RESOURCE_JSON_H_
