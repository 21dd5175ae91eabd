#include "dataplane/filters/router/host_header.h"

#include "dataplane/base/strings.h"

namespace fairlead::filters {
namespace {

using codec::HeaderId;

std::string_view LastToken(std::string_view list) {
  const size_t comma = list.rfind(',');
  return comma == std::string_view::npos ? list : list.substr(comma + 1);
}

}  // namespace

void ReplaceHost(codec::RequestHead& request, std::string_view host, HostTraces traces) {
  codec::HeaderMap& headers = request.headers;
  if (traces.forwarded_host && !request.authority.empty()) {
    const std::string_view hosts = headers.GetAll("x-forwarded-host");
    if (hosts.empty()) {
      headers.Set(HeaderId::kXForwardedHost, request.authority);
    } else if (LastToken(hosts) != request.authority) {
      headers.Set(HeaderId::kXForwardedHost, StrCat(hosts, ",", request.authority));
    }
  }
  if (traces.original_host) headers.Set(HeaderId::kXEnvoyOriginalHost, request.authority);
  request.authority = host;
}

}  // namespace fairlead::filters
