#include "dataplane/http/client_identity.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "dataplane/base/strings.h"
#include "dataplane/event/socket.h"

namespace fairlead::http {
namespace {

using codec::Header;
using codec::HeaderId;
using codec::HeaderMap;
using codec::RequestHead;
using filters::Stream;

// Fields from outside that are never passed on, by who may set them.
struct ProtectedField {
  std::string_view name;
  // The first caller of Caller's order from whom it is taken out.
  Caller from;
};

// Envoy's router uses up the fields that steer it, whoever sent them; this one takes no orders from
// fields, and does not pass them on either.
constexpr std::array<ProtectedField, 22> kProtected = {{
    {"x-envoy-decorator-operation", Caller::kEdge},
    {"x-envoy-downstream-service-cluster", Caller::kEdge},
    {"x-envoy-downstream-service-node", Caller::kEdge},
    {"x-envoy-original-host", Caller::kEdge},
    {"x-envoy-original-path", Caller::kEdge},
    {"x-envoy-expected-rq-timeout-ms", Caller::kExternal},
    {"x-envoy-force-trace", Caller::kExternal},
    {"x-envoy-ip-tags", Caller::kExternal},
    {"x-envoy-original-url", Caller::kExternal},
    {"x-envoy-hedge-on-per-try-timeout", Caller::kInternal},
    {"x-envoy-internal", Caller::kInternal},
    {"x-envoy-max-retries", Caller::kInternal},
    {"x-envoy-retriable-header-names", Caller::kInternal},
    {"x-envoy-retriable-status-codes", Caller::kInternal},
    {"x-envoy-retry-grpc-on", Caller::kInternal},
    {"x-envoy-retry-on", Caller::kInternal},
    {"x-envoy-upstream-alt-stat-name", Caller::kInternal},
    {"x-envoy-upstream-rq-per-try-timeout-ms", Caller::kInternal},
    {"x-envoy-upstream-rq-timeout-alt-response", Caller::kInternal},
    {"x-envoy-upstream-rq-timeout-ms", Caller::kInternal},
    {"x-envoy-upstream-stream-duration-ms", Caller::kInternal},
    // forward_client_cert_details: SANITIZE.
    {"x-forwarded-client-cert", Caller::kInternal},
}};

bool IsProtected(const Header& field, Caller caller) {
  if (!field.name.starts_with("x-envoy-") && !field.name.starts_with("x-forwarded-c")) return false;
  for (const ProtectedField& known : kProtected) {
    if (field.name == known.name) return caller >= known.from;
  }
  return false;
}

// The client, and whether its address may make the request an internal one.
struct Found {
  std::optional<net::Address> client;
  bool is_trusted = false;
};

std::optional<net::Address> ParseAddress(std::string_view text) {
  auto address = net::Address::Parse(text, 0);
  return address.ok() ? std::optional(*address) : std::nullopt;
}

// The entry of X-Forwarded-For that the `hops`-th trusted proxy before us wrote. It is trusted when
// nobody else has written any.
Found FromForwardedFor(HeaderMap& headers, uint32_t hops) {
  if (!headers.Has(HeaderId::kXForwardedFor)) return {};
  std::string_view list = headers.GetAll("x-forwarded-for");
  for (uint32_t hop = 0; hop < hops; ++hop) {
    const size_t comma = list.rfind(',');
    if (comma == std::string_view::npos) return {};
    list = list.substr(0, comma);
  }
  const size_t comma = list.rfind(',');
  const bool is_alone = comma == std::string_view::npos;
  std::string_view entry = is_alone ? list : list.substr(comma + 1);
  while (!entry.empty() && entry.front() == ' ') entry.remove_prefix(1);
  while (!entry.empty() && entry.back() == ' ') entry.remove_suffix(1);
  return {ParseAddress(entry), is_alone && hops == 0};
}

void AppendForwardedFor(const HcmConfig& config, Stream& stream) {
  HeaderMap& headers = stream.request.headers;
  const net::Address& peer = stream.info.downstream_remote;
  const std::string text =
      peer.is_loopback() && !config.local_address.empty() ? config.local_address : peer.ip();
  const std::string_view before = headers.GetAll("x-forwarded-for");
  headers.Set(HeaderId::kXForwardedFor, before.empty() ? text : StrCat(before, ",", text));
}

// use_remote_address: the peer, or who the trusted proxies say it was.
Found FromPeer(const HcmConfig& config, Stream& stream) {
  HeaderMap& headers = stream.request.headers;
  Found found;
  // A request that has been forwarded before did not begin at the peer.
  found.is_trusted = !headers.Has(HeaderId::kXForwardedFor);
  if (config.xff_num_trusted_hops > 0) {
    found.client = FromForwardedFor(headers, config.xff_num_trusted_hops - 1).client;
  }
  if (!config.skip_xff_append) AppendForwardedFor(config, stream);
  if (config.xff_num_trusted_hops == 0) headers.Remove(HeaderId::kXForwardedProto);
  if (config.append_x_forwarded_port && stream.info.connection != nullptr &&
      (config.xff_num_trusted_hops == 0 || headers.Get("x-forwarded-port").data() == nullptr)) {
    headers.Set("x-forwarded-port", StrCat(stream.info.connection->local_address().port()));
  }
  return found;
}

Found Detect(const HcmConfig& config, Stream& stream, uint16_t& reject_status) {
  HeaderMap& headers = stream.request.headers;
  for (const IpDetection& detection : config.ip_detections) {
    Found found;
    if (detection.source == IpDetection::Source::kForwardedFor) {
      found = FromForwardedFor(headers, detection.trusted_hops);
    } else {
      const std::string_view value = headers.Get(detection.header);
      if (value.data() != nullptr) found = {ParseAddress(value), detection.is_trusted};
    }
    if (!found.client.has_value() && detection.reject_status != 0) {
      reject_status = detection.reject_status;
      return found;
    }
    if (!detection.skip_xff_append) AppendForwardedFor(config, stream);
    if (found.client.has_value()) return found;
  }
  return {};
}

void FillInScheme(const HcmConfig& config, RequestHead& request) {
  constexpr std::string_view kConnectionScheme = "http";
  HeaderMap& headers = request.headers;
  if (!headers.Has(HeaderId::kXForwardedProto)) {
    headers.Add(HeaderId::kXForwardedProto, kConnectionScheme);
  }
  if (request.scheme.empty()) {
    const std::string_view proto = headers.Get(HeaderId::kXForwardedProto);
    const bool is_https = absl::EqualsIgnoreCase(ToAbsl(proto), "https");
    request.scheme = is_https ? std::string_view("https") : kConnectionScheme;
  }
  if (config.scheme.empty()) return;
  request.scheme = config.scheme;
  headers.Set(HeaderId::kXForwardedProto, config.scheme);
}

bool IsInternal(const HcmConfig& config, const Found& found, const net::Address& peer) {
  if (!found.is_trusted || config.internal_addresses.empty()) return false;
  // Only a peer that is used as the client counts as one.
  if (!found.client.has_value() && !config.use_remote_address) return false;
  const net::Address& client = found.client.has_value() ? *found.client : peer;
  return std::ranges::any_of(config.internal_addresses,
                             [&](const net::Cidr& range) { return range.Contains(client); });
}

void AddUserAgent(const HcmConfig& config, HeaderMap& headers) {
  headers.Set("x-envoy-downstream-service-cluster", config.user_agent);
  if (headers.Get(HeaderId::kUserAgent).empty()) {
    headers.Set(HeaderId::kUserAgent, config.user_agent);
  }
  if (!config.node_id.empty()) headers.Set("x-envoy-downstream-service-node", config.node_id);
}

}  // namespace

Caller IdentifyClient(const HcmConfig& config, Stream& stream) {
  RequestHead& request = stream.request;
  uint16_t reject_status = 0;
  const Found found =
      config.use_remote_address ? FromPeer(config, stream) : Detect(config, stream, reject_status);
  stream.info.downstream_client = found.client.value_or(stream.info.downstream_remote);
  if (reject_status != 0) {
    stream.Reply({reject_status, "", "original_ip_detection_failed", 0});
    return Caller::kRejected;
  }
  FillInScheme(config, request);
  const Caller caller = IsInternal(config, found, stream.info.downstream_remote) ? Caller::kInternal
                        : config.use_remote_address                              ? Caller::kEdge
                                                    : Caller::kExternal;
  request.headers.RemoveIf([caller](const Header& field) { return IsProtected(field, caller); });
  stream.info.is_internal = caller == Caller::kInternal;
  if (stream.info.is_internal) request.headers.Set(HeaderId::kXEnvoyInternal, "true");
  if (!config.user_agent.empty()) AddUserAgent(config, request.headers);
  if (caller == Caller::kEdge) {
    request.headers.Set(HeaderId::kXEnvoyExternalAddress, stream.info.downstream_client.ip());
  }
  return caller;
}

}  // namespace fairlead::http
