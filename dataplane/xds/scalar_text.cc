#include "dataplane/xds/scalar_text.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "dataplane/base/strings.h"
#include "google/protobuf/duration.pb.h"

namespace fairlead::xds {
namespace {

// Decimal; SimpleAtod also takes hexadecimal numbers and words, which ProtoJSON does not have.
bool ParseDecimal(std::string_view text, double& out) {
  return text.find_first_of("0123456789") != std::string_view::npos &&
         text.find_first_of("xX") == std::string_view::npos &&
         absl::SimpleAtod(ToAbsl(text), &out) && std::isfinite(out);
}

}  // namespace

std::optional<bool> BoolOf(std::string_view text, bool is_json) {
  if (text == "true") return true;
  if (text == "false") return false;
  if (is_json) return std::nullopt;
  const std::string lower = absl::AsciiStrToLower(ToAbsl(text));
  if (lower == "true" || lower == "yes" || lower == "on" || lower == "y") return true;
  if (lower == "false" || lower == "no" || lower == "off" || lower == "n") return false;
  return std::nullopt;
}

template <typename T>
std::optional<T> IntegerOf(std::string_view text, bool may_be_octal) {
  const bool is_negative = !text.empty() && text.front() == '-';
  std::string_view digits =
      is_negative || (!text.empty() && text.front() == '+') ? text.substr(1) : text;
  T value;
  if (may_be_octal && digits.size() > 1 && digits.front() == '0') {
    const bool is_hex = digits[1] == 'x' || digits[1] == 'X';
    digits.remove_prefix(is_hex ? 2 : 1);
    const std::string number = StrCat(is_negative ? "-" : "", digits);
    const char* end = number.data() + number.size();
    const auto [stop, error] = std::from_chars(number.data(), end, value, is_hex ? 16 : 8);
    if (error == std::errc() && stop == end) return value;
  }
  if (absl::SimpleAtoi(ToAbsl(text), &value)) return value;
  double number;
  if (!ParseDecimal(text, number) || std::trunc(number) != number) return std::nullopt;
  // 2^63 and 2^64 are doubles; the largest integers below them are not.
  if (number < static_cast<double>(std::numeric_limits<T>::min()) ||
      number >= std::ldexp(1.0, std::numeric_limits<T>::digits)) {
    return std::nullopt;
  }
  return static_cast<T>(number);
}

template std::optional<int32_t> IntegerOf(std::string_view text, bool may_be_octal);
template std::optional<int64_t> IntegerOf(std::string_view text, bool may_be_octal);
template std::optional<uint32_t> IntegerOf(std::string_view text, bool may_be_octal);
template std::optional<uint64_t> IntegerOf(std::string_view text, bool may_be_octal);

std::optional<double> FloatingOf(std::string_view text) {
  if (text == "NaN" || text == ".nan" || text == ".NaN") {
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (text == "Infinity" || text == ".inf") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity" || text == "-.inf") return -std::numeric_limits<double>::infinity();
  double value;
  return ParseDecimal(text, value) ? std::optional(value) : std::nullopt;
}

bool ParseDuration(std::string_view text, google::protobuf::Duration& out) {
  if (text.size() < 2 || text.back() != 's') return false;
  text.remove_suffix(1);
  const bool is_negative = text.front() == '-';
  if (is_negative) text.remove_prefix(1);
  const size_t dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  std::string fraction(dot == std::string_view::npos ? "0" : text.substr(dot + 1));
  if (whole.empty() || fraction.empty() || fraction.size() > 9) return false;
  for (const std::string_view part : {whole, std::string_view(fraction)}) {
    if (part.find_first_not_of("0123456789") != std::string_view::npos) return false;
  }
  fraction.append(9 - fraction.size(), '0');
  int64_t seconds;
  int32_t nanos;
  if (!absl::SimpleAtoi(ToAbsl(whole), &seconds) || !absl::SimpleAtoi(fraction, &nanos) ||
      seconds > 315576000000) {
    return false;
  }
  out.set_seconds(is_negative ? -seconds : seconds);
  out.set_nanos(is_negative ? -nanos : nanos);
  return true;
}

}  // namespace fairlead::xds
