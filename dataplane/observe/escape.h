#ifndef FAIRLEAD_DATAPLANE_OBSERVE_ESCAPE_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_ESCAPE_H_

// Texts of unknown origin, made safe for what they are written into. Both append, and allocate only
// if the string has to grow. Thread: any.

#include <string>
#include <string_view>

namespace fairlead::observe {

// For a line of text: control bytes (0x00-0x1f, 0x7f) become \xHH, so that no value can end a line
// or steer a terminal. Everything else stays, quotes too, as in Envoy's logs.
void AppendLineText(std::string_view text, std::string& out);

// As a JSON string with its quotes (RFC 8259 section 7). Bytes that are not UTF-8 become U+FFFD.
void AppendJsonString(std::string_view text, std::string& out);
// The same without the quotes, for a string made of several parts.
void AppendJsonText(std::string_view text, std::string& out);

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_ESCAPE_H_
