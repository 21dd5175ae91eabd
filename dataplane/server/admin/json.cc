#include "dataplane/server/admin/json.h"

#include "dataplane/base/strings.h"
#include "google/protobuf/util/json_util.h"

namespace fairlead::server::admin {

AdminReply JsonReply(const google::protobuf::Message& message, bool with_defaults) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = with_defaults;
  AdminReply reply{.content_type = kJsonType};
  const auto status = google::protobuf::util::MessageToJsonString(message, &reply.body, options);
  if (!status.ok()) {
    return {.status = 500,
            .body = StrCat("cannot be written as JSON: ", status.message().ToString(), "\n")};
  }
  return reply;
}

AdminReply JsonReply(const nlohmann::ordered_json& document) {
  return {.body = StrCat(
              document.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace), "\n"),
          .content_type = kJsonType};
}

}  // namespace fairlead::server::admin
