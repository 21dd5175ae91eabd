#include "controlplane/model/resource_json.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "controlplane/model/duration_text.h"
#include "controlplane/model/resource_key.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/message.h"
#include "nlohmann/json.hpp"

namespace fairlead::control::model {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Json = nlohmann::ordered_json;

Json MessageToJson(const Message& message);

// `index` is -1 for a field that is not repeated.
Json ValueToJson(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& r = *message.GetReflection();
  const bool repeated = index >= 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return repeated ? r.GetRepeatedString(message, &field, index) : r.GetString(message, &field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return repeated ? r.GetRepeatedBool(message, &field, index) : r.GetBool(message, &field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return repeated ? r.GetRepeatedUInt32(message, &field, index) : r.GetUInt32(message, &field);
    case FieldDescriptor::CPPTYPE_INT32:
      return repeated ? r.GetRepeatedInt32(message, &field, index) : r.GetInt32(message, &field);
    case FieldDescriptor::CPPTYPE_UINT64:
      return repeated ? r.GetRepeatedUInt64(message, &field, index) : r.GetUInt64(message, &field);
    case FieldDescriptor::CPPTYPE_INT64:
      return repeated ? r.GetRepeatedInt64(message, &field, index) : r.GetInt64(message, &field);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return repeated ? r.GetRepeatedDouble(message, &field, index) : r.GetDouble(message, &field);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return repeated ? r.GetRepeatedFloat(message, &field, index) : r.GetFloat(message, &field);
    case FieldDescriptor::CPPTYPE_ENUM: {
      int number = repeated ? r.GetRepeatedEnumValue(message, &field, index)
                            : r.GetEnumValue(message, &field);
      const auto* value = field.enum_type()->FindValueByNumber(number);
      return value != nullptr ? Json(value->name()) : Json(number);
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageToJson(repeated ? r.GetRepeatedMessage(message, &field, index)
                                    : r.GetMessage(message, &field));
  }
  return nullptr;
}

Json MapToJson(const Message& message, const FieldDescriptor& field) {
  const Reflection& r = *message.GetReflection();
  std::vector<std::pair<std::string, Json>> entries;
  for (int i = 0; i < r.FieldSize(message, &field); ++i) {
    const Message& entry = r.GetRepeatedMessage(message, &field, i);
    const auto& type = *field.message_type();
    entries.emplace_back(entry.GetReflection()->GetString(entry, type.map_key()),
                         ValueToJson(entry, *type.map_value(), -1));
  }
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  Json json = Json::object();
  for (auto& [key, value] : entries) json[key] = std::move(value);
  return json;
}

void AppendFields(const Message& message, Json& json) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    Json& value = json[field->json_name()];
    if (field->is_map()) {
      value = MapToJson(message, *field);
    } else if (field->is_repeated()) {
      value = Json::array();
      for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i) {
        value.push_back(ValueToJson(message, *field, i));
      }
    } else {
      value = ValueToJson(message, *field, -1);
    }
  }
}

Json MessageToJson(const Message& message) {
  if (message.GetDescriptor()->full_name() == "google.protobuf.Duration") {
    google::protobuf::Duration duration;
    duration.CopyFrom(message);
    return DurationText(duration);
  }
  Json json = Json::object();
  AppendFields(message, json);
  return json;
}

// Whether YAML would read the bare text as exactly this text, and not as a number or the like.
bool IsPlain(absl::string_view text) {
  if (text.empty() || !(absl::ascii_isalpha(text[0]) || text[0] == '/' || text[0] == '_')) {
    // "10.0.0.7" and "1.5s" are no numbers; "10" and "1.5" are.
    bool is_address = std::count(text.begin(), text.end(), '.') == 3 &&
                      text.find_first_not_of("0123456789.") == absl::string_view::npos;
    google::protobuf::Duration duration;
    if (!is_address && !ParseDuration(text, duration)) return false;
  }
  for (char c : text) {
    bool is_safe = absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '/' || c == '_' ||
                   c == '-' || c == '.';
    if (!is_safe) return false;
  }
  std::string lower = absl::AsciiStrToLower(text);
  for (absl::string_view word : {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}) {
    if (lower == word) return false;
  }
  return true;
}

std::string ScalarToYaml(const Json& json) {
  if (json.is_string() && IsPlain(json.get_ref<const std::string&>())) {
    return json.get<std::string>();
  }
  // A JSON scalar is a YAML scalar.
  return JsonText(json);
}

void AppendYaml(const Json& json, int indent, std::string& out);

void AppendYamlItem(const Json& value, int indent, std::string& out) {
  if (value.is_structured() && !value.empty()) {
    absl::StrAppend(&out, "\n");
    AppendYaml(value, indent, out);
  } else {
    absl::StrAppend(&out, " ", value.is_structured() ? JsonText(value) : ScalarToYaml(value), "\n");
  }
}

// Each line of `json`, a non-empty object or array, at `indent`.
void AppendYaml(const Json& json, int indent, std::string& out) {
  const std::string space(static_cast<size_t>(indent), ' ');
  if (json.is_array()) {
    for (const Json& item : json) {
      if (item.is_object() && !item.empty()) {
        // The first field stands on the line of the dash.
        std::string lines;
        AppendYaml(item, indent + 2, lines);
        lines[static_cast<size_t>(indent)] = '-';
        absl::StrAppend(&out, lines);
      } else {
        absl::StrAppend(&out, space, "-");
        AppendYamlItem(item, indent + 2, out);
      }
    }
    return;
  }
  for (const auto& [key, value] : json.items()) {
    absl::StrAppend(&out, space, ScalarToYaml(key), ":");
    AppendYamlItem(value, indent + 2, out);
  }
}

}  // namespace

nlohmann::ordered_json ResourceToJson(const fairlead::v1::Resource& resource) {
  Json json = Json::object();
  json["kind"] = std::string(KindName(*KindOf(resource)));
  AppendFields(BodyOf(resource), json);
  return json;
}

std::string ResourceToYaml(const fairlead::v1::Resource& resource) {
  std::string out;
  AppendYaml(ResourceToJson(resource), 0, out);
  return out;
}

std::string JsonText(const nlohmann::ordered_json& json, int indent) {
  return json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace fairlead::control::model
