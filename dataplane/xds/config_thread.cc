#include "dataplane/xds/config_thread.h"

#include <utility>

#include "dataplane/base/check.h"
#include "dataplane/base/free_memory.h"
#include "dataplane/base/log.h"
#include "dataplane/base/status.h"
#include "dataplane/event/epoll_loop.h"
#include "dataplane/xds/last_good_keeper.h"
#include "dataplane/xds/redact.h"
#include "dataplane/xds/sources.h"
#include "dataplane/xds/status_reporter.h"
#include "envoy/admin/v3/config_dump.pb.h"
#include "envoy/config/bootstrap/v3/bootstrap.pb.h"
#include "google/protobuf/util/json_util.h"

namespace fairlead::xds {

namespace {

// An update leaves several times its own size of freed memory; it goes back once updates pause.
constexpr std::chrono::seconds kPause(1);

// Hands updates on to the pipeline, and tidies up after them.
class TidyHandler final : public UpdateHandler {
 public:
  TidyHandler(UpdateHandler& next, event::TimerWheel& timers)
      : next_(next), timers_(timers), pause_([](void*) { ReturnFreeMemory(); }, this) {}

  std::vector<ResourceError> OnUpdate(Update update) override {
    pause_.Arm(timers_, kPause);
    return next_.OnUpdate(std::move(update));
  }
  void OnAttempt(ResourceType type) override { next_.OnAttempt(type); }
  void OnSourceFailure(ResourceType type, std::string_view reason) override {
    next_.OnSourceFailure(type, reason);
  }

 private:
  UpdateHandler& next_;
  event::TimerWheel& timers_;
  event::Timer pause_;
};

}  // namespace

struct ConfigThread::Parts {
  Parts(ConfigThread& thread, const ConfigThreadOptions& options, event::EpollLoop& loop)
      : pipeline(*options.support, *options.compiler, *options.sink, loop.timers(), *options.time,
                 [&thread](auto work) { thread.Post(std::move(work)); }),
        handler(pipeline, loop.timers()),
        reporter(pipeline.status(), loop, options.bootstrap->node().id()),
        sources(*options.bootstrap, pipeline.status()[ResourceType::kCluster], handler, loop,
                &reporter) {
    pipeline.UseSources(sources);
    if (options.last_good_folder.empty()) return;
    keeper = std::make_unique<LastGoodKeeper>(options.last_good_folder, options.bootstrap->node(),
                                              pipeline, loop.timers());
    pipeline.UseLastGood([this] { return keeper->Load(); },
                         [&thread](bool serves) { thread.serves_last_good_ = serves; });
  }

  Pipeline pipeline;
  TidyHandler handler;
  StatusReporter reporter;
  Sources sources;
  std::unique_ptr<LastGoodKeeper> keeper;  // Null: not wanted.
};

ConfigThread::ConfigThread(ConfigThreadOptions options)
    : options_(std::move(options)),
      loop_(std::make_unique<event::EpollLoop>(*options_.time, options_.seed)) {
  FL_CHECK(options_.bootstrap != nullptr && options_.support != nullptr);
  FL_CHECK(options_.compiler != nullptr && options_.sink != nullptr);
}

ConfigThread::~ConfigThread() { Stop(); }

absl::Status ConfigThread::Start() {
  std::promise<absl::Status> loaded;
  std::future<absl::Status> result = loaded.get_future();
  thread_ =
      std::thread([this, loaded = std::move(loaded)]() mutable { Run(std::move(loaded), false); });
  const absl::Status status = result.get();
  if (!status.ok()) thread_.join();
  return status;
}

void ConfigThread::Run(std::promise<absl::Status> loaded, bool is_validation) {
  // Lets the loop know its thread, and the time.
  loop_->RunOnce(event::Duration::zero());
  parts_ = std::make_unique<Parts>(*this, options_, *loop_);
  const absl::Status status = parts_->pipeline.LoadStatic(*options_.bootstrap);
  const bool goes_on = status.ok() && !is_validation;
  if (goes_on) {
    // They live on compiled, and as bytes for the dump.
    options_.bootstrap->clear_static_resources();
    if (parts_->keeper != nullptr) parts_->keeper->Start();
    parts_->sources.Start();
    parts_->pipeline.Start();
  }
  loaded.set_value(status);
  if (goes_on) loop_->Run();
  parts_.reset();
}

void ConfigThread::Stop() {
  if (thread_.joinable()) {
    loop_->Stop();
    thread_.join();
  }
  {
    absl::MutexLock lock(&mutex_);
    is_stopped_ = true;
  }
  // What was posted too late finds no parts, and breaks its promise.
  loop_->RunOnce(event::Duration::zero());
}

void ConfigThread::Post(absl::AnyInvocable<void()> work) {
  absl::MutexLock lock(&mutex_);
  if (!is_stopped_) loop_->Post(std::move(work));
}

std::future<std::string> ConfigThread::DumpJson(DumpOptions options) {
  std::promise<std::string> promise;
  std::future<std::string> future = promise.get_future();
  Post([this, options = std::move(options), promise = std::move(promise)]() mutable {
    if (parts_ == nullptr) return;
    envoy::admin::v3::ConfigDump dump;
    parts_->pipeline.Dump(options.with_endpoints, options.name_contains, dump);
    Redact(dump);
    google::protobuf::util::JsonPrintOptions print;
    print.add_whitespace = true;
    print.preserve_proto_field_names = true;
    std::string json;
    const auto status = google::protobuf::util::MessageToJsonString(dump, &json, print);
    if (!status.ok()) {
      FL_LOG(error, "xds: the configuration cannot be printed: {}", status.ToString());
      json = "{}";
    }
    promise.set_value(std::move(json));
  });
  return future;
}

std::future<ConfigState> ConfigThread::State() {
  std::promise<ConfigState> promise;
  std::future<ConfigState> future = promise.get_future();
  Post([this, promise = std::move(promise)]() mutable {
    if (parts_ == nullptr) return;
    ConfigState state;
    state.pipeline = parts_->pipeline.State();
    if (const GrpcStream* ads = parts_->sources.ads()) {
      state.has_ads = true;
      state.ads = ads->stats();
    }
    promise.set_value(std::move(state));
  });
  return future;
}

absl::Status ConfigThread::Validate(ConfigThreadOptions options) {
  ConfigThread config(std::move(options));
  std::promise<absl::Status> loaded;
  std::future<absl::Status> result = loaded.get_future();
  config.Run(std::move(loaded), /*is_validation=*/true);
  return result.get();
}

}  // namespace fairlead::xds
