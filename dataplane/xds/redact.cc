#include "dataplane/xds/redact.h"

#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/any.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "udpa/annotations/sensitive.pb.h"

namespace fairlead::xds {
namespace {

using google::protobuf::Any;
using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::Reflection;

constexpr int kDepthMax = 64;
constexpr char kRedacted[] = "[redacted]";

void Walk(Message& message, bool is_sensitive, int depth);

void WalkAny(Any& any, bool is_sensitive, int depth) {
  const std::string name = any.type_url().substr(any.type_url().rfind('/') + 1);
  const Descriptor* type = DescriptorPool::generated_pool()->FindMessageTypeByName(name);
  if (type == nullptr) {
    if (is_sensitive) any.clear_value();
    return;
  }
  const std::unique_ptr<Message> content(
      MessageFactory::generated_factory()->GetPrototype(type)->New());
  if (!content->ParseFromString(any.value())) {
    any.clear_value();
    return;
  }
  Walk(*content, is_sensitive, depth + 1);
  any.set_value(content->SerializeAsString());
}

void RedactField(Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING) {
    reflection.ClearField(&message, &field);
  } else if (!field.is_repeated()) {
    reflection.SetString(&message, &field, kRedacted);
  } else {
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      reflection.SetRepeatedString(&message, &field, i, kRedacted);
    }
  }
}

void Walk(Message& message, bool is_sensitive, int depth) {
  if (depth > kDepthMax) return message.Clear();
  if (message.GetDescriptor()->well_known_type() == Descriptor::WELLKNOWNTYPE_ANY) {
    return WalkAny(static_cast<Any&>(message), is_sensitive, depth);
  }
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  // The key of a map's entry says whose the secret is.
  const bool is_entry = message.GetDescriptor()->options().map_entry();
  for (const FieldDescriptor* field : fields) {
    const bool hide = is_sensitive || field->options().GetExtension(udpa::annotations::sensitive);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      if (hide && !(is_entry && field->number() == 1)) RedactField(message, *field);
    } else if (!field->is_repeated()) {
      Walk(*reflection.MutableMessage(&message, field), hide, depth + 1);
    } else {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        Walk(*reflection.MutableRepeatedMessage(&message, field, i), hide, depth + 1);
      }
    }
  }
}

}  // namespace

void Redact(Message& message) { Walk(message, /*is_sensitive=*/false, 0); }

}  // namespace fairlead::xds
