#ifndef FAIRLEAD_DATAPLANE_SERVER_ADMIN_JSON_H_
#define FAIRLEAD_DATAPLANE_SERVER_ADMIN_JSON_H_

// JSON replies: of Envoy's messages where we have them, else of documents built by hand. Thread:
// any.

#include "dataplane/server/admin/admin_page.h"
#include "nlohmann/json.hpp"

namespace google::protobuf {
class Message;
}

namespace fairlead::server::admin {

// Field names as in the .proto. `with_defaults`: also numbers that are 0, texts that are empty.
AdminReply JsonReply(const google::protobuf::Message& message, bool with_defaults);

// Bytes that are no UTF-8 become U+FFFD.
AdminReply JsonReply(const nlohmann::ordered_json& document);

}  // namespace fairlead::server::admin

#endif  // FAIRLEAD_DATAPLANE_SERVER_ADMIN_JSON_H_
