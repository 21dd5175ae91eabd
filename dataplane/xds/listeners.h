#ifndef FAIRLEAD_DATAPLANE_XDS_LISTENERS_H_
#define FAIRLEAD_DATAPLANE_XDS_LISTENERS_H_

// The pipeline's listeners: takes them apart (the listener itself, inline route configurations,
// references to route configurations), compiles what changed, and publishes a listener once its
// routes are known.
//
//     a listener comes     routes known: inline tables, then the listener are published
//                          else: warming, until they come
//     they are refused, do not exist, or do not come in initial_fetch_timeout
//                          a new listener is published without them; an update waits on while the
//                          old one serves
//     its address is another listener's: it is refused
//     only its inline routes changed: their table is published, the listener is left alone
//
// Thread: configuration. Owner: Pipeline. Source: envoy docs, "Listener warming".

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "dataplane/base/strings.h"
#include "dataplane/xds/pipeline_context.h"
#include "dataplane/xds/routes.h"

namespace envoy::config::listener::v3 {
class FilterChain;
}

namespace fairlead::xds {

class Listeners {
 public:
  // `on_ready` is called after every change that leaves no listener unpublished.
  Listeners(PipelineContext& context, Routes& routes, absl::AnyInvocable<void()> on_ready);
  ~Listeners();

  // A listener of the bootstrap; errors are fatal for the caller. All clusters of the bootstrap
  // have been added before.
  absl::Status AddStatic(const envoy::config::listener::v3::Listener& listener);
  // The time for route configurations to come runs from now on.
  void Start();
  std::vector<ResourceError> OnListeners(Update update);
  void OnRouteAnswer(const std::string& route_name, Routes::Answer answer);

  size_t size() const { return entries_.size(); }
  // No listener is still waited for that was never published.
  bool IsReady() const { return unready_count_ == 0; }
  bool IsWarming(std::string_view name) const;

 private:
  struct RouteReference;
  struct Parts;
  struct Version;
  struct Warming;
  struct Entry;

  // `leaving`: what the same update removes.
  absl::Status Apply(const Resource& resource, bool is_static, const StringSet& leaving);
  // Two listeners on one address would share its connections by chance.
  absl::Status CheckAddress(std::string_view name, std::string_view address,
                            const StringSet& leaving) const;
  absl::Status TakeApart(envoy::config::listener::v3::Listener& listener, Parts& parts) const;
  absl::Status TakeApartChain(const std::string& listener,
                              envoy::config::listener::v3::FilterChain& chain, int index,
                              Parts& parts) const;
  void Adopt(const std::string& name, Entry& entry, std::unique_ptr<Version> version,
             event::Duration timeout);
  void Publish(const std::string& name, Entry& entry, std::unique_ptr<Version> version);
  void StopWarming(Entry& entry);
  void EndWait(const std::string& name);
  void Remove(const std::string& name);
  void NoteReady();

  PipelineContext& context_;
  Routes& routes_;
  absl::AnyInvocable<void()> on_ready_;
  StringMap<std::unique_ptr<Entry>> entries_;
  size_t unready_count_ = 0;
  bool is_started_ = false;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_LISTENERS_H_
