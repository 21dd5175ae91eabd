#include "dataplane/codec/http1/field_section.h"

#include <algorithm>

#include "dataplane/codec/http1/char_class.h"
#include "dataplane/codec/http1/field_line.h"

namespace fairlead::codec::http1 {
namespace {

// Positions in the map are 16 bits wide.
constexpr size_t kFieldsMax = 60'000;

}  // namespace

ParseError FieldSection::Parse(char* begin, char* end, size_t fields_max, HeaderMap& headers) {
  const ParseError error =
      ForEachField(begin, end, std::min(fields_max, kFieldsMax),
                   [&](HeaderId id, std::string_view name, char* value, size_t size) {
                     return Take(id, name, value, size, headers);
                   });
  if (error == ParseError::kNone) connection.RemoveNominated(headers);
  return error;
}

inline ParseError FieldSection::Take(HeaderId id, std::string_view name, char* value, size_t size,
                                     HeaderMap& headers) {
  const std::string_view text(value, size);
  switch (id) {
    case HeaderId::kContentLength:
      content_length.Add(text);
      return ParseError::kNone;
    case HeaderId::kTransferEncoding:
      transfer_encoding.Add(text);
      return ParseError::kNone;
    case HeaderId::kConnection:
      return connection.Add(value, size);
    case HeaderId::kKeepAlive:
    case HeaderId::kProxyConnection:
    case HeaderId::kHttp2Settings:
      return ParseError::kNone;
    case HeaderId::kUpgrade:
      has_upgrade = true;
      return ParseError::kNone;
    case HeaderId::kTe:
      if (of_ == Of::kRequest) TakeTe(name, text, headers);
      return ParseError::kNone;
    case HeaderId::kHost:
      if (of_ == Of::kResponse) break;
      host.Add(text);
      return ParseError::kNone;
    case HeaderId::kExpect:
      if (of_ == Of::kResponse) break;
      (EqualsIgnoreCase(text, "100-continue") ? expects_continue : has_unknown_expectation) = true;
      return ParseError::kNone;
    default:
      break;
  }
  headers.AddBorrowed(id, name, text);
  return ParseError::kNone;
}

// Of the codings that a client takes, only its wish for trailers concerns the next hop (RFC 9110
// section 10.1.4): "gzip" and weights would be promises in our name.
void FieldSection::TakeTe(std::string_view name, std::string_view value, HeaderMap& headers) {
  if (headers.Has(HeaderId::kTe)) return;
  const bool has_trailers = !ForEachElement(
      value, [](std::string_view coding) { return !EqualsIgnoreCase(coding, "trailers"); });
  if (!has_trailers) return;
  headers.AddBorrowed(HeaderId::kTe, name, value == "trailers" ? value : "trailers");
}

}  // namespace fairlead::codec::http1
