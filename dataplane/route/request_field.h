#ifndef FAIRLEAD_DATAPLANE_ROUTE_REQUEST_FIELD_H_
#define FAIRLEAD_DATAPLANE_ROUTE_REQUEST_FIELD_H_

// A field of a request by its configured name, as Envoy's header map would show it: the
// pseudo-headers (":path", ":method", ":authority", ":scheme"), "host", and the framing fields that
// our heads keep as members are found by their names too.
//
//     std::string text;                       // only used if a value is not in one piece
//     for (std::string_view value : RequestField("x-team").FindAll(head, text)) ...
//
// A small value that borrows the name; made on the spot. Thread: any.

#include <optional>
#include <string>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "dataplane/codec/message.h"

namespace fairlead::route {

class RequestField {
 public:
  // The name is lower-case and outlives this object.
  explicit RequestField(std::string_view lower_name);

  // False for a pseudo-header that no request has (":status").
  bool is_known() const { return source_ != Source::kUnknown; }

  using Values = absl::InlinedVector<std::string_view, 4>;
  // All values, in the order of the wire; none if the request does not have the field. `text` may
  // hold one.
  Values FindAll(const codec::RequestHead& head, std::string& text) const;

 private:
  enum class Source : uint8_t {
    kField,
    kUnknown,
    kPath,
    kMethod,
    kAuthority,
    kScheme,
    kContentLength,
    kTransferEncoding,
    kExpect
  };
  static Source SourceOf(std::string_view lower_name, codec::HeaderId id);
  // Of the sources that are not fields of the map; `text` may hold the result.
  std::optional<std::string_view> FindMember(const codec::RequestHead& head,
                                             std::string& text) const;
  bool Names(const codec::Header& field) const {
    return id_ != codec::HeaderId::kOther ? field.id == id_ : field.name == name_;
  }

  std::string_view name_;
  codec::HeaderId id_;
  Source source_;
};

}  // namespace fairlead::route

#endif  // FAIRLEAD_DATAPLANE_ROUTE_REQUEST_FIELD_H_
