#ifndef FAIRLEAD_DATAPLANE_CODEC_HTTP1_FIELD_LINE_H_
#define FAIRLEAD_DATAPLANE_CODEC_HTTP1_FIELD_LINE_H_

// The lines of a head's or trailer's field section (RFC 9112 section 5): "name: value" CRLF, names
// checked and lower-cased in place, values checked and trimmed.
//
//     ParseError error = ForEachField(begin, end, 100, [&](HeaderId id, std::string_view name,
//                                                          char* value, size_t size) { ... });
//
// Every CR in [begin, end) is followed by LF, every LF follows a CR, and the section ends with an
// empty line: FindHeadEnd has seen to it. Thread: worker.

#include <cstddef>
#include <string_view>

#include "dataplane/codec/header_names.h"
#include "dataplane/codec/http1/byte_scan.h"
#include "dataplane/codec/http1/char_class.h"
#include "dataplane/codec/http1/parse_error.h"

namespace fairlead::codec::http1 {

// Gives each field to `take`, which returns a ParseError; stops at the first error.
template <typename Take>
ParseError ForEachField(char* begin, char* end, size_t fields_max, Take take) {
  size_t fields = 0;
  for (char* p = begin; *p != '\r';) {
    if (IsBlank(*p)) return ParseError::kObsFold;
    if (fields == fields_max) return ParseError::kTooManyFields;
    ++fields;
    // The line's end is looked for before the name is written to, so that finding the next line
    // need not wait for these bytes to come back from the store buffer.
    char* const line_end = p + (FindControl(p, end) - p);
    char* const colon = LowerName(p, line_end);
    if (colon == p || *colon != ':') return ParseError::kBadFieldName;
    if (*line_end != '\r') return ParseError::kBadFieldValue;

    const std::string_view name(p, static_cast<size_t>(colon - p));
    char* value = colon + 1;
    char* value_end = line_end;
    while (value < value_end && IsBlank(*value)) ++value;
    while (value_end > value && IsBlank(value_end[-1])) --value_end;
    const ParseError error =
        take(LookupHeaderId(name), name, value, static_cast<size_t>(value_end - value));
    if (error != ParseError::kNone) return error;
    p = line_end + 2;
  }
  return ParseError::kNone;
}

}  // namespace fairlead::codec::http1

#endif  // FAIRLEAD_DATAPLANE_CODEC_HTTP1_FIELD_LINE_H_
