#include "dataplane/xds/document_to_proto.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/time/time.h"
#include "dataplane/base/status.h"
#include "dataplane/xds/scalar_text.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/message.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace fairlead::xds {
namespace {

using google::protobuf::Any;
using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::Duration;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::ListValue;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::Reflection;
using google::protobuf::Struct;
using google::protobuf::Timestamp;
using google::protobuf::Value;
using Kind = Document::Kind;
using Index = Document::Index;

// A level of lists and maps may be two steps: a field, and an element of it.
constexpr size_t kStepsMax = 2 * Document::kDepthMax;

bool HasSpecialForm(const Descriptor& descriptor) {
  return descriptor.well_known_type() != Descriptor::WELLKNOWNTYPE_UNSPECIFIED ||
         descriptor.full_name() == "google.protobuf.Empty";
}

std::string_view KindName(Kind kind) {
  switch (kind) {
    case Kind::kNull:
      return "null";
    case Kind::kPlain:
      return "a plain value";
    case Kind::kQuoted:
      return "a string";
    case Kind::kList:
      return "a list";
    case Kind::kMap:
      return "a map";
    case Kind::kAlias:
      return "an alias";
  }
  return "";
}

// One conversion. Methods return false after the first fault, which Fault() has recorded.
class Converter {
 public:
  explicit Converter(const Document& document)
      : document_(document),
        nodes_left_(std::max(kAliasNodesMin, document.size() * kAliasFactorMax)) {}

  absl::Status Run(Message& message) {
    message.Clear();
    if (document_.kind(0) == Kind::kNull) return absl::OkStatus();
    return ReadMessage(0, message) ? absl::OkStatus() : absl::InvalidArgumentError(fault_);
  }

 private:
  struct Step {
    std::string_view name;
    int index = -1;
  };
  // Which fields of one message were given, to find those given twice.
  using Given = std::array<uint64_t, 4>;

  bool Fault(Index at, std::string_view what);
  bool WrongKind(Index at, std::string_view wanted) {
    const Index i = document_.Resolve(at);
    const bool is_scalar = IsScalar(i);
    return Fault(at, StrCat("is ", is_scalar ? Shown(i) : std::string(KindName(document_.kind(i))),
                            ", ", wanted, " is wanted"));
  }
  bool IsScalar(Index i) const {
    return document_.kind(i) == Kind::kPlain || document_.kind(i) == Kind::kQuoted;
  }
  std::string Shown(Index i) const {
    const std::string_view text = document_.text(i);
    return StrCat("\"", absl::CHexEscape(ToAbsl(text.substr(0, 80))),
                  text.size() > 80 ? "...\"" : "\"");
  }
  // The node behind `at`, counted against what aliases may multiply.
  bool Enter(Index at, Index& node) {
    node = document_.Resolve(at);
    if (nodes_left_-- > 0 && steps_.size() <= kStepsMax) return true;
    return Fault(at, "aliases make the document too large or too deep");
  }

  bool ReadMessage(Index at, Message& message);
  bool ReadFields(Index map, Message& message, bool is_any);
  bool ReadField(Index value, const FieldDescriptor& field, Message& message, Given& given);
  bool ReadRepeated(Index value, const FieldDescriptor& field, Message& message);
  bool ReadMapField(Index value, const FieldDescriptor& field, Message& message);
  bool ReadMapKey(Index key, const FieldDescriptor& field, Message& entry);
  bool ReadSingle(Index value, const FieldDescriptor& field, Message& message);
  bool ReadEnum(Index value, const FieldDescriptor& field, Message& message);
  bool ReadText(Index value, const FieldDescriptor& field, Message& message);
  template <typename T, typename Set, typename Add>
  bool ReadInteger(Index value, const FieldDescriptor& field, Message& message, Set set, Add add);
  bool ReadWellKnown(Index node, Message& message);
  bool ReadAny(Index map, Any& any);
  bool ReadValue(Index at, Value& value);
  bool ReadStruct(Index map, Struct& out);
  bool ReadList(Index list, ListValue& out);

