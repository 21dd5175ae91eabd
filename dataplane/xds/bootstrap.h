#ifndef FAIRLEAD_DATAPLANE_XDS_BOOTSTRAP_H_
#define FAIRLEAD_DATAPLANE_XDS_BOOTSTRAP_H_

// Reads configuration files: the bootstrap (Envoy's -c and --config-yaml) and files of resources
// (path_config_source).
//
//     FL_ASSIGN_OR_RETURN(auto bootstrap, LoadBootstrap("envoy.yaml", "", {}));
//
// The format follows the file's name: .yaml, .yml, .json, .pb (binary), .pb_text; any other name is
// JSON if the text begins with '{', else YAML. Unknown fields are errors with file, line and path.
// Nothing is validated here beyond the form: that is the pipeline's (ProtoCheck).
//
// Thread: any; blocks on the file. Limits: Document's. Source: envoy operations/cli, --config-yaml.

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace google::protobuf {
class Message;
}
namespace envoy::config::bootstrap::v3 {
class Bootstrap;
}
namespace envoy::service::discovery::v3 {
class DiscoveryResponse;
}

namespace fairlead::xds {

// Command-line values that win over the file's node; empty ones do not.
struct BootstrapOverrides {
  std::string service_node;
  std::string service_cluster;
};

// The file at `path` (may be empty) with the YAML text `config_yaml` (may be empty) merged over it
// as protobuf merges: lists are appended, messages merged, other fields replaced. One of the two
// must be given.
absl::StatusOr<envoy::config::bootstrap::v3::Bootstrap> LoadBootstrap(
    std::string_view path, std::string_view config_yaml, const BootstrapOverrides& overrides);

// A file of resources: `resources`, each with "@type", and `version_info`.
absl::StatusOr<envoy::service::discovery::v3::DiscoveryResponse> LoadResources(
    std::string_view path);

// The whole of a file, at most Document::kBytesMax.
absl::StatusOr<std::string> ReadFile(std::string_view path);
// The steps of the above, for other messages.
absl::Status LoadProto(std::string_view path, google::protobuf::Message& message);
absl::Status ParseProto(std::string_view text, std::string_view name,
                        google::protobuf::Message& message);

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_BOOTSTRAP_H_
