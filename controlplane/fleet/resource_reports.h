#ifndef FAIRLEAD_CONTROLPLANE_FLEET_RESOURCE_REPORTS_H_
#define FAIRLEAD_CONTROLPLANE_FLEET_RESOURCE_REPORTS_H_

// What proxies report of their resources: how many are live, and which are not.
//
//     reports.Apply(call, address, report);     // each message of a call
//     reports.Disconnect(call);
//     reports.Find("proxy-1", "127.0.0.1:40312")
//
// Thread: any. Owner: the xDS server. Limits: one entry for each open call; kNotLiveMax resources,
// kTypesMax types and kTextBytesMax of a name or error in each, whatever a proxy sends.
// Source: api/fairlead/v1/resource_status.proto.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "fairlead/v1/resource_status.pb.h"

namespace fairlead::control::fleet {

class ResourceReports {
 public:
  using CallId = std::uint64_t;
  static constexpr std::size_t kNotLiveMax = 1000;
  static constexpr int kTypesMax = 16;
  static constexpr std::size_t kTextBytesMax = 4096;

  explicit ResourceReports(std::function<absl::Time()> clock) : clock_(std::move(clock)) {}

  // The first report of a call names the node.
  void Apply(CallId call, std::string_view address,
             const fairlead::v1::ResourceStatusReport& report);
  void Disconnect(CallId call);

  // What the client of that node at that address reported; of that node at any address if there is
  // none (a proxy in between may spread calls over connections); null if it reports nothing.
  std::shared_ptr<const fairlead::v1::ResourceReport> Find(std::string_view node_id,
                                                           std::string_view address) const;

 private:
  // Type URL and name.
  using Key = std::pair<std::string, std::string>;
  struct Entry {
    std::string node_id;
    std::string address;
    absl::Time at = absl::InfinitePast();
    google::protobuf::RepeatedPtrField<fairlead::v1::ResourceCounts> counts;
    std::map<Key, fairlead::v1::ResourceStatus> not_live;
  };

  const std::function<absl::Time()> clock_;
  mutable absl::Mutex mutex_;
  std::map<CallId, Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fairlead::control::fleet

#endif  // FAIRLEAD_CONTROLPLANE_FLEET_RESOURCE_REPORTS_H_
