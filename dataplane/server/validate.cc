#include "dataplane/server/validate.h"

#include <string>
#include <utility>

#include "dataplane/base/log.h"
#include "dataplane/base/status.h"
#include "dataplane/cluster/cluster_slots.h"
#include "dataplane/observe/access_log_files.h"
#include "dataplane/observe/counter_sets.h"
#include "dataplane/route/header_condition.h"
#include "dataplane/route/route_table.h"
#include "dataplane/runtime/runtime.h"
#include "dataplane/server/edge_warnings.h"
#include "dataplane/server/override_names.h"
#include "dataplane/server/proxy_compiler.h"
#include "dataplane/xds/config_thread.h"
#include "envoy/config/bootstrap/v3/bootstrap.pb.h"

namespace fairlead::server {
namespace {

// Where there are no workers to publish to.
class NoWorkers final : public xds::ConfigSink {
 public:
  void PublishCluster(const std::string&, std::shared_ptr<const cluster::ClusterConfig>,
                      std::shared_ptr<const upstream::EndpointSet>) override {}
  void PublishEndpoints(const std::string&, std::shared_ptr<const upstream::EndpointSet>) override {
  }
  void RemoveCluster(const std::string&) override {}
  void PublishRoutes(const std::string& name,
                     std::shared_ptr<const route::RouteTable> table) override {
    for (const std::string& warning : table->warnings()) {
      FL_LOG(warn, "route configuration '{}': {}", name, warning);
    }
    Warn(override_names_.AddRoutes(name, table->override_names()));
  }
  void RemoveRoutes(const std::string&) override {}
  void PublishListener(const std::string& name,
                       std::shared_ptr<const listener::ListenerConfig> config) override {
    for (const std::string& warning : EdgeWarnings(*config)) {
      FL_LOG(warn, "listener '{}' is open at its edge: {}", name, warning);
    }
    Warn(override_names_.AddListener(*config));
  }
  void RemoveListener(const std::string&) override {}
  void InitDone() override {}
  void WhenLive(const std::string&, std::function<void()>) override {}
  std::string ListenerFault(const std::string&) const override { return ""; }

 private:
  static void Warn(const std::vector<std::string>& warnings) {
    for (const std::string& warning : warnings) FL_LOG(warn, "{}", warning);
  }

  OverrideNames override_names_;
};

}  // namespace

absl::Status Validate(std::shared_ptr<envoy::config::bootstrap::v3::Bootstrap> bootstrap) {
  observe::AccessLogFiles access_logs(&route::CompileHeaderCondition);
  cluster::ClusterSlots slots;
  observe::CounterSets counters(/*workers=*/1);
  if (bootstrap->has_layered_runtime()) {
    const auto runtime = runtime::Runtime::Create(bootstrap->layered_runtime());
    if (!runtime.ok()) return Annotate(runtime.status(), "bootstrap: layered_runtime");
  }
  ProxyCompiler compiler(slots, access_logs, {counters}, /*probes_addresses=*/false);
  NoWorkers sink;
  return xds::ConfigThread::Validate({.bootstrap = std::move(bootstrap),
                                      .support = &Supported(),
                                      .compiler = &compiler,
                                      .sink = &sink,
                                      .time = &event::TimeSource::System()});
}

}  // namespace fairlead::server
