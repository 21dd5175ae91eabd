#include "dataplane/http/head_rules.h"

#include <array>
#include <string>

#include "dataplane/base/strings.h"
#include "dataplane/http/path_rules.h"

namespace fairlead::http {
namespace {

using codec::Header;
using codec::HeaderId;
using codec::RequestHead;
using filters::Stream;

// Fields by which a client could steer the router or pass for an inner one: only internal callers
// may set them.
constexpr std::array<std::string_view, 17> kInternalFields = {
    "x-envoy-decorator-operation",
    "x-envoy-downstream-service-cluster",
    "x-envoy-downstream-service-node",
    "x-envoy-expected-rq-timeout-ms",
    "x-envoy-external-address",
    "x-envoy-force-trace",
    "x-envoy-hedge-on-per-try-timeout",
    "x-envoy-internal",
    "x-envoy-ip-tags",
    "x-envoy-max-retries",
    "x-envoy-original-url",
    "x-envoy-retriable-header-names",
    "x-envoy-retriable-status-codes",
    "x-envoy-retry-grpc-on",
    "x-envoy-retry-on",
    "x-envoy-upstream-alt-stat-name",
    "x-envoy-upstream-rq-timeout-ms",
};

bool IsInternalField(const Header& field) {
  if (!field.name.starts_with("x-envoy-")) return false;
  if (field.name == "x-envoy-upstream-rq-per-try-timeout-ms") return true;
  for (std::string_view name : kInternalFields) {
    if (field.name == name) return true;
  }
  return false;
}

// A random UUID (RFC 9562 section 5.4).
std::string_view NewRequestId(Stream& stream, char (&text)[36]) {
  constexpr char kHex[] = "0123456789abcdef";
  uint64_t bits[2] = {stream.loop.random().Next(), stream.loop.random().Next()};
  bits[0] = (bits[0] & ~uint64_t{0xf000}) | 0x4000;
  bits[1] = (bits[1] & ~(uint64_t{3} << 62)) | (uint64_t{2} << 62);
  size_t out = 0;
  for (int nibble = 0; nibble < 32; ++nibble) {
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) text[out++] = '-';
    text[out++] = kHex[(bits[nibble / 16] >> (60 - 4 * (nibble % 16))) & 15];
  }
  return {text, sizeof(text)};
}

// The entry of X-Forwarded-For that the `hops`-th trusted proxy before us wrote; empty when there
// are not so many.
std::string_view ForwardedFrom(std::string_view list, uint32_t hops) {
  while (true) {
    const size_t comma = list.rfind(',');
    std::string_view entry = comma == std::string_view::npos ? list : list.substr(comma + 1);
    if (hops == 0) {
      while (!entry.empty() && entry.front() == ' ') entry.remove_prefix(1);
      while (!entry.empty() && entry.back() == ' ') entry.remove_suffix(1);
      return entry;
    }
    if (comma == std::string_view::npos) return {};
    list = list.substr(0, comma);
    --hops;
  }
}

// Whose request it is, and what the next hop is told of it.
void IdentifyClient(const HcmConfig& config, Stream& stream) {
  RequestHead& request = stream.request;
  stream.info.downstream_client = stream.info.downstream_remote;
  if (!config.use_remote_address) {
    const std::string_view list = request.headers.GetAll("x-forwarded-for");
    const std::string_view from =
        list.data() == nullptr ? list : ForwardedFrom(list, config.xff_num_trusted_hops);
    if (const auto address = net::Address::Parse(from, 0); address.ok()) {
      stream.info.downstream_client = *address;
    }
    if (!request.headers.Has(HeaderId::kXForwardedProto)) {
      request.headers.Add(HeaderId::kXForwardedProto, request.scheme);
    }
    return;
  }
  const std::string peer = stream.info.downstream_remote.ip();
  if (config.xff_num_trusted_hops > 0) {
    const std::string_view list = request.headers.GetAll("x-forwarded-for");
    const std::string_view from =
        list.data() == nullptr ? list : ForwardedFrom(list, config.xff_num_trusted_hops - 1);
    if (const auto address = net::Address::Parse(from, 0); address.ok()) {
      stream.info.downstream_client = *address;
    }
  }
  if (config.xff_num_trusted_hops == 0 || !request.headers.Has(HeaderId::kXForwardedProto)) {
    request.headers.Set(HeaderId::kXForwardedProto, request.scheme);
  }
  if (!config.skip_xff_append) {
    const std::string_view before = request.headers.GetAll("x-forwarded-for");
    request.headers.Set(HeaderId::kXForwardedFor,
                        before.empty() ? peer : StrCat(before, ",", peer));
  }
  request.headers.Set(HeaderId::kXEnvoyExternalAddress, stream.info.downstream_client.ip());
}

bool ApplyPathRules(const HcmConfig& config, Stream& stream) {
  const PathRules rules{config.normalize_path, config.merge_slashes, config.escaped_slashes};
  if (!rules.normalize && !rules.merge_slashes &&
      rules.escaped_slashes == HcmConfig::EscapedSlashes::kKeep) {
    return true;
  }
  std::string path(stream.request.path);
  switch (NormalizePath(rules, path)) {
    case PathVerdict::kAsIs:
      return true;
    case PathVerdict::kChanged:
      stream.request.path = stream.request.headers.Keep(path);
      return true;
    case PathVerdict::kRejected:
      stream.Reply({400, "", "path_normalization_failed", 0});
      return false;
    case PathVerdict::kRedirect:
      stream.Reply({307, "", "path_normalization_failed", 0});
      stream.response.headers.Add(HeaderId::kLocation, path);
      return false;
  }
  return true;
}

bool ApplyNameRules(const HcmConfig& config, Stream& stream) {
  if (config.underscores == HcmConfig::Underscores::kAllow) return true;
  const auto has_underscore = [](const Header& field) {
    return field.id == HeaderId::kOther && field.name.find('_') != std::string_view::npos;
  };
  if (config.underscores == HcmConfig::Underscores::kDropHeader) {
    stream.request.headers.RemoveIf(has_underscore);
    return true;
  }
  for (const Header& field : stream.request.headers) {
    if (!has_underscore(field)) continue;
    stream.Reply({400, "", "unexpected_underscore", 0});
    return false;
  }
  return true;
}

void ApplyHostRules(const HcmConfig& config, RequestHead& request) {
  std::string_view host = request.authority;
  // An IPv6 address has colons of its own; its port comes after the bracket.
  const size_t bracket = host.rfind(']');
  const size_t colon = host.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket) &&
      config.strip_any_host_port) {
    host = host.substr(0, colon);
  }
  if (config.strip_trailing_host_dot && host.size() > 1 && host.back() == '.') {
    host.remove_suffix(1);
  }
  request.authority = host;
}

