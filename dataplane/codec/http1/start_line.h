#ifndef FAIRLEAD_DATAPLANE_CODEC_HTTP1_START_LINE_H_
#define FAIRLEAD_DATAPLANE_CODEC_HTTP1_START_LINE_H_

// The first line of a message (RFC 9112 sections 3 and 4): method, target and version, or version,
// status and reason. `line` is without its CRLF and is not changed. Thread: worker.

#include <string_view>

#include "dataplane/codec/http1/parse_error.h"
#include "dataplane/codec/message.h"

namespace fairlead::codec::http1 {

// Fills method, path, version, and from an absolute-form target scheme and authority.
ParseError ParseRequestLine(std::string_view line, RequestHead& head);

// Fills version, status and reason. A missing blank behind the status is let pass: servers that
// send no reason phrase often leave it out.
ParseError ParseStatusLine(std::string_view line, ResponseHead& head);

}  // namespace fairlead::codec::http1

#endif  // FAIRLEAD_DATAPLANE_CODEC_HTTP1_START_LINE_H_
