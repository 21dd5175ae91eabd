#ifndef FAIRLEAD_DATAPLANE_ROUTE_REWRITE_H_
#define FAIRLEAD_DATAPLANE_ROUTE_REWRITE_H_

// The path and host a request is forwarded with, and the URL a redirect names.
//
// As Envoy, with two differences that keep a path a path: when a prefix is replaced by one that
// ends in "/" and the rest starts with "/", one of them is dropped ("/p" -> "/" makes "/hello" of
// "/p/hello", not "//hello"); and the result always starts with "/".
//
// Thread: worker. Source: config.route.v3.RouteAction.prefix_rewrite and .regex_rewrite,
// RedirectAction.

#include <string>
#include <string_view>

#include "dataplane/codec/header_map.h"
#include "dataplane/codec/message.h"
#include "dataplane/route/route.h"

namespace fairlead::route {

// A path that would grow beyond this is not rewritten but refused.
inline constexpr size_t kRewrittenPathMax = 65536;

// The path with its query to send upstream. A new one is kept in `keep`'s arena; without a rewrite
// it is `path` itself. A null data() when it would be longer than kRewrittenPathMax: the request
// must then be answered, with 414, not forwarded.
std::string_view RewrittenPath(const Forward& forward, const Route& route, std::string_view path,
                               codec::HeaderMap& keep);

inline constexpr size_t kRewrittenHostMax = 1024;

// What Host is to become; empty: it stays. A new one is kept in `keep`'s arena, or lives as long as
// the route. One that a regex makes longer than kRewrittenHostMax is not taken.
std::string_view RewrittenHost(const HostRewrite& rewrite, const codec::RequestHead& head,
                               codec::HeaderMap& keep);

// The Location of a redirect. Empty when its path would be longer than kRewrittenPathMax (414).
std::string RedirectLocation(const Redirect& redirect, const Route& route,
                             const codec::RequestHead& head);

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_REWRITE_H_