  const Document& document_;
  size_t nodes_left_;
  std::vector<Step> steps_;
  std::string fault_;
};

bool Converter::Fault(Index at, std::string_view what) {
  if (!fault_.empty()) return false;
  std::string path;
  for (const Step& step : steps_) {
    if (step.index >= 0) {
      StrAppend(&path, "[", step.index, "]");
    } else {
      StrAppend(&path, path.empty() ? "" : ".", step.name);
    }
  }
  fault_ =
      StrCat(document_.name(), ":", document_.line(at), ": ", path, path.empty() ? "" : ": ", what);
  return false;
}

bool Converter::ReadMessage(Index at, Message& message) {
  Index node;
  if (!Enter(at, node)) return false;
  if (HasSpecialForm(*message.GetDescriptor())) return ReadWellKnown(node, message);
  if (document_.kind(node) != Kind::kMap) {
    return WrongKind(at, StrCat("a map of ", message.GetDescriptor()->full_name()));
  }
  return ReadFields(node, message, /*is_any=*/false);
}

// `is_any`: "@type" is not a field of the message but what told its type.
bool Converter::ReadFields(Index map, Message& message, bool is_any) {
  const Descriptor& descriptor = *message.GetDescriptor();
  Given given{};
  for (Index key = document_.FirstChild(map); key != document_.End(map);) {
    const Index value = document_.End(key);
    const Index key_node = document_.Resolve(key);
    if (!IsScalar(key_node)) return Fault(key, "a field's name must be a plain word");
    const std::string_view name = document_.text(key_node);
    steps_.push_back({name});
    if (!(is_any && name == "@type")) {
      const std::string text(name);
      const FieldDescriptor* field = descriptor.FindFieldByName(text);
      if (field == nullptr) field = descriptor.FindFieldByCamelcaseName(text);
      if (field == nullptr) {
        return Fault(key, StrCat("no such field in ", descriptor.full_name()));
      }
      if (!ReadField(value, *field, message, given)) return false;
    }
    steps_.pop_back();
    key = document_.End(value);
  }
  return true;
}

bool Converter::ReadField(Index at, const FieldDescriptor& field, Message& message, Given& given) {
  const size_t bit = static_cast<size_t>(field.index());
  if (bit < given.size() * 64) {
    uint64_t& word = given[bit / 64];
    if ((word >> (bit % 64) & 1) != 0) return Fault(at, "is given twice");
    word |= uint64_t{1} << (bit % 64);
  }
  const Index value = document_.Resolve(at);
  if (document_.kind(value) == Kind::kNull) {
    // null is "not set", but for the type that has a null of its own.
    const bool takes_null =
        field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field.is_repeated() &&
        field.message_type()->well_known_type() == Descriptor::WELLKNOWNTYPE_VALUE;
    if (!takes_null) return true;
  }
  if (const auto* oneof = field.real_containing_oneof()) {
    const FieldDescriptor* other = message.GetReflection()->GetOneofFieldDescriptor(message, oneof);
    if (other != nullptr) {
      return Fault(at, StrCat("is set beside ", other->name(), "; only one of them may be"));
    }
  }
  if (field.is_map()) return ReadMapField(at, field, message);
  if (field.is_repeated()) return ReadRepeated(at, field, message);
  return ReadSingle(at, field, message);
}

bool Converter::ReadRepeated(Index at, const FieldDescriptor& field, Message& message) {
  Index list;
  if (!Enter(at, list)) return false;
  if (document_.kind(list) != Kind::kList) return WrongKind(at, "a list");
  int index = 0;
  for (Index i = document_.FirstChild(list); i != document_.End(list); i = document_.End(i)) {
    steps_.push_back({"", index++});
    if (document_.kind(document_.Resolve(i)) == Kind::kNull &&
        !(field.message_type() != nullptr &&
          field.message_type()->well_known_type() == Descriptor::WELLKNOWNTYPE_VALUE)) {
      return Fault(i, "is null, which a list may not hold");
    }
    if (!ReadSingle(i, field, message)) return false;
    steps_.pop_back();
  }
  return true;
}

bool Converter::ReadMapField(Index at, const FieldDescriptor& field, Message& message) {
  Index map;
  if (!Enter(at, map)) return false;
  if (document_.kind(map) != Kind::kMap) return WrongKind(at, "a map");
  StringSet seen;
  for (Index key = document_.FirstChild(map); key != document_.End(map);) {
    const Index value = document_.End(key);
    const Index key_node = document_.Resolve(key);
    if (!IsScalar(key_node)) return Fault(key, "a map's key must be a plain word");
    steps_.push_back({document_.text(key_node)});
    if (!seen.insert(std::string(document_.text(key_node))).second) {
      return Fault(key, "is given twice");
    }
    Message& entry = *message.GetReflection()->AddMessage(&message, &field);
    if (!ReadMapKey(key_node, *field.message_type()->map_key(), entry)) return false;
    if (document_.kind(document_.Resolve(value)) == Kind::kNull &&
        !(field.message_type()->map_value()->message_type() != nullptr &&
          HasSpecialForm(*field.message_type()->map_value()->message_type()))) {
      return Fault(value, "is null, which a map may not hold");
    }
    if (!ReadSingle(value, *field.message_type()->map_value(), entry)) return false;
    steps_.pop_back();
    key = document_.End(value);
  }
  return true;
}

bool Converter::ReadMapKey(Index key, const FieldDescriptor& field, Message& entry) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    entry.GetReflection()->SetString(&entry, &field, std::string(document_.text(key)));
    return true;
  }
  return ReadSingle(key, field, entry);
}

