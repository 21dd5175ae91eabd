#ifndef FAIRLEAD_DATAPLANE_XDS_TYPE_STATUS_H_
#define FAIRLEAD_DATAPLANE_XDS_TYPE_STATUS_H_

// What the pipeline remembers of one type of resource: the last accepted bytes of each and whether
// they serve, the last fault of each, and the counters that Envoy has per subscription, summed over
// the type. Whoever reports on it can ask for the names of what changed.
//
// Thread: configuration. Owner: Pipeline. Limits: kRejectedMax resources are remembered that were
// refused and never accepted (a server could invent names without end).

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
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

  // What of a resource all workers serve.
  enum class Live : uint8_t { kNothing, kOlder, kThis };
  struct Accepted {
    std::string version;
    std::string bytes;
    ContentHash hash;
    event::WallTime at{};
    bool is_static = false;
    Live live = Live::kNothing;
    std::string older_version;     // If `live` is kOlder.
    event::WallTime live_since{};  // Unless `live` is kNothing.
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
  // Confirms it if it is what was accepted last, and not of the bootstrap.
  bool ConfirmIfSame(const Resource& resource, event::WallTime now);
  void Reject(const std::string& name, const std::string& version, std::string_view error,
              event::WallTime now);
  void Remove(std::string_view name);
  // What was refused and is gone is no fault any more.
  void Forget(std::string_view name);
  void ForgetAllBut(absl::FunctionRef<bool(std::string_view name)> is_present);
  // Every worker serves that version of the resource.
  void SetLive(std::string_view name, const std::string& version, const ContentHash& hash,
               event::WallTime now);

  // From now on the names of resources that changed are kept, beginning with all there are, and
  // `on_change` is called with the first of them. Null: no more. Those of the bootstrap are left
  // out.
  void Watch(std::function<void()> on_change);
  bool has_changes() const { return !changed_.empty(); }
  // Takes `count` names at most.
  std::vector<std::string> TakeChanges(size_t count);

  // Null if none was accepted.
  const Accepted* Find(std::string_view name) const;
  // Parses the accepted bytes; false if there are none.
  bool Parse(std::string_view name, google::protobuf::Message& message) const;

  const StringMap<Accepted>& accepted() const { return accepted_; }
  const std::map<std::string, Rejected, std::less<>>& rejected() const { return rejected_; }
  // Of those that are not of the bootstrap: accepted, and whose last accepted version is live.
  size_t dynamic_count() const { return accepted_.size() - static_count_; }
  size_t live_count() const { return live_count_; }
  // Grows with everything that is accepted or removed.
  uint64_t revision() const { return revision_; }

  TypeCounters counters;

 private:
  void NoteChange(std::string_view name);
  void Confirm(Accepted& accepted, const Resource& resource, event::WallTime now);
  // The bookkeeping of what an entry counts as.
  void Leave(const Accepted& accepted);
  void Enter(const Accepted& accepted);

  StringMap<Accepted> accepted_;
  std::map<std::string, Rejected, std::less<>> rejected_;
  size_t static_count_ = 0;
  size_t live_count_ = 0;
  uint64_t revision_ = 0;
  std::function<void()> on_change_;
  StringSet changed_;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_TYPE_STATUS_H_
