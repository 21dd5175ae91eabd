#include "controlplane/model/duration_text.h"

#include <cstdint>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "google/protobuf/duration.pb.h"

namespace fairlead::control::model {
namespace {

// What google.protobuf.Duration can hold, about 10,000 years.
constexpr int64_t kSecondsMax = 315'576'000'000;

bool AllDigits(absl::string_view text) {
  if (text.empty()) return false;
  for (char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

}  // namespace

bool ParseDuration(absl::string_view text, google::protobuf::Duration& duration) {
  bool is_negative = absl::ConsumePrefix(&text, "-");
  if (!absl::ConsumeSuffix(&text, "s")) return false;
  size_t point = text.find('.');
  absl::string_view whole = text.substr(0, point);
  int64_t seconds = 0;
  if (!AllDigits(whole) || !absl::SimpleAtoi(whole, &seconds) || seconds > kSecondsMax)
    return false;
  int32_t nanos = 0;
  if (point != absl::string_view::npos) {
    std::string decimals(text.substr(point + 1));
    if (!AllDigits(decimals) || decimals.size() > 9) return false;
    decimals.resize(9, '0');
    if (!absl::SimpleAtoi(decimals, &nanos)) return false;
  }
  duration.set_seconds(is_negative ? -seconds : seconds);
  duration.set_nanos(is_negative ? -nanos : nanos);
  return true;
}

std::string DurationText(const google::protobuf::Duration& duration) {
  bool is_negative = duration.seconds() < 0 || duration.nanos() < 0;
  std::string text =
      absl::StrFormat("%s%d", is_negative ? "-" : "", std::llabs(duration.seconds()));
  if (duration.nanos() != 0) {
    std::string decimals = absl::StrFormat("%09d", std::abs(duration.nanos()));
    decimals.erase(decimals.find_last_not_of('0') + 1);
    absl::StrAppendFormat(&text, ".%s", decimals);
  }
  return text + "s";
}

}  // namespace fairlead::control::model
