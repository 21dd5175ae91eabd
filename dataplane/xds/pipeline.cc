#include "dataplane/xds/pipeline.h"

#include <utility>

#include "dataplane/base/check.h"
#include "dataplane/base/log.h"
#include "dataplane/base/status.h"
#include "envoy/config/bootstrap/v3/bootstrap.pb.h"

namespace fairlead::xds {

using envoy::config::bootstrap::v3::Bootstrap;

Pipeline::Pipeline(const SupportTable& table, Compiler& compiler, ConfigSink& sink,
                   event::TimerWheel& timers, const event::TimeSource& time, LiveTracker::Post post)
    : check_(table),
      live_(sink, status_, time, std::move(post)),
      context_{compiler, sink, check_, timers, time, live_, status_, nullptr},
      clusters_(context_, [this] { Advance(); }),
      routes_(context_, clusters_,
              [this](const std::string& name, Routes::Answer answer) {
                listeners_.OnRouteAnswer(name, answer);
              }),
      listeners_(context_, routes_, [this] { Advance(); }) {}

Pipeline::~Pipeline() = default;

void Pipeline::UseSources(SourceProvider& sources) { context_.sources = &sources; }

// All but the clusters and listeners, which are checked one by one under their own names.
absl::Status Pipeline::CheckRest(Bootstrap& bootstrap) {
  Bootstrap::StaticResources resources;
  resources.Swap(bootstrap.mutable_static_resources());
  bootstrap.mutable_static_resources()->mutable_secrets()->Swap(resources.mutable_secrets());
  if (bootstrap.static_resources().secrets().empty()) bootstrap.clear_static_resources();
  const absl::Status status = check_.Check(bootstrap, "bootstrap");
  resources.mutable_secrets()->Swap(bootstrap.mutable_static_resources()->mutable_secrets());
  resources.Swap(bootstrap.mutable_static_resources());
  return status;
}

absl::Status Pipeline::LoadStatic(Bootstrap& bootstrap) {
  FL_CHECK(context_.sources != nullptr && phase_ == Phase::kStatic);
  FL_RETURN_IF_ERROR(CheckRest(bootstrap));
  const auto& resources = bootstrap.static_resources();
  for (const auto& cluster : resources.clusters()) {
    FL_RETURN_IF_ERROR(clusters_.AddStatic(cluster));
  }
  for (int i = 0; i < resources.listeners_size(); ++i) {
    if (!resources.listeners(i).name().empty()) {
      FL_RETURN_IF_ERROR(listeners_.AddStatic(resources.listeners(i)));
      continue;
    }
    auto listener = resources.listeners(i);
    listener.set_name(StrCat("static_resources.listeners[", i, "]"));
    FL_RETURN_IF_ERROR(listeners_.AddStatic(listener));
  }
  const auto& dynamic = bootstrap.dynamic_resources();
  if (dynamic.has_cds_config()) {
    FL_RETURN_IF_ERROR(Annotate(FindSource(dynamic.cds_config(), ResourceType::kCluster, cds_),
                                "bootstrap: dynamic_resources.cds_config"));
  }
  if (dynamic.has_lds_config()) {
    FL_RETURN_IF_ERROR(Annotate(FindSource(dynamic.lds_config(), ResourceType::kListener, lds_),
                                "bootstrap: dynamic_resources.lds_config"));
  }
  return absl::OkStatus();
}

absl::Status Pipeline::FindSource(const envoy::config::core::v3::ConfigSource& config,
                                  ResourceType type, FirstAnswer& answer) {
  FL_ASSIGN_OR_RETURN(answer.source, context_.sources->SourceFor(config, type));
  answer.timeout = InitialFetchTimeout(config);
  return absl::OkStatus();
}

void Pipeline::UseLastGood(std::function<std::optional<LastGoodConfig>()> load,
                           std::function<void(bool)> on_serving) {
  load_last_good_ = std::move(load);
  on_serving_last_good_ = std::move(on_serving);
}

void Pipeline::SetServesLastGood(bool serves) {
  if (std::exchange(serves_last_good_, serves) == serves) return;
  if (!serves) FL_LOG(info, "xds: the control plane has answered: the last good one is replaced");
  on_serving_last_good_(serves);
}

void Pipeline::TryLastGood() {
  const bool is_needed =
      (cds_.source != nullptr && !cds_.has_come) || (lds_.source != nullptr && !lds_.has_come);
  if (phase_ == Phase::kRunning || !is_needed || load_last_good_ == nullptr) return;
  const auto load = std::exchange(load_last_good_, nullptr);
  std::optional<LastGoodConfig> config = load();
  if (!config.has_value()) return;
  FL_LOG(warn, "xds: the control plane does not answer: starting with the last good configuration");
  SetServesLastGood(true);
  is_applying_last_good_ = true;
  ApplyLastGood(*std::move(config));
  is_applying_last_good_ = false;
}

// In the order in which nothing refers to what is not there. Answers that have come stand.
void Pipeline::ApplyLastGood(LastGoodConfig config) {
  PerType<bool> is_missing;
  is_missing[ResourceType::kCluster] = cds_.source != nullptr && !cds_.has_come;
  is_missing[ResourceType::kListener] = lds_.source != nullptr && !lds_.has_come;
  is_missing[ResourceType::kEndpoint] = is_missing[ResourceType::kRoute] = true;
  for (const ResourceType type : kResourceTypes) {
    if (!is_missing[type]) continue;
    Update update;
    update.type = type;
    update.version = "last good";
    update.is_whole_state = IsWholeState(type);
    update.resources = std::move(config.types[type]);
    std::erase_if(update.resources, [&](const Resource& resource) {
      return context_.Status(type).Find(resource.name) != nullptr;
    });
    OnUpdate(std::move(update));
  }
  for (const ResourceType type : kResourceTypes) {
    if (!is_missing[type]) continue;
    std::vector<std::pair<std::string, std::string>> versions;
    for (const auto& [name, accepted] : status_[type].accepted()) {
      if (!accepted.is_static) versions.emplace_back(name, accepted.version);
    }
    context_.sources->Restore(type, versions);
  }
}

void Pipeline::Start() {
  FL_CHECK(phase_ == Phase::kStatic);
  phase_ = Phase::kClusters;
  Subscribe(cds_, ResourceType::kCluster);
  Advance();
}

void Pipeline::Subscribe(FirstAnswer& answer, ResourceType type) {
  if (answer.source == nullptr) return;
  answer.timer = std::make_unique<WarmTimer>([this, type] {
    ++context_.Status(type).counters.init_fetch_timeout;
    FL_LOG(warn, "xds: no {} response within the initial fetch timeout; going on without",
           ShortName(type));
    TryLastGood();
    NoteAnswer(type);
  });
  answer.timer->Arm(context_.timers, answer.timeout);
  answer.source->SetInterest(type, {.is_wildcard = true, .names = {}});
}

void Pipeline::NoteAnswer(ResourceType type) {
  if (type != ResourceType::kCluster && type != ResourceType::kListener) return;
  FirstAnswer& answer = type == ResourceType::kCluster ? cds_ : lds_;
  if (answer.has_come) return;
  answer.has_come = true;
  if (answer.timer != nullptr) answer.timer->Disarm();
  Advance();
}

// Begins the next phase as often as the present one is done. Called whenever that may be.
void Pipeline::Advance() {
  if (std::exchange(is_advancing_, true)) return;
  const auto is_answered = [](const FirstAnswer& a) { return a.source == nullptr || a.has_come; };
  if (phase_ == Phase::kClusters && is_answered(cds_) && clusters_.IsReady()) {
    phase_ = Phase::kListeners;
    routes_.Start();
    listeners_.Start();
    Subscribe(lds_, ResourceType::kListener);
  }
  if (phase_ == Phase::kListeners && is_answered(lds_) && listeners_.IsReady()) {
    phase_ = Phase::kRunning;
    context_.sink.InitDone();
  }
  is_advancing_ = false;
}

std::vector<ResourceError> Pipeline::OnUpdate(Update update) {
  const ResourceType type = update.type;
  if (!is_applying_last_good_) SetServesLastGood(false);
  TypeStatus& status = context_.Status(type);
  const std::vector<ResourceError> of_source = update.source_errors;
  const std::string version = update.version;
  for (const ResourceError& error : of_source) {
    if (!error.name.empty()) status.Reject(error.name, version, error.message, context_.now());
  }
  std::vector<ResourceError> errors = Dispatch(std::move(update));
  TypeCounters& counters = status.counters;
  ++counters.update_attempt;
  if (errors.empty() && of_source.empty()) {
    ++counters.update_success;
    counters.version_text = version;
    counters.updated_at = context_.now();
    counters.last_error.clear();
  } else {
    ++counters.update_rejected;
    counters.last_error = (of_source.empty() ? errors : of_source).front().message;
    counters.failed_at = context_.now();
    FL_LOG(warn, "xds: {} version '{}' is refused in part or whole: {}", ShortName(type), version,
           counters.last_error);
  }
  NoteAnswer(type);
  return errors;
}

std::vector<ResourceError> Pipeline::Dispatch(Update update) {
  switch (update.type) {
    case ResourceType::kCluster:
      return clusters_.OnClusters(std::move(update));
    case ResourceType::kEndpoint:
      return clusters_.OnEndpoints(std::move(update));
    case ResourceType::kListener:
      return listeners_.OnListeners(std::move(update));
    case ResourceType::kRoute:
      return routes_.OnRoutes(std::move(update));
  }
  return {};
}

void Pipeline::OnAttempt(ResourceType type) { ++context_.Status(type).counters.update_attempt; }

void Pipeline::OnSourceFailure(ResourceType type, std::string_view reason) {
  TypeCounters& counters = context_.Status(type).counters;
  ++counters.update_attempt;
  ++counters.update_failure;
  counters.last_error = reason;
  counters.failed_at = context_.now();
  TryLastGood();
}

PipelineState Pipeline::State() const {
  PipelineState state;
  for (const ResourceType type : kResourceTypes) state.types[type] = context_.status[type].counters;
  state.clusters = clusters_.size();
  state.listeners = listeners_.size();
  state.is_ready = is_ready();
  state.serves_last_good = serves_last_good_;
  return state;
}

}  // namespace fairlead::xds
