#ifndef FAIRLEAD_DATAPLANE_CODEC_HTTP1_FRAMING_H_
#define FAIRLEAD_DATAPLANE_CODEC_HTTP1_FRAMING_H_

// Where a message's body ends (RFC 9112 section 6.3), or an error when that is not provably one
// place. Thread: worker.

#include <cstdint>
#include <string_view>

#include "dataplane/codec/http1/field_section.h"
#include "dataplane/codec/http1/parse_error.h"
#include "dataplane/codec/message.h"

namespace fairlead::codec::http1 {

// 1*DIGIT, at most 19 of them, up to 2^63-1.
bool ParseContentLength(std::string_view text, uint64_t& length);

ParseError FrameRequest(const FieldSection& fields, Version version, Framing& framing);

// Needs `head.status` and `head.version`; sets framing and unframed length.
ParseError FrameResponse(const FieldSection& fields, Method request_method, ResponseHead& head);

}  // namespace fairlead::codec::http1

#endif  // FAIRLEAD_DATAPLANE_CODEC_HTTP1_FRAMING_H_
