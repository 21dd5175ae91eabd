#ifndef FAIRLEAD_DATAPLANE_OBSERVE_TIME_FORMAT_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_TIME_FORMAT_H_

// A point in time as text, in UTC, as %START_TIME(...)% writes it.
//
//     FL_ASSIGN_OR_RETURN(TimeFormat format, TimeFormat::Compile("%Y-%m-%d %H:%M:%S.%6f"));
//     std::string_view text = format.Write(wall_time, buffer);
//
// strftime's conversions, and Envoy's own: %f (nanoseconds, nine digits), %1f to %9f (so many
// digits of the fraction of the second), %s (seconds since 1970). A format that was not compiled
// writes 2023-11-14T22:13:20.123Z. Nothing is allocated when a time is written.
//
// Thread: any, once compiled. Limit: 255 bytes of output.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "dataplane/event/time_source.h"

namespace fairlead::observe {

class TimeFormat {
 public:
  TimeFormat() = default;
  // Refuses a format whose output would be too long or have control characters.
  static absl::StatusOr<TimeFormat> Compile(std::string_view format);

  // In the time zone of the process instead of UTC; a format that was not compiled stays in UTC.
  void UseLocalTime() { is_local_ = true; }

  // Into `buffer`, of 256 bytes at least.
  std::string_view Write(event::WallTime time, std::span<char> buffer) const;

 private:
  struct Piece {
    enum class Kind : uint8_t { kStrftime, kFraction, kSeconds };
    Kind kind = Kind::kStrftime;
    // Of the fraction.
    uint8_t digits = 0;
    std::string format;
  };

  // Empty: the default.
  std::vector<Piece> pieces_;
  bool is_local_ = false;
};

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_TIME_FORMAT_H_
