#ifndef FAIRLEAD_DATAPLANE_XDS_PIPELINE_H_
#define FAIRLEAD_DATAPLANE_XDS_PIPELINE_H_

// From resources to what the workers serve: check, compile, warm, publish, each only for what
// changed. The bootstrap's static resources take the same path as what comes by xDS.
//
//     Pipeline pipeline(table, compiler, sink, timers, time);
//     pipeline.UseSources(sources);                       // which hand their updates to it
//     FL_RETURN_IF_ERROR(pipeline.LoadStatic(bootstrap));
//     pipeline.Start();
//
// Phases, each begun when the one before is done:
//     static      clusters of the bootstrap, then its listeners
//     clusters    CDS subscribed; its first answer, and every cluster warm
//     listeners   LDS and RDS subscribed; the first answer, and every listener warm
//     running     sink.InitDone() was called
// An error in an update changes nothing of the resource that it is in, and is returned to the
// source (which sends it as a NACK); in the bootstrap it is fatal.
//
// Thread: configuration. Owner: ConfigThread. Source: envoy docs, "Initialization".

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/xds/clusters.h"
#include "dataplane/xds/last_good_file.h"
#include "dataplane/xds/listeners.h"
#include "dataplane/xds/pipeline_context.h"
#include "dataplane/xds/routes.h"

namespace envoy::admin::v3 {
class ConfigDump;
}
namespace envoy::config::bootstrap::v3 {
class Bootstrap;
}

namespace fairlead::xds {

// How the pipeline stands, for statistics; a copy.
struct PipelineState {
  PerType<TypeCounters> types;
  size_t clusters = 0;
  size_t listeners = 0;
  bool is_ready = false;  // InitDone was called.
  bool serves_last_good = false;
};

class Pipeline final : public UpdateHandler {
 public:
  // All are borrowed. The table must not change while the pipeline lives.
  // `post` is for what comes back from the workers.
  Pipeline(const SupportTable& table, Compiler& compiler, ConfigSink& sink,
           event::TimerWheel& timers, const event::TimeSource& time, LiveTracker::Post post);
  ~Pipeline() override;

  // Before LoadStatic. Borrowed.
  void UseSources(SourceProvider& sources);
  // Checks the bootstrap and applies its static resources. (Not const: they are taken out and put
  // back meanwhile, which spares a copy.)
  absl::Status LoadStatic(envoy::config::bootstrap::v3::Bootstrap& bootstrap);
  // Before Start. `load` is called once at most: when the control plane cannot be reached, or does
  // not answer in time, before the first configuration has come from it. What it gives is applied
  // in place of the answers that are missing, and replaced by them once they come. `on_serving` is
  // told when the proxy begins to live on it, and when the control plane has answered.
  void UseLastGood(std::function<std::optional<LastGoodConfig>()> load,
                   std::function<void(bool)> on_serving);
  // Subscribes to what the bootstrap's dynamic_resources name.
  void Start();

  std::vector<ResourceError> OnUpdate(Update update) override;
  void OnAttempt(ResourceType type) override;
  void OnSourceFailure(ResourceType type, std::string_view reason) override;

  bool is_ready() const { return phase_ == Phase::kRunning; }
  // The last good configuration was applied, and the control plane has not answered since.
  bool serves_last_good() const { return serves_last_good_; }
  // For whoever reports on it.
  PerType<TypeStatus>& status() { return status_; }
  const Clusters& clusters() const { return clusters_; }
  const Listeners& listeners() const { return listeners_; }
  PipelineState State() const;
  // What was last accepted, and what was refused since: ClustersConfigDump, ListenersConfigDump,
  // RoutesConfigDump (inline route configurations are in their listeners), and, if asked for,
  // EndpointsConfigDump. `name_contains` (if not empty) picks resources.
  void Dump(bool with_endpoints, std::string_view name_contains,
            envoy::admin::v3::ConfigDump& dump) const;

 private:
  enum class Phase { kStatic, kClusters, kListeners, kRunning };
  // The wait for the first answer of CDS or LDS.
  struct FirstAnswer {
    Source* source = nullptr;  // Null: not configured, nothing to wait for.
    event::Duration timeout{};
    bool has_come = false;
    std::unique_ptr<WarmTimer> timer;
  };
  absl::Status CheckRest(envoy::config::bootstrap::v3::Bootstrap& bootstrap);
  absl::Status FindSource(const envoy::config::core::v3::ConfigSource& config, ResourceType type,
                          FirstAnswer& answer);
  void Subscribe(FirstAnswer& answer, ResourceType type);
  void NoteAnswer(ResourceType type);
  // Applies the last good configuration if it is needed, and there is one.
  void TryLastGood();
  void ApplyLastGood(LastGoodConfig config);
  void SetServesLastGood(bool serves);
  void Advance();
  std::vector<ResourceError> Dispatch(Update update);

  ProtoCheck check_;
  PerType<TypeStatus> status_;
  LiveTracker live_;
  PipelineContext context_;
  Clusters clusters_;
  Routes routes_;
  Listeners listeners_;
  FirstAnswer cds_, lds_;
  Phase phase_ = Phase::kStatic;
  bool is_advancing_ = false;
  std::function<std::optional<LastGoodConfig>()> load_last_good_;
  std::function<void(bool)> on_serving_last_good_;
  bool serves_last_good_ = false;
  bool is_applying_last_good_ = false;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_PIPELINE_H_
