#include "dataplane/cluster/proto_fields.h"

#include <algorithm>
#include <string>
#include <vector>

#include "dataplane/base/status.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/unknown_field_set.h"

namespace fairlead::cluster {

absl::Status OnlyFields(const google::protobuf::Message& message, std::string_view path,
                        std::initializer_list<std::string_view> allowed) {
  std::vector<const google::protobuf::FieldDescriptor*> set;
  message.GetReflection()->ListFields(message, &set);
  for (const google::protobuf::FieldDescriptor* field : set) {
    if (std::find(allowed.begin(), allowed.end(), field->name()) != allowed.end()) continue;
    std::string list;
    for (const std::string_view name : allowed) StrAppend(&list, list.empty() ? "" : ", ", name);
    return InvalidArgument(
        path, path.empty() ? "" : ".", field->name(),
        ": is not supported here; supported: ", list.empty() ? "no field" : list);
  }
  if (!message.GetReflection()->GetUnknownFields(message).empty()) {
    return InvalidArgument(path, ": has a field that this version of the API does not know");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::chrono::milliseconds> Milliseconds(const google::protobuf::Duration& duration,
                                                       std::string_view path) {
  if (duration.seconds() < 0 || duration.nanos() < 0) {
    return InvalidArgument(path, ": is negative (", duration.seconds(), " s, ", duration.nanos(),
                           " ns)");
  }
  const std::chrono::seconds longest = std::chrono::duration_cast<std::chrono::seconds>(kLongest);
  if (duration.seconds() >= longest.count()) return kLongest;
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::seconds(duration.seconds()) +
                                                      std::chrono::nanoseconds(duration.nanos()));
}

absl::StatusOr<std::chrono::milliseconds> PositiveMilliseconds(
    const google::protobuf::Duration& duration, std::string_view path) {
  FL_ASSIGN_OR_RETURN(const std::chrono::milliseconds value, Milliseconds(duration, path));
  if (value.count() == 0) return InvalidArgument(path, ": is 0; it must be above 0");
  return value;
}

}  // namespace fairlead::cluster
