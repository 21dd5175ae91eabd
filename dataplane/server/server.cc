#include "dataplane/server/server.h"

#include <algorithm>
#include <csignal>
#include <utility>

#include "dataplane/base/file.h"
#include "dataplane/base/free_memory.h"
#include "dataplane/base/log.h"
#include "dataplane/base/status.h"
#include "dataplane/net/own_address.h"
#include "dataplane/route/header_condition.h"
#include "dataplane/server/admin/admin_listener.h"
#include "dataplane/server/processors.h"
#include "dataplane/server/version.h"
#include "envoy/config/bootstrap/v3/bootstrap.pb.h"

namespace fairlead::server {
namespace {

// How often a draining server looks whether connections are left.
constexpr std::chrono::milliseconds kDrainLook(50);
// How long a page of the admin interface waits for the configuration thread.
constexpr std::chrono::seconds kConfigAnswer(5);

uint32_t Concurrency(const Options& options) {
  if (options.concurrency != 0) return options.concurrency;
  return AvailableProcessors(AffinityProcessors(), &ReadSmallFile);
}

// Half of the memory there is; no less than a few connections need.
uint64_t WorkerBufferBytes(const Options& options) {
  if (options.worker_buffer_bytes != 0) return options.worker_buffer_bytes;
  constexpr uint64_t kLeast = 16 << 20;
  const uint64_t memory = AvailableMemory(MachineMemory(), &ReadSmallFile);
  return std::max(memory / 2 / Concurrency(options), kLeast);
}

ProxyNames Names(const envoy::config::bootstrap::v3::Bootstrap& bootstrap) {
  const std::optional<net::Address> own = net::OwnAddress();
  return {.node_cluster = bootstrap.node().cluster(),
          .node_id = bootstrap.node().id(),
          .local_address = own.has_value() ? own->ip() : ""};
}

}  // namespace

Server::Server(const Options& options,
               std::shared_ptr<envoy::config::bootstrap::v3::Bootstrap> bootstrap,
               std::unique_ptr<runtime::Runtime> runtime)
    : bootstrap_(std::move(bootstrap)),
      loop_(event::NewEpollLoop(event::TimeSource::System(), event::SystemSeed())),
      started_(loop_->now()),
      runtime_(std::move(runtime)),
      access_logs_(&route::CompileHeaderCondition, runtime_.get()),
      counters_(Concurrency(options)),
      calls_(Concurrency(options)),
      compiler_(slots_, access_logs_, {counters_, runtime_.get(), &calls_},
                /*probes_addresses=*/true, Names(*bootstrap_)),
      drain_timer_([](void* self) { static_cast<Server*>(self)->LookWhetherDrained(); }, this),
      stop_accepting_timer_(
          [](void* self) { static_cast<Server*>(self)->DrainListeners(/*graceful=*/false); }, this),
      open_connections_(std::make_shared<std::atomic<int>>(-1)) {
  facts_.version = std::string(kVersion);
  facts_.options = options;
  facts_.concurrency = Concurrency(options);
}

Server::~Server() = default;

int Server::Run() {
  const absl::Status status = Start();
  if (status.ok()) {
    FL_LOG(info, "fairlead-proxy {} runs with {} workers", facts_.version, facts_.concurrency);
    loop_->Run();
  } else {
    FL_LOG(critical, "cannot start: {}", ToStd(status.message()));
  }
  signals_.reset();
  if (config_ != nullptr) config_->Stop();
  for (auto& worker : workers_) worker->StopAndJoin();
  admin_listener_.reset();
  if (admin_worker_ != nullptr) admin_worker_->CloseAll();
  FL_LOG(info, "ended");
  return status.ok() ? 0 : 1;
}

absl::Status Server::Start() {
  signals_ = std::make_unique<SignalThread>(
      [this](int signal) { loop_->Post([this, signal] { OnSignal(signal); }); });
  FL_ASSIGN_OR_RETURN(resolver_, dns::CaresResolver::Create({}, [this](std::function<void()> call) {
                        loop_->Post(std::move(call));
                      }));
  dns_ = std::make_unique<DnsClusters>(*loop_, *resolver_);
  for (uint32_t i = 0; i < facts_.concurrency; ++i) {
    workers_.push_back(std::make_unique<WorkerThread>(
        static_cast<int>(i),
        event::NewEpollLoop(event::TimeSource::System(), event::SystemSeed())));
    workers_.back()->buffers().SetBytesMax(WorkerBufferBytes(facts_.options));
    workers_.back()->PostTo(
        [time = facts_.options.drain_time](http::Worker& worker) { worker.drain_time = time; });
  }
  publisher_ = std::make_unique<Publisher>(workers_, *dns_, [this] {
    SetFreeMemoryReturnedAtOnce(false);
    for (auto& worker : workers_) worker->Start();
    are_workers_started_ = true;
    FL_LOG(info, "configuration is complete, workers start");
  });
  FL_RETURN_IF_ERROR(StartAdmin());
  config_ = std::make_unique<xds::ConfigThread>(
      xds::ConfigThreadOptions{.bootstrap = bootstrap_,
                               .support = &Supported(),
                               .compiler = &compiler_,
                               .sink = publisher_.get(),
                               .time = &event::TimeSource::System(),
                               .seed = event::SystemSeed(),
                               .last_good_folder = facts_.options.last_good_config});
  FL_RETURN_IF_ERROR(config_->Start());
  return ListenerFault();
}

absl::Status Server::StartAdmin() {
  if (!bootstrap_->has_admin()) return absl::OkStatus();
  const auto& socket = bootstrap_->admin().address().socket_address();
  auto address = net::Address::Parse(socket.address(), static_cast<uint16_t>(socket.port_value()));
  if (!address.ok()) return Annotate(address.status(), "admin.address");
  if (!address->is_loopback()) {
    FL_LOG(warn,
           "admin listens on {}, which is not a loopback address: anyone who reaches it can stop "
           "this proxy",
           address->ToString());
  }
  admin_worker_ = std::make_unique<http::Worker>(*loop_);
  auto config = admin::MakeAdminListener(*address, *this);
  FL_ASSIGN_OR_RETURN(admin_listener_,
                      listener::ActiveListener::Open(*admin_worker_, *config, *address,
                                                     std::make_shared<http::HttpStats>()));
  const net::Address bound = admin_listener_->local_address();
  FL_LOG(info, "admin listens on {}", bound.ToString());
  if (facts_.options.admin_address_path.empty()) return absl::OkStatus();
  const std::string& path = facts_.options.admin_address_path;
  return Annotate(WriteFile(path, bound.ToString()), StrCat("--admin-address-path: '", path, "'"));
}

absl::Status Server::ListenerFault() const {
  for (const Publisher::ListenerState& state : publisher_->Listeners()) {
    if (!state.error.empty()) {
      return InvalidArgument("listener '", state.name, "': ", state.error);
    }
  }
  return absl::OkStatus();
}

// --- Stopping. ---

void Server::OnSignal(int signal) {
  if (signal == SIGUSR1) return access_logs_.Reopen();
  if (is_draining_) {
    FL_LOG(info, "second signal: ending at once");
    return loop_->Stop();
  }
  FL_LOG(info, "signal {}: draining for at most {} s", signal, facts_.options.drain_time.count());
  Stop();
}

void Server::Stop() {
  if (is_draining_) return;
  is_draining_ = true;
  drain_until_ = loop_->now() + facts_.options.drain_time;
  if (config_ != nullptr) config_->Stop();
  DrainListeners(/*graceful=*/false);
  LookWhetherDrained();
}

void Server::DrainListeners(bool graceful) {
  if (!graceful) {
    stop_accepting_timer_.Disarm();
    for (auto& worker : workers_) worker->PostToDrain();
    return;
  }
  // Connections close after their request, but new ones are taken until the drain time is over.
  for (auto& worker : workers_) {
    worker->PostTo([](http::Worker& w) { w.Drain(nullptr); });
  }
  stop_accepting_timer_.Arm(loop_->timers(), facts_.options.drain_time);
}

void Server::LookWhetherDrained() {
  const int open = open_connections_->load();
  if (!are_workers_started_ || open == 0 || loop_->now() >= drain_until_) {
    if (open > 0) FL_LOG(warn, "drain time is over with {} connections open", open);
    return loop_->Stop();
  }
  // Ask all; the sum is complete when each has answered, and is looked at with the next tick.
  auto sum = std::make_shared<std::atomic<int>>(0);
  auto missing = std::make_shared<std::atomic<size_t>>(workers_.size());
  for (auto& worker : workers_) {
    worker->PostTo([sum, missing, result = open_connections_](http::Worker& w) {
      sum->fetch_add(static_cast<int>(w.connections()));
      if (missing->fetch_sub(1) == 1) result->store(sum->load());
    });
  }
  drain_timer_.Arm(loop_->timers(), kDrainLook);
}

// --- What the admin pages see. ---

const envoy::config::core::v3::Node& Server::Node() const { return bootstrap_->node(); }

event::Duration Server::Uptime() const { return loop_->now() - started_; }

admin::ServerState Server::State() const {
  if (is_draining_) return admin::ServerState::kDraining;
  // Live means that connections are accepted: the workers open their listeners once they run.
  const bool is_live = are_workers_started_ && publisher_->IsEveryListenerOpen();
  return is_live ? admin::ServerState::kLive : admin::ServerState::kInitializing;
}

admin::BufferUse Server::Buffers() const {
  admin::BufferUse use;
  for (const auto& worker : workers_) {
    use.bytes += worker->buffers().bytes();
    use.refused += worker->buffers().refused();
  }
  return use;
}

bool Server::ServesLastGood() const { return config_ != nullptr && config_->serves_last_good(); }

std::vector<Publisher::ListenerState> Server::Listeners() const { return publisher_->Listeners(); }

std::vector<Publisher::HttpScope> Server::HttpScopes() const { return publisher_->HttpScopes(); }

std::vector<Publisher::ClusterScope> Server::ClusterScopes() const {
  return publisher_->ClusterScopes();
}

admin::ClusterSnapshot Server::Clusters() const {
  return admin::CollectClusters(workers_, are_workers_started_);
}

xds::ConfigState Server::Config() const {
  // Counters must not fall back to 0 because the thread is busy or has ended: what was known last
  // is shown then.
  if (config_ == nullptr || is_draining_) return last_config_state_;
  std::future<xds::ConfigState> state = config_->State();
  if (state.wait_for(kConfigAnswer) == std::future_status::ready) last_config_state_ = state.get();
  return last_config_state_;
}

absl::StatusOr<std::string> Server::ConfigDumpJson(const xds::DumpOptions& options) const {
  if (config_ == nullptr || is_draining_) {
    return absl::UnavailableError("the server is starting or stopping");
  }
  std::future<std::string> dump = config_->DumpJson(options);
  if (dump.wait_for(kConfigAnswer) != std::future_status::ready) {
    return absl::DeadlineExceededError("the configuration thread is busy; try again");
  }
  return dump.get();
}

}  // namespace fairlead::server
