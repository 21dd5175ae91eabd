#ifndef FAIRLEAD_DATAPLANE_ROUTE_HEADER_EDITS_H_
#define FAIRLEAD_DATAPLANE_ROUTE_HEADER_EDITS_H_

// Changes a message's fields as a route asks.
//
//     ApplyEdits(cluster.request_edits, entry, head.headers);   // a weighted cluster's come first
//     ApplyEdits(route.request_edits, entry, head.headers);
//
// `entry` is what command operators in values (%REQ(x)%, %DOWNSTREAM_REMOTE_ADDRESS%) are read
// from; its heads may be those that are changed. A level's values are all made before the level
// adds anything, and after it has removed.
//
// Envoy's order within a level: removals first; then every addition is judged by what the message
// has at that moment (add if absent, overwrite if it exists); then fields are overwritten; then
// added. A field that a list may be made of, of which there must be one (User-Agent, Via, ...), is
// continued with "," when a value is appended, as Envoy does; others are repeated.
//
// Thread: worker. Source: core.v3.HeaderValueOption, config.route.v3.Route.request_headers_to_add.

#include "dataplane/codec/header_map.h"
#include "dataplane/observe/access_log.h"
#include "dataplane/route/route.h"

namespace fairlead::route {

// The edits outlive `headers`' use of them only as far as the map copies them: values are copied.
void ApplyEdits(const HeaderEdits& edits, const observe::LogEntry& entry,
                codec::HeaderMap& headers);
void ApplyEdits(const HeaderEditSteps& steps, const observe::LogEntry& entry,
                codec::HeaderMap& headers);

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_HEADER_EDITS_H_
