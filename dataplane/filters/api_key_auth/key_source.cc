#include "dataplane/filters/api_key_auth/key_source.h"

#include "absl/strings/ascii.h"
#include "dataplane/base/status.h"
#include "envoy/extensions/filters/http/api_key_auth/v3/api_key_auth.pb.h"

namespace fairlead::filters {
namespace {

using codec::HeaderId;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// %XX becomes its byte; what is not %XX stays.
void Decode(std::string_view text, std::string& out) {
  out.clear();
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = HexDigit(text[i + 1]);
      const int low = HexDigit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out += static_cast<char>(high * 16 + low);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
}

// Names of what is no field of a message's header map: a key could never be found there.
bool IsNoField(std::string_view name) {
  switch (codec::LookupHeaderId(name)) {
    case HeaderId::kHost:
    case HeaderId::kContentLength:
    case HeaderId::kTransferEncoding:
    case HeaderId::kConnection:
    case HeaderId::kKeepAlive:
    case HeaderId::kProxyConnection:
    case HeaderId::kUpgrade:
    case HeaderId::kExpect:
    case HeaderId::kHttp2Settings:
      return true;
    default:
      return name.starts_with(':');
  }
}

}  // namespace

absl::StatusOr<KeySource> KeySource::Compile(
    const envoy::extensions::filters::http::api_key_auth::v3::KeySource& proto) {
  KeySource source;
  if (!proto.header().empty()) {
    source.name_ = absl::AsciiStrToLower(proto.header());
    if (IsNoField(source.name_)) {
      return InvalidArgument("header: '", proto.header(), "' is not a header that can hold a key");
    }
  } else if (!proto.query().empty()) {
    source.kind_ = Kind::kQuery;
    source.name_ = proto.query();
  } else if (!proto.cookie().empty()) {
    source.kind_ = Kind::kCookie;
    source.name_ = proto.cookie();
  } else {
    return InvalidArgument("one of header, query and cookie must be set");
  }
  return source;
}

std::string_view KeySource::Find(const codec::RequestHead& request, std::string& buffer) const {
  switch (kind_) {
    case Kind::kHeader:
      return FindHeader(request);
    case Kind::kQuery:
      return FindParameter(request, buffer);
    case Kind::kCookie:
      return FindCookie(request);
  }
  return {};
}

std::string_view KeySource::FindHeader(const codec::RequestHead& request) const {
  constexpr std::string_view kBearer = "Bearer ";
  std::string_view value = request.headers.Get(name_);
  if (value.starts_with(kBearer)) value.remove_prefix(kBearer.size());
  return value;
}

std::string_view KeySource::FindParameter(const codec::RequestHead& request,
                                          std::string& buffer) const {
  const size_t mark = request.path.find('?');
  if (mark == std::string_view::npos) return {};
  std::string_view rest = request.path.substr(mark + 1);
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view parameter = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const size_t equals = std::min(parameter.find('='), parameter.size());
    Decode(parameter.substr(0, equals), buffer);
    if (buffer != name_) continue;
    Decode(parameter.substr(std::min(equals + 1, parameter.size())), buffer);
    return buffer;
  }
  return {};
}

std::string_view KeySource::FindCookie(const codec::RequestHead& request) const {
  for (const codec::Header& field : request.headers) {
    if (field.id != HeaderId::kCookie) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find(';'), rest.size());
      std::string_view cookie = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      cookie.remove_prefix(std::min(cookie.find_first_not_of(' '), cookie.size()));
      const size_t equals = cookie.find('=');
      if (equals == std::string_view::npos || cookie.substr(0, equals) != name_) continue;
      std::string_view value = cookie.substr(equals + 1);
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
      }
      return value;
    }
  }
  return {};
}

}  // namespace fairlead::filters
