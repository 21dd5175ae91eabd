#include "dataplane/xds/last_good_keeper.h"

#include <utility>

#include "dataplane/base/log.h"

namespace fairlead::xds {

LastGoodKeeper::LastGoodKeeper(std::string folder, const envoy::config::core::v3::Node& node,
                               Pipeline& pipeline, event::TimerWheel& timers)
    : folder_(std::move(folder)),
      node_(node),
      pipeline_(pipeline),
      timers_(timers),
      timer_([](void* self) { static_cast<LastGoodKeeper*>(self)->Look(); }, this),
      writer_([this] { WriteUntilStopped(); }) {}

LastGoodKeeper::~LastGoodKeeper() {
  Look();
  {
    absl::MutexLock lock(&mutex_);
    is_stopping_ = true;
  }
  writer_.join();
}

std::optional<LastGoodConfig> LastGoodKeeper::Load() const {
  absl::StatusOr<std::string> bytes = LastGoodFile::Read(folder_);
  if (!bytes.ok()) {
    FL_LOG(warn, "last good configuration: {}", bytes.status().ToString());
    return std::nullopt;
  }
  absl::StatusOr<LastGoodConfig> config = LastGoodFile::Decode(*bytes, node_);
  if (!config.ok()) {
    FL_LOG(error, "last good configuration: {}/{} is ignored: it {}", folder_, LastGoodFile::kName,
           std::string(config.status().message()));
    return std::nullopt;
  }
  return *std::move(config);
}

void LastGoodKeeper::Start() {
  handed_over_ = 0;
  timer_.Arm(timers_, kInterval);
}

uint64_t LastGoodKeeper::Revision() const {
  uint64_t sum = 0;
  for (const ResourceType type : kResourceTypes) sum += pipeline_.status()[type].revision();
  return sum;
}

void LastGoodKeeper::Look() {
  timer_.Arm(timers_, kInterval);
  const uint64_t revision = Revision();
  if (!pipeline_.is_ready() || pipeline_.serves_last_good() || revision == handed_over_) return;
  handed_over_ = revision;
  std::string bytes = LastGoodFile::Encode(pipeline_.status(), node_);
  absl::MutexLock lock(&mutex_);
  waiting_ = std::move(bytes);
}

void LastGoodKeeper::WriteUntilStopped() {
  const auto has_work = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return waiting_.has_value() || is_stopping_;
  };
  while (true) {
    std::string bytes;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(&has_work));
      if (!waiting_.has_value()) return;
      bytes = *std::exchange(waiting_, std::nullopt);
    }
    if (const absl::Status status = LastGoodFile::Write(folder_, bytes); !status.ok()) {
      FL_LOG(error, "last good configuration: not written: {}", std::string(status.message()));
    }
  }
}

}  // namespace fairlead::xds
