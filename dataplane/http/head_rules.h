#ifndef FAIRLEAD_DATAPLANE_HTTP_HEAD_RULES_H_
#define FAIRLEAD_DATAPLANE_HTTP_HEAD_RULES_H_

// What a connection manager does to the heads that pass it, before the filters see a request and
// after they have seen a response: who the client is, request ids, internal fields, Server, Date,
// Via.
//
// Thread: worker. Source: HttpConnectionManager's fields of the same names; Envoy's documentation
// of HTTP header manipulation.

#include "dataplane/filters/stream.h"
#include "dataplane/http/hcm_config.h"

namespace fairlead::http {

// Identifies the client (client_identity.h) and the request (X-Request-Id), applies path and Host
// rules, adds Via. False when the request was answered instead (stream.Reply); with
// request.keep_alive off when the connection is to end.
bool ApplyRequestRules(const HcmConfig& config, filters::Stream& stream);

// Server, Date, Via, X-Request-Id; removes hop-by-hop remains.
void ApplyResponseRules(const HcmConfig& config, std::string_view date, filters::Stream& stream);

}  // namespace fairlead::http

#endif  // FAIRLEAD_DATAPLANE_HTTP_HEAD_RULES_H_
