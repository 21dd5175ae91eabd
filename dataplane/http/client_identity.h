#ifndef FAIRLEAD_DATAPLANE_HTTP_CLIENT_IDENTITY_H_
#define FAIRLEAD_DATAPLANE_HTTP_CLIENT_IDENTITY_H_

// Whose request it is: the client's address, whether it is an internal one, and what the next hop
// is told of it (X-Forwarded-For, X-Forwarded-Proto, the scheme, x-envoy-internal,
// x-envoy-external-address); takes out what such a client may not say.
//
// A request is internal when its client stands alone in X-Forwarded-For (or is the peer) and is of
// an internal address; it comes from the edge when it is not internal and use_remote_address is
// set. Outsiders may not set the fields that steer the router; those at the edge may not name the
// service they come from either.
//
// Thread: worker. Source: HttpConnectionManager.use_remote_address, xff_num_trusted_hops,
// skip_xff_append, original_ip_detection_extensions, internal_address_config,
// scheme_header_transformation, add_user_agent; Envoy's documentation of HTTP header sanitizing.

#include "dataplane/filters/stream.h"
#include "dataplane/http/hcm_config.h"

namespace fairlead::http {

enum class Caller : uint8_t { kInternal, kExternal, kEdge, kRejected };

// Fills in stream.info.downstream_client and request.scheme. kRejected: the request was answered.
Caller IdentifyClient(const HcmConfig& config, filters::Stream& stream);

}  // namespace fairlead::http

#endif  // FAIRLEAD_DATAPLANE_HTTP_CLIENT_IDENTITY_H_
