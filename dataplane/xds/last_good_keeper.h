#ifndef FAIRLEAD_DATAPLANE_XDS_LAST_GOOD_KEEPER_H_
#define FAIRLEAD_DATAPLANE_XDS_LAST_GOOD_KEEPER_H_

// Keeps the file of the last good configuration up to date while the proxy runs.
//
//     LastGoodKeeper keeper(folder, node, pipeline, loop.timers());
//     pipeline.UseLastGood([&] { return keeper.Load(); });     // when the control plane is not
//     there keeper.Start();
//
// It looks every kInterval whether something was accepted or removed, and then writes everything
// there is, on a thread of its own: a change costs the configuration thread a copy of the bytes, at
// most once in the interval. Nothing is written before the first start is done, nor while the proxy
// itself lives on the file. The destructor writes what is not written yet.
//
// Thread: configuration. Owner: ConfigThread. Limits: one copy waits to be written; LastGoodFile's.

#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/event/timer.h"
#include "dataplane/xds/last_good_file.h"
#include "dataplane/xds/pipeline.h"

namespace fairlead::xds {

class LastGoodKeeper {
 public:
  static constexpr event::Duration kInterval = std::chrono::seconds(1);

  // All but the folder are borrowed.
  LastGoodKeeper(std::string folder, const envoy::config::core::v3::Node& node, Pipeline& pipeline,
                 event::TimerWheel& timers);
  ~LastGoodKeeper();

  // What the file has; nothing (and a log line) if it is not there or not good. Blocks.
  std::optional<LastGoodConfig> Load() const;
  void Start();

 private:
  // Hands what is new to the writer.
  void Look();
  uint64_t Revision() const;
  void WriteUntilStopped();

  const std::string folder_;
  const envoy::config::core::v3::Node& node_;
  Pipeline& pipeline_;
  event::TimerWheel& timers_;
  event::Timer timer_;
  uint64_t handed_over_ = 0;  // The revision.
  absl::Mutex mutex_;
  std::optional<std::string> waiting_ ABSL_GUARDED_BY(mutex_);
  bool is_stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread writer_;  // Last: it uses the others from its first moment.
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_LAST_GOOD_KEEPER_H_
