#ifndef FAIRLEAD_DATAPLANE_HTTP_COMPILE_LOCAL_REPLY_H_
#define FAIRLEAD_DATAPLANE_HTTP_COMPILE_LOCAL_REPLY_H_

// From LocalReplyConfig to LocalReplies. Errors begin with the field's path in it. Thread:
// configuration.

#include <memory>

#include "absl/status/statusor.h"
#include "dataplane/http/local_reply.h"

namespace envoy::extensions::filters::network::http_connection_manager::v3 {
class LocalReplyConfig;
}

namespace fairlead::http {

absl::StatusOr<std::shared_ptr<const LocalReplies>> CompileLocalReplies(
    const envoy::extensions::filters::network::http_connection_manager::v3::LocalReplyConfig&
        proto);

}  // namespace fairlead::http

#endif  // FAIRLEAD_DATAPLANE_HTTP_COMPILE_LOCAL_REPLY_H_
