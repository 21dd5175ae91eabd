#include "dataplane/event/time_source.h"

namespace fairlead::event {
namespace {

class SystemTime final : public TimeSource {
 public:
  MonotonicTime Monotonic() const override { return std::chrono::steady_clock::now(); }
  WallTime Wall() const override { return std::chrono::system_clock::now(); }
};

}  // namespace

const TimeSource& TimeSource::System() {
  static const SystemTime time;
  return time;
}

}  // namespace fairlead::event
