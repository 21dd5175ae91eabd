#ifndef FAIRLEAD_CONTROLPLANE_MODEL_DURATION_TEXT_H_
#define FAIRLEAD_CONTROLPLANE_MODEL_DURATION_TEXT_H_

// Durations as the JSON mapping of google.protobuf.Duration writes them: "1.5s", "-2s".
// Thread: any.

#include <string>

#include "absl/strings/string_view.h"

namespace google::protobuf {
class Duration;
}

namespace fairlead::control::model {

// Digits, at most nine decimals, "s". False when `text` is something else or out of range.
bool ParseDuration(absl::string_view text, google::protobuf::Duration& duration);
std::string DurationText(const google::protobuf::Duration& duration);

}  // namespace fairlead::control::model

#endif  // FAIRLEAD_CONTROLPLANE_MODEL_DURATION_TEXT_H_
