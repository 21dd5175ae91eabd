#ifndef FAIRLEAD_DATAPLANE_XDS_LIVE_TRACKER_H_
#define FAIRLEAD_DATAPLANE_XDS_LIVE_TRACKER_H_

// Finds out when what was published is what every worker serves, and writes it into the status of
// its type.
//
//     tracker.Published(ResourceType::kRoute, "edge");      // beside sink.PublishRoutes("edge",
//     ...)
//     ... the turn of the loop ends; the workers take what was posted to them ...
//     status[kRoute].Find("edge")->live == kThis
//
// What is published in one turn of the loop is asked about once. Thread: configuration.
// Owner: Pipeline. Limits: a name for each resource published and not yet taken by the workers.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "dataplane/event/time_source.h"
#include "dataplane/xds/compiler.h"
#include "dataplane/xds/type_status.h"

namespace fairlead::xds {

class LiveTracker {
 public:
  // Runs work on the configuration thread, not within the call; may be called from any thread.
  using Post = std::function<void(absl::AnyInvocable<void()>)>;

  // All are borrowed.
  LiveTracker(ConfigSink& sink, PerType<TypeStatus>& status, const event::TimeSource& time,
              Post post);
  ~LiveTracker();

  void Published(ResourceType type, std::string_view name);
  // A cluster that serves only when its names have been resolved.
  void PublishedNames(std::string_view cluster);

 private:
  struct Anchor;
  struct Version {
    ResourceType type;
    std::string name;
    std::string version;
    ContentHash hash;
  };

  void Schedule();
  // The turn in which something was published is over: its versions are known now.
  void Look();
  void Await(const std::string& cluster, std::vector<Version> versions);
  void OnLive(const std::vector<Version>& versions);

  ConfigSink& sink_;
  PerType<TypeStatus>& status_;
  const event::TimeSource& time_;
  const Post post_;
  const std::shared_ptr<Anchor> anchor_;
  std::vector<std::pair<ResourceType, std::string>> published_;
  std::vector<std::string> published_names_;
  bool is_scheduled_ = false;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_LIVE_TRACKER_H_
