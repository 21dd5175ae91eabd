#include "dataplane/observe/log_values.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "dataplane/event/loop.h"
#include "dataplane/event/socket.h"
#include "dataplane/observe/metadata.h"
#include "google/protobuf/struct.pb.h"

namespace fairlead::observe {
namespace {

using google::protobuf::Value;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Writes `text` with its %XX decoded, as far as it fits; on demand, only those that can be seen.
size_t Decode(std::string_view text, bool visible_only, char* out, size_t room) {
  size_t size = 0;
  for (size_t i = 0; i < text.size() && size < room; ++i) {
    char c = text[i];
    if (c == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 &&
        HexDigit(text[i + 2]) >= 0) {
      const int code = HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]);
      if (!visible_only || (code > 0x20 && code < 0x7f)) {
        c = static_cast<char>(code);
        i += 2;
      }
    }
    out[size++] = c;
  }
  return size;
}

}  // namespace

LogValue TextUnlessEmpty(std::string_view text) {
  return text.empty() ? LogValue() : LogValue(text);
}

std::string_view WriteNumber(uint64_t number, LogScratch& scratch) {
  const auto [end, error] = std::to_chars(scratch.data(), scratch.data() + scratch.size(), number);
  return {scratch.data(), static_cast<size_t>(end - scratch.data())};
}

LogValue WithoutSpaces(std::string_view text, LogScratch& scratch) {
  if (text.find(' ') == std::string_view::npos) return TextUnlessEmpty(text);
  const size_t size = std::min(text.size(), scratch.size());
  for (size_t i = 0; i < size; ++i) scratch[i] = text[i] == ' ' ? '_' : text[i];
  return std::string_view(scratch.data(), size);
}

// As net::Address, but into the scratch.
LogValue AddressText(const net::Address& address, bool has_port, LogScratch& scratch) {
  char* out = scratch.data();
  const bool is_v6 = address.family() == AF_INET6;
  if (is_v6 && has_port) *out++ = '[';
  if (inet_ntop(address.family(), address.ip_bytes().data(), out, INET6_ADDRSTRLEN) == nullptr) {
    return {};
  }
  out += std::strlen(out);
  if (has_port) {
    if (is_v6) *out++ = ']';
    *out++ = ':';
    out = std::to_chars(out, scratch.data() + scratch.size(), address.port()).ptr;
  }
  return std::string_view(scratch.data(), static_cast<size_t>(out - scratch.data()));
}

LogValue NetworkText(const net::Address& address, uint32_t bits, LogScratch& scratch) {
  const std::string_view bytes = address.ip_bytes();
  bits = std::min(bits, static_cast<uint32_t>(bytes.size() * 8));
  char masked[16] = {};
  std::memcpy(masked, bytes.data(), bytes.size());
  for (size_t i = 0; i < bytes.size(); ++i) {
    const uint32_t kept =
        bits > i * 8 ? std::min<uint32_t>(bits - static_cast<uint32_t>(i) * 8, 8) : 0;
    masked[i] = static_cast<char>(masked[i] & static_cast<char>(0xff00u >> kept));
  }
  char* out = scratch.data();
  if (inet_ntop(address.family(), masked, out, INET6_ADDRSTRLEN) == nullptr) return {};
  out += std::strlen(out);
  *out++ = '/';
  out = std::to_chars(out, scratch.data() + scratch.size(), bits).ptr;
  return std::string_view(scratch.data(), static_cast<size_t>(out - scratch.data()));
}

std::string_view WithoutPort(std::string_view host) {
  const size_t colon = host.rfind(':');
  if (colon == std::string_view::npos) return host;
  // Of an IPv6 address without brackets it is no port.
  const size_t bracket = host.rfind(']');
  if (bracket == std::string_view::npos ? host.find(':') != colon : bracket > colon) return host;
  return host.substr(0, colon);
}

LogValue Milliseconds(event::MonotonicTime from, event::MonotonicTime until) {
  if (until == event::MonotonicTime() || until < from) return {};
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(until - from).count());
}

event::WallTime WallTimeOf(const StreamInfo& info) {
  if (info.start_wall == event::WallTime() && info.loop != nullptr) {
    return info.loop->WallNow() - (info.loop->now() - info.start);
  }
  return info.start_wall;
}

// Asked for by few formats, and not free: so not before.
net::Address LocalAddress(const StreamInfo& info) {
  if (info.downstream_local == net::Address() && info.connection != nullptr) {
    return info.connection->local_address();
  }
  return info.downstream_local;
}

std::string_view QueryOf(std::string_view path) {
  path = path.substr(0, path.find('#'));
  const size_t mark = path.find('?');
  return mark == std::string_view::npos ? std::string_view() : path.substr(mark + 1);
}

LogValue QueryParameter(std::string_view query, std::string_view name, LogScratch& scratch) {
  while (!query.empty()) {
    const size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    const size_t equals = pair.find('=');
    if (pair.substr(0, equals) != name) continue;
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    const size_t size = Decode(value, /*visible_only=*/false, scratch.data(), scratch.size());
    return TextUnlessEmpty(std::string_view(scratch.data(), size));
  }
  return {};
}

std::string_view Decoded(std::string_view text, std::string& into) {
  into.resize(text.size());
  into.resize(Decode(text, /*visible_only=*/true, into.data(), into.size()));
  return into;
}

uint64_t FieldBytes(const codec::HeaderMap& headers) {
  uint64_t bytes = 0;
  for (const codec::Header& field : headers) bytes += field.name.size() + field.value.size();
  return bytes;
}

uint64_t SentFieldBytes(std::string_view head) {
  constexpr size_t kEmptyLine = 2;
  const size_t line = head.find('\n') + 1;
  return head.size() < line + kEmptyLine ? 0 : head.size() - line - kEmptyLine;
}

uint64_t TrailerFieldBytes(const codec::HeaderMap* trailers, bool is_sent) {
  if (trailers == nullptr) return 0;
  // ": " and the line's end.
  return FieldBytes(*trailers) + trailers->size() * (is_sent ? 4 : 3);
}

uint64_t ReceivedFieldBytes(std::string_view head) {
  const uint64_t bytes = SentFieldBytes(head);
  const auto lines = static_cast<uint64_t>(std::count(head.begin(), head.end(), '\n'));
  return lines < 2 ? 0 : bytes - std::min(bytes, lines - 2);
}

LogValue MetadataValue(const Value* value, size_t length_max, LogScratch& scratch) {
  if (value == nullptr || value->kind_case() == Value::KIND_NOT_SET || value->has_null_value()) {
    return {};
  }
  if (value->kind_case() == Value::kStringValue) {
    return std::string_view(value->string_value()).substr(0, length_max);
  }
  scratch.text.clear();
  AppendValueJson(*value, scratch.text);
  LogValue json(scratch.text);
  json.kind = LogValue::Kind::kJson;
  json.shown_max = length_max;
  return json;
}

}  // namespace fairlead::observe
