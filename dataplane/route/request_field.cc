#include "dataplane/route/request_field.h"

#include "dataplane/base/strings.h"

namespace fairlead::route {

using codec::RequestHead;

RequestField::RequestField(std::string_view lower_name)
    : name_(lower_name),
      id_(codec::LookupHeaderId(lower_name)),
      source_(SourceOf(lower_name, id_)) {}

RequestField::Source RequestField::SourceOf(std::string_view lower_name, codec::HeaderId id) {
  if (lower_name.starts_with(':')) {
    if (lower_name == ":path") return Source::kPath;
    if (lower_name == ":method") return Source::kMethod;
    if (lower_name == ":authority") return Source::kAuthority;
    if (lower_name == ":scheme") return Source::kScheme;
    return Source::kUnknown;
  }
  switch (id) {
    case codec::HeaderId::kHost:
      return Source::kAuthority;
    case codec::HeaderId::kContentLength:
      return Source::kContentLength;
    case codec::HeaderId::kTransferEncoding:
      return Source::kTransferEncoding;
    case codec::HeaderId::kExpect:
      return Source::kExpect;
    default:
      return Source::kField;
  }
}

std::optional<std::string_view> RequestField::FindMember(const RequestHead& head,
                                                         std::string& text) const {
  std::string_view value;
  switch (source_) {
    case Source::kPath:
      value = head.path;
      break;
    case Source::kMethod:
      value = head.method_text;
      break;
    case Source::kAuthority:
      value = head.authority;
      break;
    case Source::kScheme:
      value = head.scheme;
      break;
    case Source::kContentLength:
      if (head.framing.kind == codec::Framing::Kind::kLength) {
        text = StrCat(head.framing.length);
        value = text;
      }
      break;
    case Source::kTransferEncoding:
      if (head.framing.kind == codec::Framing::Kind::kChunked) value = "chunked";
      break;
    case Source::kExpect:
      if (head.expects_continue) value = "100-continue";
      break;
    case Source::kField:
    case Source::kUnknown:
      break;
  }
  if (value.empty()) return std::nullopt;
  return value;
}

RequestField::Values RequestField::FindAll(const RequestHead& head, std::string& text) const {
  Values values;
  if (source_ != Source::kField) {
    const auto value = FindMember(head, text);
    if (value.has_value()) values.push_back(*value);
    return values;
  }
  if (id_ != codec::HeaderId::kOther && !head.headers.Has(id_)) return values;
  for (const codec::Header& field : head.headers) {
    if (Names(field)) values.push_back(field.value);
  }
  return values;
}

}  // namespace fairlead::route
