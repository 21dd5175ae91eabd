#ifndef FAIRLEAD_DATAPLANE_XDS_TYPE_STATUS_H_
#define FAIRLEAD_DATAPLANE_XDS_TYPE_STATUS_H_

// What the pipeline remembers of one type of resource: the last accepted bytes of each, the last
// fault of each, and the counters that Envoy has per subscription, summed over the type.
//
// Thread: configuration. Owner: Pipeline. Limits: kRejectedMax resources are remembered that were
// refused and never accepted (a server could invent names without end).

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "dataplane/base/strings.h"
#include "dataplane/event/time_source.h"
#include "dataplane/xds/update.h"

namespace google::protobuf {
class Message;
}

namespace fairlead::xds {

struct TypeCounters {
  uint64_t update_attempt = 0;
  uint64_t update_success = 0;
  uint64_t update_rejected = 0;
  uint64_t update_failure = 0;
  uint64_t init_fetch_timeout = 0;
  std::string version_text;  // Of the last update that was accepted whole.
  event::WallTime updated_at{};
  std::string last_error;  // Of the last update that was not; empty after a good one.
  event::WallTime failed_at{};
};

class TypeStatus {
 public:
  static constexpr size_t kRejectedMax = 1000;

  struct Accepted {
    std::string version;
    std::string bytes;
    ContentHash hash;
    event::WallTime at{};
    bool is_static = false;
  };
  struct Rejected {
    std::string version;
    std::string error;
    event::WallTime at{};
  };

  // The resource is what counts from now on; a former fault of it is forgotten.
  void Accept(Resource resource, bool is_static, event::WallTime now);
  // The same bytes came again under another version.
  void Confirm(const Resource& resource, event::WallTime now);
  void Reject(const std::string& name, const std::string& version, std::string_view error,
              event::WallTime now);
  void Remove(std::string_view name);

  // Null if none was accepted.
  const Accepted* Find(std::string_view name) const;
  // Parses the accepted bytes; false if there are none.
  bool Parse(std::string_view name, google::protobuf::Message& message) const;

  const StringMap<Accepted>& accepted() const { return accepted_; }
  const std::map<std::string, Rejected, std::less<>>& rejected() const { return rejected_; }

  TypeCounters counters;

 private:
  StringMap<Accepted> accepted_;
  std::map<std::string, Rejected, std::less<>> rejected_;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_TYPE_STATUS_H_
