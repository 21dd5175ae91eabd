#ifndef FAIRLEAD_DATAPLANE_ROUTE_COMPILE_EDITS_H_
#define FAIRLEAD_DATAPLANE_ROUTE_COMPILE_EDITS_H_

// From core.v3.HeaderValueOption lists to HeaderEdits. Thread: any.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "dataplane/route/route.h"
#include "google/protobuf/repeated_ptr_field.h"

namespace envoy::config::core::v3 {
class HeaderValueOption;
}

namespace fairlead::route {

// Null when there is nothing to do. `field` ("request_headers") begins the fields' names in errors.
absl::StatusOr<std::shared_ptr<const HeaderEdits>> CompileEdits(
    const google::protobuf::RepeatedPtrField<envoy::config::core::v3::HeaderValueOption>& to_add,
    const google::protobuf::RepeatedPtrField<std::string>& to_remove, std::string_view field);

// What one level (route, virtual host, ...) does to requests and responses.
struct LevelEdits {
  std::shared_ptr<const HeaderEdits> request;
  std::shared_ptr<const HeaderEdits> response;
};

// For any message with the four lists.
template <typename Proto>
absl::StatusOr<LevelEdits> CompileLevelEdits(const Proto& proto) {
  LevelEdits level;
  auto request = CompileEdits(proto.request_headers_to_add(), proto.request_headers_to_remove(),
                              "request_headers");
  if (!request.ok()) return request.status();
  level.request = *std::move(request);
  auto response = CompileEdits(proto.response_headers_to_add(), proto.response_headers_to_remove(),
                               "response_headers");
  if (!response.ok()) return response.status();
  level.response = *std::move(response);
  return level;
}

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_COMPILE_EDITS_H_
