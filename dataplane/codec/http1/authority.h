#ifndef FAIRLEAD_DATAPLANE_CODEC_HTTP1_AUTHORITY_H_
#define FAIRLEAD_DATAPLANE_CODEC_HTTP1_AUTHORITY_H_

// Whether a Host field's value, or the authority of an absolute-form target, is one host with an
// optional port (RFC 9112 section 3.2, RFC 3986 section 3.2). Thread: any.

#include <string_view>

namespace fairlead::codec::http1 {

// A name, an IPv4 address, or an IPv6 address in brackets, with an optional ":" and port 0 to
// 65535. Refused, beyond what is no authority at all, is what two servers may read as different
// hosts: userinfo, "%" (escapes, IPv6 zones), commas, an empty port.
bool IsAuthority(std::string_view text);

}  // namespace fairlead::codec::http1

#endif  // FAIRLEAD_DATAPLANE_CODEC_HTTP1_AUTHORITY_H_
