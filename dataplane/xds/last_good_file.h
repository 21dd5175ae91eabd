#ifndef FAIRLEAD_DATAPLANE_XDS_LAST_GOOD_FILE_H_
#define FAIRLEAD_DATAPLANE_XDS_LAST_GOOD_FILE_H_

// The last good configuration on disk: every resource that was accepted from a control plane, in
// one file, DIR/last_good.xds.
//
//     "FLGOOD1\n"            the format
//     16 bytes               XXH3-128 of all that follows, little-endian low half first
//     node id, node cluster  whose configuration it is      } each preceded by its length
//     four times: DeltaDiscoveryResponse of a type          } (varint)
//
// It is written beside itself, synced and renamed, so that whoever ends the process at any moment
// leaves the old file or the new one. What cannot be read to the last byte is refused as a whole.
// It may hold secrets: the file is its owner's alone (0600).
//
// Thread: any; blocks on the disk. Limits: kBytesMax.

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "dataplane/xds/type_status.h"

namespace envoy::config::core::v3 {
class Node;
}

namespace fairlead::xds {

struct LastGoodConfig {
  PerType<std::vector<Resource>> types;
};

class LastGoodFile {
 public:
  static constexpr size_t kBytesMax = 512 << 20;
  static constexpr std::string_view kName = "last_good.xds";

  // The file's bytes. What is of the bootstrap is left out.
  static std::string Encode(const PerType<TypeStatus>& status,
                            const envoy::config::core::v3::Node& node);
  // Errors say what is wrong with the bytes. A file of another node is an error.
  static absl::StatusOr<LastGoodConfig> Decode(std::string_view bytes,
                                               const envoy::config::core::v3::Node& node);

  // Errors name the file and the step that failed. The folder is made if it is not there.
  static absl::Status Write(const std::string& folder, std::string_view bytes);
  // NotFound if there is no file.
  static absl::StatusOr<std::string> Read(const std::string& folder);
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_LAST_GOOD_FILE_H_
