#include "tests/sim/proxy.h"

#include <charconv>
#include <utility>

#include "dataplane/base/check.h"
#include "dataplane/base/status.h"
#include "dataplane/listener/listener_config.h"
#include "dataplane/route/route_table.h"
#include "dataplane/server/proxy_compiler.h"
#include "dataplane/xds/delta_client.h"
#include "dataplane/xds/sotw_client.h"
#include "envoy/config/bootstrap/v3/bootstrap.pb.h"
#include "envoy/config/core/v3/base.pb.h"
#include "envoy/config/route/v3/route.pb.h"

namespace fairlead::sim {
namespace {

uint64_t ToNumber(std::string_view text) {
  uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// An access log that the referee reads.
class LedgerLog final : public observe::AccessLog {
 public:
  explicit LedgerLog(Ledger& ledger) : ledger_(ledger) {}
  void Log(const observe::LogEntry& entry) const override {
    const std::string_view token = entry.request.headers.Get("x-token");
    if (token.empty()) return ledger_.LoggedWithoutHead();
    ledger_.Logged(ToNumber(token), entry.info.response_code);
  }

 private:
  Ledger& ledger_;
};

std::unique_ptr<xds::XdsClient> MakeClient(bool uses_delta, xds::Transport& transport,
                                           xds::UpdateHandler& handler, event::TimerWheel& timers) {
  xds::ClientOptions options{.node = std::make_shared<envoy::config::core::v3::Node>(),
                             .rate_limit = {}};
  if (uses_delta) {
    return std::make_unique<xds::DeltaClient>(std::move(options), transport, handler, timers);
  }
  return std::make_unique<xds::SotwClient>(std::move(options), transport, handler, timers);
}

}  // namespace

struct SimResolver::Pending final : dns::Query {
  Pending(event::TimerWheel& timers, event::Duration after, dns::Answer answer, Callback callback)
      : answer(std::move(answer)), callback(std::move(callback)), timer(&OnTimer, this) {
    timer.Arm(timers, after);
  }
  static void OnTimer(void* self) {
    auto* pending = static_cast<Pending*>(self);
    // The callback may destroy the query.
    const Callback callback = std::move(pending->callback);
    const dns::Answer answer = std::move(pending->answer);
    callback(answer);
  }

