#ifndef FAIRLEAD_DATAPLANE_XDS_RESOURCE_FILE_H_
#define FAIRLEAD_DATAPLANE_XDS_RESOURCE_FILE_H_

// Reads a file of resources (path_config_source) each time it has changed, at the cost of what is
// new in it: of 10,000 virtual hosts, or resources, those whose text was there before are not
// parsed again.
//
//     ResourceFile file("/etc/proxy/rds.yaml", ResourceType::kRoute);
//     FL_ASSIGN_OR_RETURN(DiscoveryResponse response, file.Load());     // again after each change
//
// What Load() returns is what LoadResources() would, with its errors: entries of the long list that
// are known by their text are left out of what is parsed, and their bytes put in afterwards. An
// entry becomes known when it was parsed within its list, between its neighbours, and was one
// element of it; so its text begins and ends where it should, and means the same beside others.
// Where anything is not as expected, the whole is parsed.
//
// Thread: one at a time; blocks on the file. Owner: FileSource. Limits: Document's; keeps the bytes
// of what the file holds. Source: config.core.v3.PathConfigSource.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "dataplane/xds/text_lists.h"
#include "dataplane/xds/update.h"

namespace envoy::service::discovery::v3 {
class DiscoveryResponse;
}

namespace fairlead::xds {

class ResourceFile {
 public:
  ResourceFile(std::string path, ResourceType type);

  absl::StatusOr<envoy::service::discovery::v3::DiscoveryResponse> Load();
  // How many entries the last Load() had no need to parse.
  size_t entries_known() const { return entries_known_; }

 private:
  // By an entry's text: the field it became, with its tag.
  struct Known {
    struct Hash {
      size_t operator()(const ContentHash& hash) const { return hash.low; }
    };
    struct Place {
      size_t begin = 0;
      size_t size = 0;
    };
    absl::flat_hash_map<ContentHash, Place, Hash> places;
    std::string bytes;
  };
  struct Entry {
    ContentHash hash;
    std::string_view field;  // Empty: not known.
  };
  struct List {
    TextList text;
    std::vector<Entry> entries;
  };

  bool LoadNews(std::string_view text, envoy::service::discovery::v3::DiscoveryResponse& response);
  std::vector<List> FindLists(std::string_view text) const;
  std::string LeaveOutKnown(std::string_view text, const std::vector<List>& lists) const;
  absl::Status ParseNews(const std::string& news,
                         envoy::service::discovery::v3::DiscoveryResponse& response) const;
  bool PutBack(std::vector<List>& lists,
               envoy::service::discovery::v3::DiscoveryResponse& response);
  bool PutBack(List& list, std::string_view message, std::string& whole);

  const std::string path_;
  const ResourceType type_;
  Known known_;
  Known next_;
  size_t entries_known_ = 0;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_RESOURCE_FILE_H_
