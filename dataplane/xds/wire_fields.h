#ifndef FAIRLEAD_DATAPLANE_XDS_WIRE_FIELDS_H_
#define FAIRLEAD_DATAPLANE_XDS_WIRE_FIELDS_H_

// The fields of a serialized message, one after the other, without parsing what is in them.
//
//     WireFields fields(bytes);
//     while (fields.Next()) {
//       if (fields.Is(RouteConfiguration::kVirtualHostsFieldNumber)) ... fields.value() ...
//     }
//     if (fields.is_malformed()) ...
//
// Thread: any. Limits: the bytes outlive it and what it gives. Source: protobuf.dev, "Encoding".

#include <cstdint>
#include <string_view>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"

namespace fairlead::xds {

class WireFields {
 public:
  explicit WireFields(std::string_view bytes)
      : bytes_(bytes),
        in_(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size())) {}

  // False at the end, or when the rest is malformed.
  bool Next() {
    using google::protobuf::internal::WireFormatLite;
    const auto start = static_cast<size_t>(in_.CurrentPosition());
    const uint32_t tag = in_.ReadTag();
    if (tag == 0) return false;
    value_ = static_cast<size_t>(in_.CurrentPosition()) - start;
    number_ = WireFormatLite::GetTagFieldNumber(tag);
    has_size_ = WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
    if (has_size_) {
      uint32_t size = 0;
      is_malformed_ = !in_.ReadVarint32(&size);
      value_ = static_cast<size_t>(in_.CurrentPosition()) - start;
      is_malformed_ = is_malformed_ || !in_.Skip(static_cast<int>(size));
    } else {
      is_malformed_ = !WireFormatLite::SkipField(&in_, tag);
    }
    field_ = bytes_.substr(start, static_cast<size_t>(in_.CurrentPosition()) - start);
    return !is_malformed_;
  }
  bool is_malformed() { return is_malformed_ || !in_.ConsumedEntireMessage(); }

  // Whether it is this string or message.
  bool Is(int number) const { return has_size_ && number_ == number; }
  // With its tag.
  std::string_view field() const { return field_; }
  // Without its tag, and its length if it has one.
  std::string_view value() const { return field_.substr(value_); }

 private:
  std::string_view bytes_;
  google::protobuf::io::CodedInputStream in_;
  std::string_view field_;
  size_t value_ = 0;
  int number_ = 0;
  bool has_size_ = false;
  bool is_malformed_ = false;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_WIRE_FIELDS_H_
