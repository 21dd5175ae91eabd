#ifndef FAIRLEAD_CONTROLPLANE_MODEL_FIELD_RULES_H_
#define FAIRLEAD_CONTROLPLANE_MODEL_FIELD_RULES_H_

// What single values may look like. Each function returns what is wrong, for an error message that
// shows the value before it, or an empty string. Thread: any.

#include <string>

#include "absl/strings/string_view.h"

namespace google::protobuf {
class Duration;
}

namespace fairlead::control::model {

// [a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?
std::string NameProblem(absl::string_view name);
// An IPv4 or IPv6 address without a port.
std::string IpAddressProblem(absl::string_view address);
// "a.example.com", in any case; no port, no wildcard.
std::string HostProblem(absl::string_view host);
// The same with an optional ":port".
std::string HostPortProblem(absl::string_view host);
// "*", "*.example.com" or a host.
std::string HostnamePatternProblem(absl::string_view pattern);
// A path as requests carry it after they were normalised: starts with "/", no query, no "//", no
// dots.
std::string PathProblem(absl::string_view path);
// RFC 9110 section 5.1: a token. No pseudo header.
std::string HeaderNameProblem(absl::string_view name);
// Also refuses what the proxy itself decides: Host, the framing and the connection's fields.
std::string EditableHeaderProblem(absl::string_view name);
// RFC 9110 section 5.5: visible characters, spaces and tabs within; not empty.
std::string HeaderValueProblem(absl::string_view value);
// RE2 that compiles, at most 4096 bytes and a program of at most 4000 instructions.
std::string RegexProblem(absl::string_view regex);
// Between `min_ms` and `max_ms`, in whole milliseconds.
std::string DurationProblem(const google::protobuf::Duration& duration, long min_ms, long max_ms);
// Text without control characters, 1..max bytes.
std::string PlainTextProblem(absl::string_view text, size_t max);

// RFC 9110 section 5.6.2.
bool IsToken(absl::string_view text);

}  // namespace fairlead::control::model

#endif  // FAIRLEAD_CONTROLPLANE_MODEL_FIELD_RULES_H_
