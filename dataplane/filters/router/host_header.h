#ifndef FAIRLEAD_DATAPLANE_FILTERS_ROUTER_HOST_HEADER_H_
#define FAIRLEAD_DATAPLANE_FILTERS_ROUTER_HOST_HEADER_H_

// Gives a request that goes upstream another Host, and says in other fields which it had.
//
// Thread: worker. Source: config.route.v3.RouteAction.host_rewrite_specifier and
// .append_x_forwarded_host.

#include <string_view>

#include "dataplane/codec/message.h"

namespace fairlead::filters {

struct HostTraces {
  // The former host goes to the end of x-forwarded-host, unless it stands there.
  bool forwarded_host = false;
  // x-envoy-original-host becomes the former host.
  bool original_host = false;
};

// `host` lives as long as the request.
void ReplaceHost(codec::RequestHead& request, std::string_view host, HostTraces traces);

}  // namespace fairlead::filters

#endif  // FAIRLEAD_DATAPLANE_FILTERS_ROUTER_HOST_HEADER_H_
