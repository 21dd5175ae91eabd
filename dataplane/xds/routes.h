#ifndef FAIRLEAD_DATAPLANE_XDS_ROUTES_H_
#define FAIRLEAD_DATAPLANE_XDS_ROUTES_H_

// The pipeline's route configurations: those that listeners refer to (RDS), and those inline in a
// listener. Compiles what changed, publishes it, and tells who waits.
//
//     routes.Want("edge", source);            // a listener refers to it: subscribed to
//     routes.OnRoutes(update);                // -> compiled, published, on_answer("edge", ...)
//     routes.Unwant("edge");                  // the last one: unsubscribed, removed
//
// With validate_clusters (default: true inline, false by RDS, as in Envoy) a route to a cluster
// that is not known is refused. A route configuration that the server takes away stays: only
// dropping the reference removes it, as in Envoy.
//
// Thread: configuration. Owner: Pipeline. Source: config.route.v3.RouteConfiguration.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "dataplane/base/strings.h"
#include "dataplane/xds/clusters.h"
#include "dataplane/xds/pipeline_context.h"

namespace fairlead::xds {

class Routes {
 public:
  enum class Answer { kAccepted, kRefused, kAbsent };
  using OnAnswer = absl::AnyInvocable<void(const std::string& name, Answer answer)>;
  struct Table {
    ContentHash hash;
    std::shared_ptr<const route::RouteTable> table;
  };

  Routes(PipelineContext& context, const Clusters& clusters, OnAnswer on_answer);

  // Subscriptions are told to their sources from now on.
  void Start();
  // Fails if the name is wanted already from another source.
  absl::Status CheckSource(const std::string& name, const Source* source) const;
  void Want(const std::string& name, Source* source);
  void Unwant(const std::string& name);
  // Tells the sources what changed by Want and Unwant.
  void TellSources();
  bool IsKnown(std::string_view name) const;

  std::vector<ResourceError> OnRoutes(Update update);

  // An inline route configuration; the table now published is given again if nothing changed.
  absl::StatusOr<Table> CompileInline(const std::string& name,
                                      const envoy::config::route::v3::RouteConfiguration& routes);
  void PublishInline(const std::string& name, Table table);
  void RemoveInline(const std::string& name);

 private:
  struct Entry {
    Source* source = nullptr;
    int wanted = 0;
    std::shared_ptr<const route::RouteTable> table;
  };

  using RouteTablePtr = std::shared_ptr<const route::RouteTable>;
  absl::StatusOr<RouteTablePtr> Compile(const Resource& resource, const Entry& entry);
  // Null when the whole must be looked at.
  absl::StatusOr<RouteTablePtr> CompileNews(const Resource& resource, const Entry& entry);
  absl::Status Apply(const Resource& resource, Entry& entry);
  absl::Status CheckClusters(const envoy::config::route::v3::RouteConfiguration& routes,
                             bool by_default) const;

  PipelineContext& context_;
  const Clusters& clusters_;
  OnAnswer on_answer_;
  bool is_started_ = false;
  StringMap<Entry> entries_;
  StringMap<Table> inline_tables_;
  std::set<Source*> changed_sources_;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_ROUTES_H_
