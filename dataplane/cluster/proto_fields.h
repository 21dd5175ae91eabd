#ifndef FAIRLEAD_DATAPLANE_CLUSTER_PROTO_FIELDS_H_
#define FAIRLEAD_DATAPLANE_CLUSTER_PROTO_FIELDS_H_

// Reading fields of a cluster's messages, with errors that carry the field's path.
//
//     FL_RETURN_IF_ERROR(OnlyFields(options, "explicit_http_config", {"http_protocol_options"}));
//     FL_ASSIGN_OR_RETURN(config.connect_timeout, Milliseconds(proto.connect_timeout(),
//                                                              "connect_timeout"));
//
// Thread: any.

#include <chrono>
#include <initializer_list>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace google::protobuf {
class Duration;
class Message;
}  // namespace google::protobuf

namespace fairlead::cluster {

// Longer times are cut to this; as good as never, and far from overflow.
inline constexpr std::chrono::milliseconds kLongest = std::chrono::hours(24 * 3650);

// Refuses every field of `message` that is set and not in `allowed`, and unknown ones. For messages
// that are more widely supported elsewhere (Http1ProtocolOptions of a listener), which the table of
// supported fields cannot tell apart.
absl::Status OnlyFields(const google::protobuf::Message& message, std::string_view path,
                        std::initializer_list<std::string_view> allowed);

// Rounded up to whole milliseconds. Negative ones are an error.
absl::StatusOr<std::chrono::milliseconds> Milliseconds(const google::protobuf::Duration& duration,
                                                       std::string_view path);

// The same, and zero is an error too.
absl::StatusOr<std::chrono::milliseconds> PositiveMilliseconds(
    const google::protobuf::Duration& duration, std::string_view path);

}  // namespace fairlead::cluster

#endif  // FAIRLEAD_DATAPLANE_CLUSTER_PROTO_FIELDS_H_
