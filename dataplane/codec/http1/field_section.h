#ifndef FAIRLEAD_DATAPLANE_CODEC_HTTP1_FIELD_SECTION_H_
#define FAIRLEAD_DATAPLANE_CODEC_HTTP1_FIELD_SECTION_H_

// The fields of a head, sorted: what the message's reader needs itself (Host, framing, Connection,
// Expect, Upgrade) apart from what is passed on, which goes to the map. Hop-by-hop fields go
// nowhere.
//
//     FieldSection fields;
//     ParseError error = fields.Parse(begin, end, limits.fields_max, head.headers);
//
// Thread: worker. Lives on the stack of one parse.

#include <cstddef>
#include <string_view>

#include "dataplane/codec/header_map.h"
#include "dataplane/codec/http1/connection_options.h"
#include "dataplane/codec/http1/parse_error.h"

namespace fairlead::codec::http1 {

// A field that may stand once.
struct SingleField {
  int count = 0;
  std::string_view value;  // of the last one

  void Add(std::string_view text) {
    ++count;
    value = text;
  }
};

class FieldSection {
 public:
  enum class Of : uint8_t { kRequest, kResponse };

  explicit FieldSection(Of of) : of_(of) {}

  // Parses the section [begin, end), whose line ends FindHeadEnd has checked.
  ParseError Parse(char* begin, char* end, size_t fields_max, HeaderMap& headers);

  SingleField host;
  SingleField content_length;
  SingleField transfer_encoding;
  ConnectionOptions connection;
  bool expects_continue = false;
  bool has_unknown_expectation = false;
  bool has_upgrade = false;

 private:
  ParseError Take(HeaderId id, std::string_view name, char* value, size_t size, HeaderMap& headers);
  void TakeTe(std::string_view name, std::string_view value, HeaderMap& headers);

  const Of of_;
};

}  // namespace fairlead::codec::http1

#endif  // FAIRLEAD_DATAPLANE_CODEC_HTTP1_FIELD_SECTION_H_
