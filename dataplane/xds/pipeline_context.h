#ifndef FAIRLEAD_DATAPLANE_XDS_PIPELINE_CONTEXT_H_
#define FAIRLEAD_DATAPLANE_XDS_PIPELINE_CONTEXT_H_

// What the parts of the pipeline (Clusters, Routes, Listeners) share: whom they call, what they
// remember, and small helpers. Thread: configuration. Owner: Pipeline.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "dataplane/event/timer.h"
#include "dataplane/xds/compiler.h"
#include "dataplane/xds/live_tracker.h"
#include "dataplane/xds/proto_check.h"
#include "dataplane/xds/type_status.h"
#include "dataplane/xds/update.h"

namespace envoy::config::core::v3 {
class ConfigSource;
}

namespace fairlead::xds {

// Makes the sources that configuration refers to; each once.
class SourceProvider {
 public:
  virtual ~SourceProvider() = default;
  // The source lives as long as the provider. Errors name the field and what is allowed.
  virtual absl::StatusOr<Source*> SourceFor(const envoy::config::core::v3::ConfigSource& config,
                                            ResourceType type) = 0;
  // Source::Restore of every source that the type may come from.
  virtual void Restore(ResourceType, const std::vector<std::pair<std::string, std::string>>&) {}
};

struct PipelineContext {
  Compiler& compiler;
  ConfigSink& sink;
  ProtoCheck& check;
  event::TimerWheel& timers;
  const event::TimeSource& time;
  LiveTracker& live;
  PerType<TypeStatus>& status;
  SourceProvider* sources = nullptr;  // Set before the first resource.

  TypeStatus& Status(ResourceType type) { return status[type]; }
  event::WallTime now() const { return time.Wall(); }
};

// A timer that calls a closure, once at most; the closure may destroy it. A wait of 0 never ends.
class WarmTimer {
 public:
  explicit WarmTimer(absl::AnyInvocable<void()> on_timeout)
      : on_timeout_(std::move(on_timeout)),
        timer_(
            [](void* self) {
              auto on_timeout = std::move(static_cast<WarmTimer*>(self)->on_timeout_);
              on_timeout();
            },
            this) {}
  WarmTimer(const WarmTimer&) = delete;
  WarmTimer& operator=(const WarmTimer&) = delete;

  void Arm(event::TimerWheel& wheel, event::Duration after) {
    if (after > event::Duration::zero()) timer_.Arm(wheel, after);
  }
  void Disarm() { timer_.Disarm(); }

 private:
  absl::AnyInvocable<void()> on_timeout_;
  event::Timer timer_;
};

inline constexpr event::Duration kInitialFetchTimeout = std::chrono::seconds(15);
// ConfigSource.initial_fetch_timeout: 15 s unless set; 0 waits without end.
event::Duration InitialFetchTimeout(const envoy::config::core::v3::ConfigSource& config);

// "cluster 'a': <error>", unless the error begins so already.
std::string Labelled(ResourceType type, std::string_view name, std::string_view error);
// A ResourceError of a resource, also remembered in the type's status.
ResourceError RejectResource(PipelineContext& context, ResourceType type, const std::string& name,
                             const std::string& version, const absl::Status& status);
// The resource's message, parsed and checked; errors are labelled.
absl::Status ParseAndCheck(PipelineContext& context, ResourceType type, const Resource& resource,
                           google::protobuf::Message& message);
// A static resource of the bootstrap in the form that dynamic ones have.
Resource ResourceOf(const google::protobuf::Message& message, std::string name);

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_PIPELINE_CONTEXT_H_
