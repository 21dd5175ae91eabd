#include "dataplane/server/validate.h"

#include <string>
#include <utility>

#include "dataplane/base/log.h"
#include "dataplane/cluster/cluster_slots.h"
#include "dataplane/observe/access_log_files.h"
#include "dataplane/route/header_condition.h"
#include "dataplane/server/edge_warnings.h"
#include "dataplane/server/proxy_compiler.h"
#include "dataplane/xds/config_thread.h"

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
  void PublishRoutes(const std::string&, std::shared_ptr<const route::RouteTable>) override {}
  void RemoveRoutes(const std::string&) override {}
  void PublishListener(const std::string& name,
                       std::shared_ptr<const listener::ListenerConfig> listener) override {
    for (const std::string& warning : EdgeWarnings(*listener)) {
      FL_LOG(warn, "listener '{}' is open at its edge: {}", name, warning);
    }
  }
  void RemoveListener(const std::string&) override {}
  void InitDone() override {}
  void WhenLive(const std::string&, std::function<void()>) override {}
  std::string ListenerFault(const std::string&) const override { return ""; }
};

}  // namespace

absl::Status Validate(std::shared_ptr<envoy::config::bootstrap::v3::Bootstrap> bootstrap) {
  observe::AccessLogFiles access_logs(&route::CompileHeaderCondition);
  cluster::ClusterSlots slots;
  ProxyCompiler compiler(slots, access_logs, /*probes_addresses=*/false);
  NoWorkers sink;
  return xds::ConfigThread::Validate({.bootstrap = std::move(bootstrap),
                                      .support = &Supported(),
                                      .compiler = &compiler,
                                      .sink = &sink,
                                      .time = &event::TimeSource::System()});
}

}  // namespace fairlead::server
