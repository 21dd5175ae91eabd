#ifndef FAIRLEAD_DATAPLANE_XDS_DOCUMENT_TO_PROTO_H_
#define FAIRLEAD_DATAPLANE_XDS_DOCUMENT_TO_PROTO_H_

// Fills a protobuf message from a YAML or JSON document by proto3's JSON mapping, directly by
// reflection. A google.protobuf.Any ("@type") is resolved among the linked-in messages.
//
//     envoy::config::bootstrap::v3::Bootstrap bootstrap;
//     FL_RETURN_IF_ERROR(DocumentToProto(document, bootstrap));
//     // envoy.yaml:12: static_resources.clusters[0].conect_timeout: no such field in
//     // envoy.config.cluster.v3.Cluster
//
// Field names may be the proto's or lowerCamelCase. A name given twice, two members of a oneof and
// unknown fields are errors. In YAML a plain scalar takes the type of its field, so `port: 80` and
// `name: 80` both mean what they look like.
//
// Thread: any. Limits: aliases may multiply the document kAliasFactorMax times; kDepthMax levels.
// Source: protobuf.dev, "ProtoJSON format"; envoy source/common/protobuf/yaml_utility.cc (scalars).

#include "absl/status/status.h"
#include "dataplane/xds/document.h"

namespace google::protobuf {
class Message;
}

namespace fairlead::xds {

inline constexpr size_t kAliasFactorMax = 10;
// What small documents may grow to by aliases in any case.
inline constexpr size_t kAliasNodesMin = 100'000;

// `message` is emptied first. On an error its content is unspecified.
absl::Status DocumentToProto(const Document& document, google::protobuf::Message& message);

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_DOCUMENT_TO_PROTO_H_
