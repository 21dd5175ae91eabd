#include "dataplane/observe/metadata.h"

#include <charconv>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include "dataplane/observe/escape.h"
#include "envoy/config/core/v3/base.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/struct.pb.h"

namespace fairlead::observe {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

// The same for equal contents: maps of messages have no order of their own.
std::string Bytes(const Struct& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

void AppendStructJson(const Struct& object, std::string& out) {
  std::map<std::string_view, const Value*> sorted;
  for (const auto& [key, value] : object.fields()) sorted.emplace(key, &value);
  out += '{';
  bool is_first = true;
  for (const auto& [key, value] : sorted) {
    if (!std::exchange(is_first, false)) out += ',';
    AppendJsonString(key, out);
    out += ':';
    AppendValueJson(*value, out);
  }
  out += '}';
}

}  // namespace

std::shared_ptr<const Metadata> Metadata::Make(const envoy::config::core::v3::Metadata& proto) {
  if (proto.filter_metadata().empty()) return nullptr;
  auto namespaces = std::make_unique<Struct>();
  for (const auto& [name, object] : proto.filter_metadata()) {
    *(*namespaces->mutable_fields())[name].mutable_struct_value() = object;
  }
  return std::make_shared<const Metadata>(std::move(namespaces));
}

Metadata::Metadata(std::unique_ptr<const Struct> namespaces)
    : namespaces_(std::move(namespaces)), bytes_(Bytes(*namespaces_)) {}

Metadata::~Metadata() = default;

const Value* Metadata::Find(std::span<const std::string> path) const {
  const Struct* object = namespaces_.get();
  const Value* value = nullptr;
  for (const std::string& part : path) {
    if (object == nullptr) return nullptr;
    const auto found = object->fields().find(part);
    if (found == object->fields().end()) return nullptr;
    value = &found->second;
    object = value->has_struct_value() ? &value->struct_value() : nullptr;
  }
  return value;
}

bool AreEqual(const std::shared_ptr<const Metadata>& a, const std::shared_ptr<const Metadata>& b) {
  if (a == nullptr || b == nullptr) return a == b;
  return *a == *b;
}

void AppendJsonNumber(double number, std::string& out) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  char text[32];
  out.append(text, std::to_chars(text, text + sizeof(text), number).ptr);
}

void AppendValueJson(const Value& value, std::string& out) {
  switch (value.kind_case()) {
    case Value::kStringValue:
      return AppendJsonString(value.string_value(), out);
    case Value::kStructValue:
      return AppendStructJson(value.struct_value(), out);
    case Value::kListValue:
      out += '[';
      for (int i = 0; i < value.list_value().values_size(); ++i) {
        if (i > 0) out += ',';
        AppendValueJson(value.list_value().values(i), out);
      }
      out += ']';
      return;
    case Value::kNumberValue:
      return AppendJsonNumber(value.number_value(), out);
    case Value::kBoolValue:
      out += value.bool_value() ? "true" : "false";
      return;
    default:
      out += "null";
  }
}

}  // namespace fairlead::observe
