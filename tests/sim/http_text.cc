#include "tests/sim/http_text.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "dataplane/base/strings.h"
#include "dataplane/event/combinators.h"

namespace fairlead::sim {
namespace {

constexpr size_t kSlowRead = 100;
constexpr size_t kHeadMax = 64 * 1024;

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return lower;
}

}  // namespace

std::string_view Head::Get(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  return {};
}

uint64_t Head::Number(std::string_view name) const {
  const std::string_view text = Get(name);
  uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

int Head::status() const {
  int status = 0;
  if (start.size() >= 12) std::from_chars(start.data() + 9, start.data() + 12, status);
  return status;
}

bool Head::Parse(std::string_view text, Head& head) {
  head = Head();
  while (!text.empty()) {
    const size_t end = text.find("\r\n");
    if (end == std::string_view::npos) return false;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 2);
    if (head.start.empty()) {
      head.start = line;
      if (line.empty()) return false;
      continue;
    }
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    head.fields.emplace_back(Lower(line.substr(0, colon)), std::string(value));
  }
  return !head.start.empty();
}

BodyFraming BodyFraming::Of(const Head& head, Kind otherwise) {
  if (head.Get("transfer-encoding") == "chunked") return {Kind::kChunked, 0};
  if (!head.Get("content-length").empty()) return {Kind::kLength, head.Number("content-length")};
  return {otherwise, 0};
}

void TextConnection::SetPatience(event::Duration patience, OnImpatience on_impatience) {
  patience_ = patience;
  on_impatience_ = std::move(on_impatience);
}

event::Task<bool> TextConnection::Fill() {
  if (pause_ > event::Duration::zero()) co_await event::Sleep(loop_.timers(), pause_);
  const size_t wanted = pause_ > event::Duration::zero() ? kSlowRead : net::kReadBlock;
  if (patience_ == event::Duration::zero()) {
    result_ = co_await socket_->Read(in_, wanted);
  } else {
    std::optional<int64_t> read;
    while (!read.has_value()) {
      read = co_await event::WithTimeout(loop_.timers(), patience_, socket_->Read(in_, wanted));
      if (!read.has_value() && !on_impatience_()) {
        is_out_of_patience_ = true;
        co_return false;
      }
    }
    result_ = *read;
  }
  if (result_ <= 0) co_return false;
  buffer_ += in_.view();
  in_.Reset();
  co_return true;
}

event::Task<bool> TextConnection::ReadHead(Head& head) {
  size_t end;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (buffer_.size() > kHeadMax || !co_await Fill()) co_return false;
  }
  const bool is_good = Head::Parse(std::string_view(buffer_).substr(0, end + 2), head);
  buffer_.erase(0, end + 4);
  co_return is_good;
}

event::Task<bool> TextConnection::ReadLine(std::string& line) {
  size_t end;
  while ((end = buffer_.find("\r\n")) == std::string::npos) {
    if (!co_await Fill()) co_return false;
  }
  line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  co_return true;
}

event::Task<BodyEnd> TextConnection::ReadBody(BodyFraming framing,
                                              std::function<void(std::string_view)> take) {
  using Kind = BodyFraming::Kind;
  if (framing.kind == Kind::kUntilEnd) {
    do {
      take(buffer_);
      buffer_.clear();
    } while (co_await Fill());
    co_return has_ended() ? BodyEnd::kWhole : BodyEnd::kBrokenOff;
  }
  uint64_t left = framing.length;
  bool is_last = framing.kind != Kind::kChunked;
  while (true) {
    if (framing.kind == Kind::kChunked) {
      std::string line;
      if (!co_await ReadLine(line)) co_return BodyEnd::kBrokenOff;
      const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), left, 16);
      if (error != std::errc() || end != line.data() + line.size()) co_return BodyEnd::kMalformed;
      is_last = left == 0;
    }
    while (left > 0) {
      if (buffer_.empty() && !co_await Fill()) co_return BodyEnd::kBrokenOff;
      const size_t n = static_cast<size_t>(std::min<uint64_t>(left, buffer_.size()));
      take(std::string_view(buffer_).substr(0, n));
      buffer_.erase(0, n);
      left -= n;
    }
    if (framing.kind == Kind::kChunked) {
      std::string line;
      if (!co_await ReadLine(line)) co_return BodyEnd::kBrokenOff;
      if (!line.empty()) co_return BodyEnd::kMalformed;
    }
    if (is_last) co_return BodyEnd::kWhole;
  }
}

event::Task<bool> TextConnection::ReadToEnd() {
  while (buffer_.empty() && co_await Fill()) {
  }
  co_return buffer_.empty();
}

event::Task<bool> TextConnection::Write(std::string bytes) {
  std::array<net::Slice, 1> pieces{net::Slice::Static(bytes)};
  co_return co_await socket_->Write(pieces) == 0;
}

std::string Chunked(std::string_view body, uint64_t token) {
  std::string out;
  size_t size = 1 + token % 1000;
  while (!body.empty()) {
    const std::string_view piece = body.substr(0, size);
    char line[20];
    const auto [end, error] = std::to_chars(line, line + sizeof(line), piece.size(), 16);
    out.append(line, end);
    StrAppend(&out, "\r\n", piece, "\r\n");
    body.remove_prefix(piece.size());
    size = 1 + (size * 7) % 4000;
  }
  out += "0\r\n\r\n";
  return out;
}

}  // namespace fairlead::sim
