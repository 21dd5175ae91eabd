#ifndef FAIRLEAD_DATAPLANE_OBSERVE_ACCESS_LOG_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_ACCESS_LOG_H_

// Where finished exchanges are written down. Log() runs on the worker and must not block: it
// formats into memory and hands over. Thread: any worker; the entry lives for the call.

#include <cstdint>

#include "dataplane/codec/message.h"
#include "dataplane/observe/stream_info.h"

namespace fairlead::event {
class Random;
}

namespace fairlead::observe {

// What the entry is written for, with the numbers of data.accesslog.v3.AccessLogType.
enum class LogType : uint8_t { kDownstreamStart = 4, kDownstreamPeriodic = 5, kDownstreamEnd = 6 };

struct LogEntry {
  // As received, with what the filters and the router made of it. Its method_text is empty when no
  // request could be read.
  const codec::RequestHead& request;
  const codec::ResponseHead& response;
  const StreamInfo& info;
  // The worker's, for filters that take a share; null: every share has the entry in it.
  event::Random* random = nullptr;
  LogType type = LogType::kDownstreamEnd;
  // Of the response, as far as they are passed on; null: none.
  const codec::HeaderMap* trailers = nullptr;
};

class AccessLog {
 public:
  virtual ~AccessLog() = default;
  virtual void Log(const LogEntry& entry) const = 0;
};

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_ACCESS_LOG_H_
