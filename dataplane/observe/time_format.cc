#include "dataplane/observe/time_format.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <ctime>

#include "dataplane/base/status.h"

namespace fairlead::observe {
namespace {

constexpr size_t kOutputMax = 255;
constexpr uint64_t kNanosPerSecond = 1'000'000'000;

// A time before 1970 is not one that this program was started in.
struct SplitTime {
  explicit SplitTime(event::WallTime time)
      : nanos(static_cast<uint64_t>(std::max<int64_t>(0, time.time_since_epoch().count()))),
        seconds(static_cast<time_t>(nanos / kNanosPerSecond)),
        fraction(nanos % kNanosPerSecond) {}

  uint64_t nanos;
  time_t seconds;
  uint64_t fraction;
};

// The leading `count` digits of nine.
char* WriteFraction(uint64_t nanos, int count, char* out) {
  for (int drop = 9; drop > count; --drop) nanos /= 10;
  for (int i = count - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + nanos % 10);
    nanos /= 10;
  }
  return out + count;
}

char* WriteTwo(int value, char* out) {
  *out++ = static_cast<char>('0' + value / 10 % 10);
  *out++ = static_cast<char>('0' + value % 10);
  return out;
}

// 2023-11-14T22:13:20.123Z.
size_t WriteDefault(const SplitTime& time, char* out) {
  const char* const begin = out;
  std::tm tm;
  gmtime_r(&time.seconds, &tm);
  const int year = tm.tm_year + 1900;
  out = WriteTwo(year / 100, out);
  out = WriteTwo(year, out);
  *out++ = '-';
  out = WriteTwo(tm.tm_mon + 1, out);
  *out++ = '-';
  out = WriteTwo(tm.tm_mday, out);
  *out++ = 'T';
  out = WriteTwo(tm.tm_hour, out);
  *out++ = ':';
  out = WriteTwo(tm.tm_min, out);
  *out++ = ':';
  out = WriteTwo(tm.tm_sec, out);
  *out++ = '.';
  out = WriteFraction(time.fraction, 3, out);
  *out++ = 'Z';
  return static_cast<size_t>(out - begin);
}

}  // namespace

absl::StatusOr<TimeFormat> TimeFormat::Compile(std::string_view format) {
  TimeFormat compiled;
  const auto add = [&compiled](Piece::Kind kind, uint8_t digits) {
    compiled.pieces_.push_back({kind, digits, {}});
  };
  const auto add_text = [&](std::string_view text) {
    if (compiled.pieces_.empty() || compiled.pieces_.back().kind != Piece::Kind::kStrftime) {
      add(Piece::Kind::kStrftime, 0);
    }
    compiled.pieces_.back().format += text;
  };
  for (size_t i = 0; i < format.size(); ++i) {
    const std::string_view rest = format.substr(i);
    if (rest.starts_with("%%")) {
      add_text("%%");
      ++i;
    } else if (rest.starts_with("%s")) {
      add(Piece::Kind::kSeconds, 0);
      ++i;
    } else if (rest.starts_with("%f")) {
      add(Piece::Kind::kFraction, 9);
      ++i;
    } else if (rest.size() >= 3 && rest[0] == '%' && rest[1] >= '1' && rest[1] <= '9' &&
               rest[2] == 'f') {
      add(Piece::Kind::kFraction, static_cast<uint8_t>(rest[1] - '0'));
      i += 2;
    } else {
      add_text(rest.substr(0, 1));
    }
  }
  // A trial with the longest month and day names.
  char buffer[kOutputMax + 1];
  const auto trial = event::WallTime(std::chrono::hours(24) * 20'705);  // Wednesday, 2026-09-09
  const std::string_view text = compiled.Write(trial, buffer);
  if (text.empty() || text.size() > kOutputMax - 32) {
    return InvalidArgument("time format '", format, "' writes nothing, or more than ",
                           kOutputMax - 32, " bytes");
  }
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      return InvalidArgument("time format '", format,
                             "' writes a line break or another control character");
    }
  }
  return compiled;
}

std::string_view TimeFormat::Write(event::WallTime time, std::span<char> buffer) const {
  const SplitTime split(time);
  if (pieces_.empty()) return {buffer.data(), WriteDefault(split, buffer.data())};
  std::tm tm;
  is_local_ ? localtime_r(&split.seconds, &tm) : gmtime_r(&split.seconds, &tm);
  const size_t room = std::min(buffer.size(), kOutputMax + 1);
  size_t size = 0;
  for (const Piece& piece : pieces_) {
    char* const out = buffer.data() + size;
    switch (piece.kind) {
      case Piece::Kind::kStrftime:
        size += std::strftime(out, room - size, piece.format.c_str(), &tm);
        break;
      case Piece::Kind::kFraction:
        if (room - size > piece.digits) {
          size += static_cast<size_t>(WriteFraction(split.fraction, piece.digits, out) - out);
        }
        break;
      case Piece::Kind::kSeconds:
        if (const auto [end, error] =
                std::to_chars(out, buffer.data() + room, static_cast<uint64_t>(split.seconds));
            error == std::errc()) {
          size += static_cast<size_t>(end - out);
        }
        break;
    }
  }
  return {buffer.data(), size};
}

}  // namespace fairlead::observe
