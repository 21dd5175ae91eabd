#ifndef FAIRLEAD_DATAPLANE_XDS_ROUTE_CHUNKS_H_
#define FAIRLEAD_DATAPLANE_XDS_ROUTE_CHUNKS_H_

// Remembers which virtual hosts of a route configuration were found good, by the hash of their
// bytes, so that a change of one of 10,000 is checked at the cost of one.
//
//     RouteChunks chunks;
//     std::string news = chunks.News(bytes);      // the configuration with new virtual hosts only
//     ... check it ...
//     chunks.Accept();                            // what was looked at last is good
//
// Thread: configuration. Owner: Routes. Source: protobuf's wire format;
// config.route.v3.RouteConfiguration.virtual_hosts.

#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "dataplane/xds/update.h"

namespace fairlead::xds {

class RouteChunks {
 public:
  // The serialized configuration without the virtual hosts that were accepted before. Nothing if
  // the bytes are malformed.
  std::optional<std::string> News(std::string_view bytes);
  // The virtual hosts of the bytes last given are the accepted ones.
  void Accept();

  size_t size() const { return accepted_.size(); }

 private:
  struct Hash {
    size_t operator()(const ContentHash& hash) const { return hash.low; }
  };
  using Hashes = absl::flat_hash_set<ContentHash, Hash>;

  Hashes accepted_;
  Hashes latest_;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_ROUTE_CHUNKS_H_
