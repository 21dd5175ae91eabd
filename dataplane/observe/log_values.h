#ifndef FAIRLEAD_DATAPLANE_OBSERVE_LOG_VALUES_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_LOG_VALUES_H_

// What command operators are made of: a value, the room it may need, and how facts become values.
// For log_operator_table.cc; formats need LogValue and LogScratch only. Thread: any.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "dataplane/codec/header_map.h"
#include "dataplane/event/time_source.h"
#include "dataplane/net/address.h"
#include "dataplane/observe/stream_info.h"

namespace google::protobuf {
class Value;
}

namespace fairlead::observe {

// What an operator yields for one entry.
struct LogValue {
  // kJson: text that is a JSON value other than a string: in JSON it is written as it is.
  enum class Kind : uint8_t { kMissing, kText, kNumber, kJson };

  LogValue() = default;
  LogValue(std::string_view text) : kind(Kind::kText), text(text) {}  // NOLINT: is a value
  LogValue(uint64_t number) : kind(Kind::kNumber), number(number) {}  // NOLINT: is a value

  Kind kind = Kind::kMissing;
  std::string_view text;
  uint64_t number = 0;
  // Of JSON: how much of it is shown where it is not JSON.
  size_t shown_max = std::string_view::npos;
};

// Room for texts that are made on the spot.
struct LogScratch : std::array<char, 640> {
  // For those of any length.
  std::string text;
};

LogValue TextUnlessEmpty(std::string_view text);
std::string_view WriteNumber(uint64_t number, LogScratch& scratch);
// Spaces would break lines that are split at them: they become '_'.
LogValue WithoutSpaces(std::string_view text, LogScratch& scratch);

// "10.0.0.7:80", "[2001:db8::1]:80", or without the port.
LogValue AddressText(const net::Address& address, bool has_port, LogScratch& scratch);
// "10.0.0.0/8": the address with its first `bits` bits only; at most all that it has.
LogValue NetworkText(const net::Address& address, uint32_t bits, LogScratch& scratch);
// "10.0.0.7" of "10.0.0.7:80", "[::1]" of "[::1]:80".
std::string_view WithoutPort(std::string_view host);

// Missing when the end has not come.
LogValue Milliseconds(event::MonotonicTime from, event::MonotonicTime until);
event::WallTime WallTimeOf(const StreamInfo& info);
net::Address LocalAddress(const StreamInfo& info);

// The query of a request's path, without '?'.
std::string_view QueryOf(std::string_view path);
// The first parameter of that name, decoded.
LogValue QueryParameter(std::string_view query, std::string_view name, LogScratch& scratch);
// With the %XX decoded that stand for visible characters, as Envoy does.
std::string_view Decoded(std::string_view text, std::string& into);

// Names and values.
uint64_t FieldBytes(const codec::HeaderMap& headers);
// Of the field lines of a head as it was received, as Envoy counts them: without CR, without the
// first line and the empty one.
uint64_t ReceivedFieldBytes(std::string_view head);
// What trailers add to it: with (sent) or without (received) CR.
uint64_t TrailerFieldBytes(const codec::HeaderMap* trailers, bool is_sent);
// The same of a head that is sent: with CR.
uint64_t SentFieldBytes(std::string_view head);

// A value of metadata: a string is text, anything else JSON.
LogValue MetadataValue(const google::protobuf::Value* value, size_t length_max,
                       LogScratch& scratch);

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_LOG_VALUES_H_