  dns::Answer answer;
  Callback callback;
  event::Timer timer;
};

std::unique_ptr<dns::Query> SimResolver::Resolve(const std::string&, dns::Family,
                                                 Callback callback) {
  const event::Duration after =
      stage_.network.Between(std::chrono::milliseconds(1), std::chrono::milliseconds(40));
  return std::make_unique<Pending>(loop_.timers(), after, answer_, std::move(callback));
}

absl::StatusOr<std::shared_ptr<const cluster::ClusterConfig>> SimCompiler::CompileCluster(
    const envoy::config::cluster::v3::Cluster& cluster) {
  return cluster::CompileCluster(cluster, slots_);
}

absl::StatusOr<std::shared_ptr<const upstream::EndpointSet>> SimCompiler::CompileEndpoints(
    const cluster::ClusterConfig& cluster,
    const envoy::config::endpoint::v3::ClusterLoadAssignment& assignment) {
  return cluster::CompileEndpoints(cluster, assignment);
}

absl::StatusOr<std::shared_ptr<const route::RouteTable>> SimCompiler::CompileRoutes(
    const envoy::config::route::v3::RouteConfiguration& routes, const route::RouteTable* previous) {
  FL_ASSIGN_OR_RETURN(std::shared_ptr<const route::RouteTable> table,
                      route::RouteTable::Compile(routes, {slots_, nullptr}, previous));
  for (const auto& field : routes.response_headers_to_add()) {
    if (field.header().key() == "x-version")
      versions_[table.get()] = ToNumber(field.header().value());
  }
  tables_.push_back(table);
  return table;
}

absl::StatusOr<std::shared_ptr<const listener::ListenerConfig>> SimCompiler::CompileListener(
    const envoy::config::listener::v3::Listener& listener) {
  return listener::CompileListener(
      listener, {.inline_route_name = {},
                 .open_access_log =
                     [this](const auto&) {
                       return absl::StatusOr<std::shared_ptr<const observe::AccessLog>>(
                           std::make_shared<LedgerLog>(ledger_));
                     },
                 .counters = &counters_});
}

SimProxy::SimProxy(Stage& stage, Ads& ads, std::map<std::string, int> upstreams)
    : stage_(stage),
      ads_(ads),
      upstreams_(std::move(upstreams)),
      main_loop_(stage.network.MakeLoop("main", ProxyAddress())),
      config_loop_(stage.network.MakeLoop("config", ProxyAddress())),
      resolver_(stage, *main_loop_),
      compiler_(stage.ledger),
      dns_(*main_loop_, resolver_),
      publisher_(
          workers_, dns_, [this] { is_ready_ = true; },
          [](const net::Address& address) {
            return absl::StatusOr<std::unique_ptr<server::ListenReservation>>(
                server::ListenReservation::Assume(address));
          }) {
  for (int i = 0; i < stage.scenario.workers; ++i) {
    workers_.push_back(std::make_unique<server::WorkerThread>(
        i, stage.network.MakeLoop(StrCat("worker-", i), ProxyAddress(), /*is_tested=*/true)));
  }
  xds::ConfigSink& sink = *this;
  pipeline_ = std::make_unique<xds::Pipeline>(
      server::Supported(), compiler_, sink, config_loop_->timers(), stage.network,
      [this](auto work) { config_loop_->Post(std::move(work)); });
  client_ = MakeClient(stage.scenario.uses_delta_xds, ads, *pipeline_, config_loop_->timers());
  pipeline_->UseSources(*this);
}

SimProxy::~SimProxy() = default;

absl::Status SimProxy::Start() {
  envoy::config::bootstrap::v3::Bootstrap bootstrap;
  auto& dynamic = *bootstrap.mutable_dynamic_resources();
  dynamic.mutable_cds_config()->mutable_ads();
  dynamic.mutable_lds_config()->mutable_ads();
  FL_RETURN_IF_ERROR(pipeline_->LoadStatic(bootstrap));
  pipeline_->Start();
  ads_.Connect(*client_);
  return absl::OkStatus();
}

void SimProxy::NoteUpstreams() {
  std::set<int> known;
  for (const auto& [cluster, numbers] : published_) known.insert(numbers.begin(), numbers.end());
  for (auto& worker : workers_) {
    worker->PostTo([this, known, index = worker->index()](http::Worker& w) {
      for (const auto& cluster : w.clusters.clusters()) {
        if (!cluster) continue;
        for (const auto& host : cluster->hosts()) host_stats_.insert(host->shared_stats());
      }
      for (const auto& [address, number] : upstreams_) {
        stage_.ledger.UpstreamIsKnown(index, number, known.count(number) > 0);
      }
    });
  }
}

void SimProxy::SetPublished(const std::string& cluster, const upstream::EndpointSet& endpoints) {
  std::set<int>& numbers = published_[cluster];
  numbers.clear();
  for (const upstream::Endpoint& endpoint : endpoints.endpoints) {
    const auto found = upstreams_.find(endpoint.address.ToString());
    if (found != upstreams_.end()) numbers.insert(found->second);
  }
}

void SimProxy::PublishCluster(const std::string& name,
                              std::shared_ptr<const cluster::ClusterConfig> config,
                              std::shared_ptr<const upstream::EndpointSet> endpoints) {
  if (endpoints != nullptr) SetPublished(name, *endpoints);
  publisher_.PublishCluster(name, std::move(config), std::move(endpoints));
  NoteUpstreams();
}

void SimProxy::PublishEndpoints(const std::string& name,
                                std::shared_ptr<const upstream::EndpointSet> endpoints) {
  SetPublished(name, *endpoints);
  publisher_.PublishEndpoints(name, std::move(endpoints));
  NoteUpstreams();
}

void SimProxy::RemoveCluster(const std::string& name) {
  published_.erase(name);
  publisher_.RemoveCluster(name);
  NoteUpstreams();
}

void SimProxy::PublishRoutes(const std::string& name,
                             std::shared_ptr<const route::RouteTable> table) {
  const uint64_t version = compiler_.VersionOf(*table);
  publisher_.PublishRoutes(name, std::move(table));
  for (auto& worker : workers_) {
    worker->PostTo([this, version, index = worker->index()](http::Worker&) {
      stage_.ledger.VersionIsLive(index, version);
    });
  }
}

void SimProxy::Drain() {
  NoteUpstreams();
  for (auto& worker : workers_) worker->PostToDrain();
}

bool SimProxy::HasListenerError() const {
  for (const auto& listener : publisher_.Listeners()) {
    if (!listener.error.empty()) return true;
  }
  return false;
}

void SimProxy::CheckGauges() {
  const auto expect_zero = [this](std::string_view what, int64_t value) {
    if (value != 0) stage_.ledger.Fail(StrCat(what, " is ", value, " at the end"));
  };
  for (const server::Publisher::HttpScope& scope : publisher_.HttpScopes()) {
    scope.stats->ForEach([&](const http::HttpStats& stats) {
      expect_zero("downstream_cx_active", stats.downstream_cx_active.value());
      expect_zero("downstream_rq_active", stats.downstream_rq_active.value());
    });
  }
  for (const server::Publisher::ClusterScope& scope : publisher_.ClusterScopes()) {
    scope.stats->ForEach([&](const cluster::ClusterStats& stats) {
      expect_zero("upstream_cx_active", stats.traffic.cx_active.value());
      expect_zero("upstream_rq_active", stats.traffic.rq_active.value());
      expect_zero("upstream_rq_pending_active", stats.traffic.rq_pending_active.value());
    });
  }
  for (const auto& stats : host_stats_) {
    expect_zero("a host's rq_active", stats->rq_active.value());
    expect_zero("a host's cx_active", stats->cx_active.value());
  }
  for (auto& worker : workers_) {
    worker->PostTo([expect_zero](http::Worker& w) {
      expect_zero("a worker's connections", static_cast<int64_t>(w.connections()));
      for (const auto& cluster : w.clusters.clusters()) {
        if (!cluster) continue;
        for (const auto& host : cluster->hosts()) {
          expect_zero("a host's active_requests", host->active_requests);
          expect_zero("a host's idle_connections", static_cast<int64_t>(host->idle_connections()));
        }
      }
    });
  }
}

}  // namespace fairlead::sim
