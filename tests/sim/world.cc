#include "tests/sim/world.h"

#include <chrono>
#include <map>
#include <memory>
#include <utility>

#include "dataplane/event/frame_pool.h"
#include "dataplane/event/nursery.h"
#include "dataplane/event/random.h"
#include "dataplane/net/buffer.h"
#include "tests/sim/client.h"
#include "tests/sim/model.h"
#include "tests/sim/proxy.h"
#include "tests/sim/upstream.h"

namespace fairlead::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kClientHosts = 3;
constexpr uint64_t kStepsMax = 3'000'000;
constexpr milliseconds kChangesWithin(2500);
constexpr seconds kStartMax(30);
// Every timeout that may hold something after the last request.
constexpr seconds kAftermath(60);

// Refuses the buffers that the options say, and others as often as the scenario has it.
class Account final : public net::BlockAccount {
 public:
  Account(const Scenario& scenario, const RunOptions& options)
      : BlockAccount(/*bytes_max=*/0),
        shortage_(scenario.buffer_shortage),
        random_(scenario.seed),
        first_(options.fail_buffer),
        last_(options.fail_buffer + options.fail_buffers_after) {}

  uint64_t wanted() const { return wanted_; }

 private:
  bool MayExceed() override {
    ++wanted_;
    if (shortage_ != 0 && random_.Below(1000) < shortage_) return false;
    return wanted_ < first_ || wanted_ > last_;
  }

  const uint32_t shortage_;
  event::Random random_;
  const uint64_t first_;
  const uint64_t last_;
  uint64_t wanted_ = 0;
};

class World {
 public:
  World(const Scenario& scenario, const RunOptions& options)
      : account_(scenario, options),
        network_(scenario.seed, scenario.weather),
        ledger_(network_),
        stage_{scenario, network_, ledger_},
        ads_(stage_, scenario.uses_delta_xds),
        model_(stage_, ads_, upstreams_) {
    network_.SetPlant(options.plant);
    network_.FailCall(options.fail_call);
    network_.SetAccount(&account_);
    network_.KeepTrace(options.trace);
    MakeUpstreams();
  }

  Outcome Run() {
    Start();
    if (ledger_.failures().empty() && !proxy_->HasListenerError()) Meet();
    End();
    return {.failures = ledger_.failures(),
            .trace_hash = network_.trace_hash(),
            .requests = ledger_.requests(),
            .answered = ledger_.answered(),
            .answered_by_upstreams = ledger_.answered_by_upstreams,
            .calls = network_.calls(),
            .buffers = account_.wanted(),
            .nacks = ads_.nacks()};
  }

 private:
  void MakeUpstreams();
  void Start();
  void Meet();
  void End();
  void ScheduleChanges();
  // Steps while `is_wanted()`; false when that took too much.
  template <typename Wanted>
  bool StepWhile(Wanted is_wanted);

  Account account_;
  event::sim::Network network_;
  Ledger ledger_;
  Stage stage_;
  std::vector<std::unique_ptr<SimUpstream>> upstreams_;
  Ads ads_;
  std::unique_ptr<SimProxy> proxy_;
  Model model_;
  std::vector<std::unique_ptr<event::Loop>> clients_;
  uint64_t steps_ = 0;
};

void World::MakeUpstreams() {
  const Scenario& scenario = stage_.scenario;
  std::map<std::string, int> watched;
  for (int cluster = 0; cluster < scenario.clusters; ++cluster) {
    for (int i = 0; i < scenario.upstreams_per_cluster; ++i) {
      const int number = static_cast<int>(upstreams_.size());
      upstreams_.push_back(std::make_unique<SimUpstream>(stage_, cluster, i, number));
      const bool is_dns = scenario.has_dns && cluster == scenario.clusters - 1;
      if (!is_dns) watched[upstreams_.back()->address().ToString()] = number;
    }
  }
  proxy_ = std::make_unique<SimProxy>(stage_, ads_, std::move(watched));
}

template <typename Wanted>
bool World::StepWhile(Wanted is_wanted) {
  while (is_wanted() && network_.Step()) {
    if (++steps_ <= kStepsMax) continue;
    ledger_.Fail("the simulation does not come to rest");
    return false;
  }
  return true;
}

void World::Start() {
  model_.SetAll(*proxy_);
  if (const absl::Status status = proxy_->Start(); !status.ok()) {
    return ledger_.Fail(std::string(status.message()));
  }
  const event::MonotonicTime limit = network_.Monotonic() + kStartMax;
  StepWhile([&] { return !proxy_->is_ready() && network_.Monotonic() < limit; });
  // What was published last is on its way to the workers.
  network_.RunUntil(network_.Monotonic() + milliseconds(50));
  if (!proxy_->is_ready()) ledger_.Fail("the configuration never became complete");
}

void World::ScheduleChanges() {
  const auto some_time = [this] { return network_.Between({}, kChangesWithin); };
  for (int i = 0; i < stage_.scenario.changes; ++i) {
    network_.After(some_time(), [this] { model_.Change(*proxy_); });
  }
  for (int i = 0; i < stage_.scenario.clock_jumps; ++i) {
    network_.After(some_time(), [this] {
      ++stage_.clock_jumps;
      network_.JumpWall(network_.Between(-std::chrono::hours(1), std::chrono::hours(1)));
      network_.JumpForward(network_.Between({}, seconds(stage_.random().Below(2) == 0 ? 1 : 90)));
    });
  }
}

void World::Meet() {
  for (int i = 0; i < kClientHosts; ++i) {
    clients_.push_back(
        network_.MakeLoop(StrCat("client-", i), *net::Address::Parse(StrCat("10.2.0.", i + 1), 0)));
  }
  ScheduleChanges();
  event::Nursery nursery;
  for (int i = 0; i < stage_.scenario.connections; ++i) {
    nursery.Spawn(Converse(stage_, *clients_[static_cast<size_t>(i) % clients_.size()]));
  }
  StepWhile([&] { return nursery.size() > 0; });
  if (nursery.size() > 0) ledger_.Fail("clients wait, and nothing is going to happen");
}

void World::End() {
  ads_.Stop();
  proxy_->Drain();
  network_.weather().reset = 0;
  network_.RunUntil(network_.Monotonic() + kAftermath);
  proxy_->CheckGauges();
  network_.RunUntil(network_.Monotonic() + seconds(1));
  ledger_.CheckEnd(network_.crossings);
  proxy_.reset();
  clients_.clear();
  upstreams_.clear();
  if (network_.open_sockets != 0) {
    ledger_.Fail(StrCat(network_.open_sockets, " sockets are left"));
  }
}

}  // namespace

Outcome RunWorld(const Scenario& scenario, const RunOptions& options) {
  const size_t blocks = net::Block::InUse();
  const size_t frames = event::FramePool::InUse();
  Outcome outcome;
  {
    World world(scenario, options);
    outcome = world.Run();
  }
  if (net::Block::InUse() != blocks) {
    outcome.failures.push_back(StrCat(net::Block::InUse() - blocks, " buffers leaked"));
  }
  if (event::FramePool::InUse() != frames) {
    outcome.failures.push_back(StrCat(event::FramePool::InUse() - frames, " coroutines leaked"));
  }
  return outcome;
}

}  // namespace fairlead::sim
