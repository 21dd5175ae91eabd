#ifndef FAIRLEAD_DATAPLANE_OBSERVE_RESPONSE_FLAGS_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_RESPONSE_FLAGS_H_

// The names of response flags, as Envoy writes them: "UH,URX", or in long. Thread: any.

#include <cstdint>
#include <span>
#include <string_view>

namespace fairlead::observe {

enum class FlagNames : uint8_t { kShort, kLong };

// The names of the set's flags (observe::ResponseFlag), in Envoy's order, with "," between them;
// "-" when there is none. Written into `buffer`; what does not fit is left out (512 bytes are
// enough for all flags).
std::string_view WriteResponseFlags(uint32_t flags, FlagNames names, std::span<char> buffer);

// The flag of a short name; 0 when this proxy has none of that name.
uint32_t ResponseFlagByName(std::string_view short_name);

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_RESPONSE_FLAGS_H_