template <typename T, typename Set, typename Add>
bool Converter::ReadInteger(Index value, const FieldDescriptor& field, Message& message, Set set,
                            Add add) {
  const bool may_be_octal = !document_.is_json() && document_.kind(value) == Kind::kPlain;
  const std::optional<T> number =
      IsScalar(value) ? IntegerOf<T>(document_.text(value), may_be_octal) : std::nullopt;
  if (!number.has_value()) return WrongKind(value, StrCat("a number (", field.type_name(), ")"));
  const Reflection& reflection = *message.GetReflection();
  (reflection.*(field.is_repeated() ? add : set))(&message, &field, *number);
  return true;
}

bool Converter::ReadSingle(Index at, const FieldDescriptor& field, Message& message) {
  const Reflection& r = *message.GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    return ReadMessage(at, field.is_repeated() ? *r.AddMessage(&message, &field)
                                               : *r.MutableMessage(&message, &field));
  }
  Index i;
  if (!Enter(at, i)) return false;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return ReadInteger<int32_t>(i, field, message, &Reflection::SetInt32, &Reflection::AddInt32);
    case FieldDescriptor::CPPTYPE_INT64:
      return ReadInteger<int64_t>(i, field, message, &Reflection::SetInt64, &Reflection::AddInt64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return ReadInteger<uint32_t>(i, field, message, &Reflection::SetUInt32,
                                   &Reflection::AddUInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return ReadInteger<uint64_t>(i, field, message, &Reflection::SetUInt64,
                                   &Reflection::AddUInt64);
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT: {
      const auto value = IsScalar(i) ? FloatingOf(document_.text(i)) : std::nullopt;
      if (!value.has_value()) return WrongKind(i, "a number");
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
        field.is_repeated() ? r.AddDouble(&message, &field, *value)
                            : r.SetDouble(&message, &field, *value);
      } else {
        const auto narrow = static_cast<float>(*value);
        field.is_repeated() ? r.AddFloat(&message, &field, narrow)
                            : r.SetFloat(&message, &field, narrow);
      }
      return true;
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      const bool is_plain = document_.kind(i) == Kind::kPlain;
      const auto value =
          IsScalar(i) ? BoolOf(document_.text(i), document_.is_json() || !is_plain) : std::nullopt;
      if (!value.has_value()) return WrongKind(i, "true or false");
      field.is_repeated() ? r.AddBool(&message, &field, *value)
                          : r.SetBool(&message, &field, *value);
      return true;
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      return ReadEnum(i, field, message);
    default:
      return ReadText(i, field, message);
  }
}

