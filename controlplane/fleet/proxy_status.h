#ifndef FAIRLEAD_CONTROLPLANE_FLEET_PROXY_STATUS_H_
#define FAIRLEAD_CONTROLPLANE_FLEET_PROXY_STATUS_H_

// What is known of one connected xDS client: a plain mirror of fairlead.v1.Proxy.
//
// Thread: any (values). Owner: whoever holds the copy.
// Source: api/fairlead/v1/management.proto, messages Proxy and TypeStatus.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace fairlead::v1 {
class ResourceReport;
}

namespace fairlead::control::fleet {

// One resource type on one stream.
struct TypeStatus {
  std::string type_url;
  std::string version_sent;
  std::string version_acknowledged;
  // The last rejection, while what it rejected is still what the control plane wants; else empty.
  std::string last_nack;
  // absl::InfinitePast() when there was none.
  absl::Time last_nack_time = absl::InfinitePast();
  // All rejections of this type on this stream.
  std::int64_t nacks = 0;
};

struct ProxyStatus {
  std::string node_id;
  std::string cluster;
  // "127.0.0.1:40312".
  std::string address;
  absl::Time connected_since = absl::InfinitePast();
  // Sorted by type_url.
  std::vector<TypeStatus> types;
  // Name and version as the client says: "envoy 1.40.0".
  std::string user_agent;
  // The newest revision of which every subscribed type has been acknowledged; 0 before the first.
  std::int64_t revision_acknowledged = 0;
  // What the client reports of its resources; null if it does not.
  std::shared_ptr<const fairlead::v1::ResourceReport> resources;
};

}  // namespace fairlead::control::fleet

#endif  // FAIRLEAD_CONTROLPLANE_FLEET_PROXY_STATUS_H_
