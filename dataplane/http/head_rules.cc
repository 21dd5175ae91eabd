#include "dataplane/http/head_rules.h"

#include <string>

#include "dataplane/base/strings.h"
#include "dataplane/event/socket.h"
#include "dataplane/event/uuid.h"
#include "dataplane/http/client_identity.h"
#include "dataplane/http/path_rules.h"

namespace fairlead::http {
namespace {

using codec::Header;
using codec::HeaderId;
using codec::RequestHead;
using filters::Stream;

// A request that may be read in more than one way: answered, and the connection ends.
bool Refuse(Stream& stream, const filters::LocalReply& reply) {
  stream.Reply(reply);
  stream.request.keep_alive = false;
  return false;
}

constexpr filters::LocalReply kPathRefused{400, "", "path_normalization_failed", 0};

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
      return Refuse(stream, kPathRefused);
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
    return Refuse(stream, {400, "Bad Request", "http1.unexpected_underscore",
                           observe::kDownstreamProtocolError});
  }
  return true;
}

// ":80" of "a.test:80" or "[::1]:80"; empty when it ends in no port of digits.
std::string_view PortPart(std::string_view host) {
  size_t digits = 0;
  while (digits < host.size() && host[host.size() - 1 - digits] >= '0' &&
         host[host.size() - 1 - digits] <= '9') {
    ++digits;
  }
  if (digits == 0 || digits == host.size()) return {};
  const size_t colon = host.size() - 1 - digits;
  if (host[colon] != ':') return {};
  // An IPv6 address has colons of its own; its port comes after the bracket.
  const std::string_view name = host.substr(0, colon);
  if (name.find(':') != std::string_view::npos && !name.ends_with(']')) return {};
  return host.substr(colon);
}

bool IsPortOf(std::string_view port, const Stream& stream) {
  if (stream.info.connection == nullptr) return false;
  return port.substr(1) == StrCat(stream.info.connection->local_address().port());
}

void ApplyHostRules(const HcmConfig& config, Stream& stream) {
  if (!config.strip_any_host_port && !config.strip_matching_host_port &&
      !config.strip_trailing_host_dot) {
    return;
  }
  RequestHead& request = stream.request;
  std::string_view host = request.authority;
  std::string_view port = PortPart(host);
  const bool drops_port =
      !port.empty() &&
      (config.strip_any_host_port || (config.strip_matching_host_port && IsPortOf(port, stream)));
  std::string_view name = host.substr(0, host.size() - port.size());
  const bool drops_dot = config.strip_trailing_host_dot && name.ends_with('.');
  if (drops_dot) name.remove_suffix(1);
  if (drops_port) port = {};
  if (port.empty()) {
    request.authority = name;
  } else if (drops_dot) {
    request.authority = request.headers.Keep(StrCat(name, port));
  }
}

void IdentifyRequest(const HcmConfig& config, Caller caller, Stream& stream) {
  codec::HeaderMap& headers = stream.request.headers;
  const bool keeps_theirs = !headers.Get(HeaderId::kXRequestId).empty() &&
                            (caller != Caller::kEdge || config.preserve_external_request_id);
  if (keeps_theirs || !config.generate_request_id) return;
  char text[event::kUuidSize];
  headers.Set(HeaderId::kXRequestId, event::WriteUuid(stream.loop.random(), text));
}

void AppendVia(const HcmConfig& config, codec::HeaderMap& headers) {
  if (config.via.empty()) return;
  const std::string_view before = headers.GetAll("via");
  if (before.empty()) return headers.Set(HeaderId::kVia, config.via);
  headers.Set(HeaderId::kVia, StrCat(before, ", ", config.via));
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
  if (!request.scheme.empty() && request.scheme != "http") {
    return Refuse(stream, {403, "Forbidden", "scheme_is_not_the_connections", 0});
  }
  if (!ApplyNameRules(config, stream)) return false;
  ApplyHostRules(config, stream);
  if (!ApplyPathRules(config, stream)) return false;
  const Caller caller = IdentifyClient(config, stream);
  if (caller == Caller::kRejected) return false;
  IdentifyRequest(config, caller, stream);
  AppendVia(config, request.headers);
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
  AppendVia(config, headers);
  // Who may force a trace is told how to find it.
  const bool is_trace_forced = !config.internal_addresses.empty() &&
                               stream.request.headers.Get("x-envoy-force-trace").data() != nullptr;
  if (config.always_set_request_id_in_response || is_trace_forced) {
    const std::string_view id = stream.request.headers.Get(HeaderId::kXRequestId);
    if (id.data() != nullptr) headers.Set(HeaderId::kXRequestId, id);
  }
}

}  // namespace fairlead::http