void IdentifyRequest(const HcmConfig& config, Stream& stream) {
  codec::HeaderMap& headers = stream.request.headers;
  const bool is_edge = config.use_remote_address;
  const bool keeps_theirs =
      headers.Has(HeaderId::kXRequestId) && (!is_edge || config.preserve_external_request_id);
  if (keeps_theirs || !config.generate_request_id) return;
  char text[36];
  headers.Set(HeaderId::kXRequestId, NewRequestId(stream, text));
}

}  // namespace

bool ApplyRequestRules(const HcmConfig& config, Stream& stream) {
  RequestHead& request = stream.request;
  if (request.has_unknown_expectation) {
    stream.Reply({417, "", "unknown_expectation", 0});
    return false;
  }
  if (request.version == codec::Version::kHttp10 && !config.accept_http_10) {
    stream.Reply({426, "Upgrade Required", "low_version", 0});
    return false;
  }
  if (request.authority.empty()) {
    if (config.default_host_for_http_10.empty()) {
      stream.Reply({400, "", "missing_host_header", 0});
      return false;
    }
    request.authority = config.default_host_for_http_10;
  }
  // Whoever believes an absolute-form target would take a plain connection for a secure one.
  if (request.scheme != "http") {
    stream.Reply({403, "Forbidden", "scheme_is_not_the_connections", 0});
    return false;
  }
  request.headers.RemoveIf(IsInternalField);
  if (!ApplyNameRules(config, stream)) return false;
  ApplyHostRules(config, request);
  if (!ApplyPathRules(config, stream)) return false;
  IdentifyClient(config, stream);
  IdentifyRequest(config, stream);
  if (!config.via.empty()) request.headers.Add(HeaderId::kVia, config.via);
  return true;
}

void ApplyResponseRules(const HcmConfig& config, std::string_view date, Stream& stream) {
  codec::HeaderMap& headers = stream.response.headers;
  if (!headers.Has(HeaderId::kDate)) headers.AddBorrowed(HeaderId::kDate, "date", date);
  switch (config.server_header) {
    case HcmConfig::ServerHeader::kOverwrite:
      headers.Set(HeaderId::kServer, config.server_name);
      break;
    case HcmConfig::ServerHeader::kAppendIfAbsent:
      if (!headers.Has(HeaderId::kServer)) headers.Add(HeaderId::kServer, config.server_name);
      break;
    case HcmConfig::ServerHeader::kPassThrough:
      break;
  }
  if (!config.via.empty()) headers.Add(HeaderId::kVia, config.via);
  if (config.always_set_request_id_in_response) {
    const std::string_view id = stream.request.headers.Get(HeaderId::kXRequestId);
    if (id.data() != nullptr) headers.Set(HeaderId::kXRequestId, id);
  }
}

}  // namespace fairlead::http
