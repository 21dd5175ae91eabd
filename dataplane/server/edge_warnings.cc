#include "dataplane/server/edge_warnings.h"

namespace fairlead::server {
namespace {

using http::HcmConfig;

struct Rule {
  bool (*is_open)(const HcmConfig& hcm);
  const char* warning;
};

constexpr Rule kRules[] = {
    {[](const HcmConfig& hcm) {
       return !hcm.use_remote_address && hcm.ip_detections.size() == 1 &&
              hcm.ip_detections[0].source == http::IpDetection::Source::kForwardedFor;
     },
     "use_remote_address: is not true; whoever connects is believed to be who its X-Forwarded-For "
     "names"},
    {[](const HcmConfig& hcm) {
       return !hcm.use_remote_address && !hcm.internal_addresses.empty();
     },
     "internal_address_config: is set without use_remote_address; whoever connects can pass for an "
     "internal client"},
    {[](const HcmConfig& hcm) { return !hcm.normalize_path; },
     "normalize_path: is not true; /a/../admin is matched as it came"},
    {[](const HcmConfig& hcm) { return !hcm.merge_slashes; },
     "merge_slashes: is not true; //admin is not matched as /admin"},
    {[](const HcmConfig& hcm) {
       return hcm.escaped_slashes == HcmConfig::EscapedSlashes::kKeep ||
              hcm.escaped_slashes == HcmConfig::EscapedSlashes::kUnescapeAndForward;
     },
     "path_with_escaped_slashes_action: lets %2F pass, which upstreams may read as a slash; "
     "UNESCAPE_AND_REDIRECT or REJECT_REQUEST does not"},
    {[](const HcmConfig& hcm) { return hcm.underscores == HcmConfig::Underscores::kAllow; },
     "common_http_protocol_options.headers_with_underscores_action: is ALLOW; upstreams may take "
     "x_user for x-user; REJECT_REQUEST or DROP_HEADER does not let it pass"},
    {[](const HcmConfig& hcm) { return hcm.idle_timeout.count() == 0; },
     "common_http_protocol_options.idle_timeout: is off; idle connections stay for ever"},
    {[](const HcmConfig& hcm) { return hcm.stream_idle_timeout.count() == 0; },
     "stream_idle_timeout: is off; a stalled request stays for ever; 300s is usual"},
    {[](const HcmConfig& hcm) { return hcm.request_headers_timeout.count() == 0; },
     "request_headers_timeout: is off; a client may send its headers byte by byte; 10s is usual"},
    {[](const HcmConfig& hcm) { return hcm.request_timeout.count() == 0; },
     "request_timeout: is off; a client may send its body byte by byte; 300s is usual, unless "
     "requests are streams"},
};

}  // namespace

std::vector<std::string> EdgeWarnings(const listener::ListenerConfig& listener) {
  std::vector<std::string> warnings;
  if (listener.address.is_loopback() || listener.hcm == nullptr) return warnings;
  for (const Rule& rule : kRules) {
    if (rule.is_open(*listener.hcm)) warnings.emplace_back(rule.warning);
  }
  return warnings;
}

}  // namespace fairlead::server