bool Converter::ReadEnum(Index i, const FieldDescriptor& field, Message& message) {
  if (!IsScalar(i)) return WrongKind(i, "a name");
  std::string name(document_.text(i));
  const EnumValueDescriptor* value = field.enum_type()->FindValueByName(name);
  if (value == nullptr) {
    // `type: static` is common in bootstrap files, because Envoy's reader takes it.
    absl::AsciiStrToUpper(&name);
    std::replace(name.begin(), name.end(), '-', '_');
    value = field.enum_type()->FindValueByName(name);
  }
  if (value == nullptr) {
    const auto number = IntegerOf<int32_t>(document_.text(i), false);
    if (number.has_value()) value = field.enum_type()->FindValueByNumber(*number);
  }
  if (value == nullptr) {
    std::string names;
    const int shown = std::min(field.enum_type()->value_count(), 20);
    for (int v = 0; v < shown; ++v) {
      StrAppend(&names, v == 0 ? "" : ", ", field.enum_type()->value(v)->name());
    }
    return Fault(i, StrCat("is ", Shown(i), ", allowed is one of ", names));
  }
  const Reflection& r = *message.GetReflection();
  field.is_repeated() ? r.AddEnum(&message, &field, value) : r.SetEnum(&message, &field, value);
  return true;
}

bool Converter::ReadText(Index i, const FieldDescriptor& field, Message& message) {
  // In JSON a number or a boolean is not a string; in YAML a plain word is.
  if (!IsScalar(i) || (document_.is_json() && document_.kind(i) == Kind::kPlain)) {
    return WrongKind(i, "a string");
  }
  std::string value(document_.text(i));
  if (field.type() == FieldDescriptor::TYPE_BYTES) {
    std::string bytes;
    if (!absl::Base64Unescape(value, &bytes) && !absl::WebSafeBase64Unescape(value, &bytes)) {
      return Fault(i, "is not base64");
    }
    value = std::move(bytes);
  }
  const Reflection& r = *message.GetReflection();
  field.is_repeated() ? r.AddString(&message, &field, std::move(value))
                      : r.SetString(&message, &field, std::move(value));
  return true;
}

