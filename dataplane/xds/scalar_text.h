#ifndef FAIRLEAD_DATAPLANE_XDS_SCALAR_TEXT_H_
#define FAIRLEAD_DATAPLANE_XDS_SCALAR_TEXT_H_

// What the text of a scalar in a YAML or JSON document means as a value of a field. Nothing, or
// false, where it is no such value.
//
// Thread: any. Source: protobuf.dev, "ProtoJSON format"; YAML 1.1 as yaml-cpp (and so Envoy) reads
// it.

#include <optional>
#include <string_view>

namespace google::protobuf {
class Duration;
}

namespace fairlead::xds {

// In YAML also "yes", "on", "y" and their opposites, in any case.
std::optional<bool> BoolOf(std::string_view text, bool is_json);

// A whole number: decimal; with `may_be_octal`, as in YAML, also 0x1f and, with a leading zero,
// octal; in any case a floating number without fraction, as ProtoJSON has it ("1e3"). T is int32_t,
// int64_t, uint32_t or uint64_t.
template <typename T>
std::optional<T> IntegerOf(std::string_view text, bool may_be_octal);

// Also "NaN", ".nan", "Infinity" and "-.inf".
std::optional<double> FloatingOf(std::string_view text);

// "1.5s": whole seconds, up to nine digits of fraction.
bool ParseDuration(std::string_view text, google::protobuf::Duration& out);

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_SCALAR_TEXT_H_