bool Converter::ReadWellKnown(Index node, Message& message) {
  const Descriptor& descriptor = *message.GetDescriptor();
  const Kind kind = document_.kind(node);
  switch (descriptor.well_known_type()) {
    case Descriptor::WELLKNOWNTYPE_ANY:
      if (kind != Kind::kMap) return WrongKind(node, "a map with \"@type\"");
      return ReadAny(node, static_cast<Any&>(message));
    case Descriptor::WELLKNOWNTYPE_DURATION:
      if (IsScalar(node) && ParseDuration(document_.text(node), static_cast<Duration&>(message))) {
        return true;
      }
      return WrongKind(node, "a duration such as \"1.5s\"");
    case Descriptor::WELLKNOWNTYPE_TIMESTAMP: {
      absl::Time time;
      std::string error;
      if (!IsScalar(node) ||
          !absl::ParseTime(absl::RFC3339_full, ToAbsl(document_.text(node)), &time, &error)) {
        return WrongKind(node, "a time such as \"2025-01-31T12:00:00Z\"");
      }
      const int64_t seconds = absl::ToUnixSeconds(time);
      auto& out = static_cast<Timestamp&>(message);
      out.set_seconds(seconds);
      out.set_nanos(
          static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
      return true;
    }
    case Descriptor::WELLKNOWNTYPE_VALUE:
      return ReadValue(node, static_cast<Value&>(message));
    case Descriptor::WELLKNOWNTYPE_STRUCT:
      if (kind != Kind::kMap) return WrongKind(node, "a map");
      return ReadStruct(node, static_cast<Struct&>(message));
    case Descriptor::WELLKNOWNTYPE_LISTVALUE:
      if (kind != Kind::kList) return WrongKind(node, "a list");
      return ReadList(node, static_cast<ListValue&>(message));
    case Descriptor::WELLKNOWNTYPE_FIELDMASK:
      return Fault(node, "google.protobuf.FieldMask is not supported in files");
    case Descriptor::WELLKNOWNTYPE_UNSPECIFIED:  // google.protobuf.Empty
      if (kind != Kind::kMap) return WrongKind(node, "{}");
      return ReadFields(node, message, /*is_any=*/false);
    default:  // A wrapper stands for the value in it.
      return ReadSingle(node, *descriptor.FindFieldByNumber(1), message);
  }
}

bool Converter::ReadAny(Index map, Any& any) {
  std::string_view type_url;
  Index type_at = map;
  Index value_at = map;  // Of a key "value", which well-known types are under.
  for (Index key = document_.FirstChild(map); key != document_.End(map);) {
    const Index value = document_.End(key);
    const Index key_node = document_.Resolve(key);
    if (IsScalar(key_node) && document_.text(key_node) == "@type") {
      if (!IsScalar(document_.Resolve(value))) return WrongKind(value, "the name of a type");
      type_url = document_.text(document_.Resolve(value));
      type_at = key;
    } else if (IsScalar(key_node) && document_.text(key_node) == "value") {
      value_at = value;
    }
    key = document_.End(value);
  }
  if (type_url.empty()) {
    return document_.FirstChild(map) == document_.End(map)
               ? true
               : Fault(map, "has no \"@type\", which tells what it holds");
  }
  const std::string name(type_url.substr(type_url.rfind('/') + 1));
  const Descriptor* type = DescriptorPool::generated_pool()->FindMessageTypeByName(name);
  if (type_url.find('/') == std::string_view::npos || type == nullptr) {
    return Fault(type_at, StrCat("\"@type\" is \"", type_url.substr(0, 200),
                                 "\", a type that this proxy does not know"));
  }
  const std::unique_ptr<Message> content(
      MessageFactory::generated_factory()->GetPrototype(type)->New());
  if (HasSpecialForm(*type)) {
    if (value_at == map) return Fault(map, StrCat("a ", name, " in an Any is under \"value\""));
    steps_.push_back({"value"});
    if (!ReadMessage(value_at, *content)) return false;
    steps_.pop_back();
  } else if (!ReadFields(map, *content, /*is_any=*/true)) {
    return false;
  }
  any.set_type_url(std::string(type_url));
  // Maps in a fixed order, so that equal documents give equal bytes.
  google::protobuf::io::StringOutputStream stream(any.mutable_value());
  google::protobuf::io::CodedOutputStream out(&stream);
  out.SetSerializationDeterministic(true);
  return content->SerializeToCodedStream(&out) ? true : Fault(map, "cannot be packed");
}

bool Converter::ReadValue(Index at, Value& value) {
  Index i;
  if (!Enter(at, i)) return false;
  const std::string_view text = document_.text(i);
  switch (document_.kind(i)) {
    case Kind::kMap:
      return ReadStruct(i, *value.mutable_struct_value());
    case Kind::kList:
      return ReadList(i, *value.mutable_list_value());
    case Kind::kNull:
      value.set_null_value(google::protobuf::NULL_VALUE);
      return true;
    case Kind::kPlain: {
      if (const auto truth = BoolOf(text, document_.is_json())) {
        value.set_bool_value(*truth);
      } else if (const auto whole = IntegerOf<int64_t>(text, !document_.is_json())) {
        value.set_number_value(static_cast<double>(*whole));
      } else if (const auto number = FloatingOf(text)) {
        value.set_number_value(*number);
      } else {
        value.set_string_value(std::string(text));
      }
      return true;
    }
    default:
      value.set_string_value(std::string(text));
      return true;
  }
}

bool Converter::ReadStruct(Index map, Struct& out) {
  for (Index key = document_.FirstChild(map); key != document_.End(map);) {
    const Index value = document_.End(key);
    const Index key_node = document_.Resolve(key);
    if (!IsScalar(key_node)) return Fault(key, "a map's key must be a plain word");
    steps_.push_back({document_.text(key_node)});
    const auto [slot, is_new] = out.mutable_fields()->insert(
        google::protobuf::MapPair<std::string, Value>(std::string(document_.text(key_node)), {}));
    if (!is_new) return Fault(key, "is given twice");
    if (!ReadValue(value, slot->second)) return false;
    steps_.pop_back();
    key = document_.End(value);
  }
  return true;
}

bool Converter::ReadList(Index list, ListValue& out) {
  int index = 0;
  for (Index i = document_.FirstChild(list); i != document_.End(list); i = document_.End(i)) {
    steps_.push_back({"", index++});
    if (!ReadValue(i, *out.add_values())) return false;
    steps_.pop_back();
  }
  return true;
}

}  // namespace

absl::Status DocumentToProto(const Document& document, Message& message) {
  return Converter(document).Run(message);
}

}  // namespace fairlead::xds
