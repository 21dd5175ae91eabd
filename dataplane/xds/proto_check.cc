#include "dataplane/xds/proto_check.h"

#include <algorithm>
#include <string>
#include <vector>

#include "dataplane/base/status.h"
#include "dataplane/base/strings.h"
#include "dataplane/xds/field_rules.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/unknown_field_set.h"
#include "udpa/annotations/sensitive.pb.h"
#include "validate/validate.pb.h"

namespace fairlead::xds {
namespace {

using google::protobuf::Any;
using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::OneofDescriptor;
using google::protobuf::Reflection;

constexpr std::string_view kUnsupported =
    "not supported by this proxy; see fairlead-proxy --supported";

struct MessagePlan;

struct FieldPlan {
  enum class Support { kYes, kNo, kDeprecated };

  const FieldDescriptor* field = nullptr;
  bool is_repeated = false;
  bool is_map = false;
  bool is_message = false;
  Support support = Support::kNo;
  bool is_sensitive = false;
  bool limits_values = false;
  std::vector<int> values;                     // Those allowed, if limits_values.
  std::unique_ptr<FieldRules> rules;           // Null: none.
  mutable const MessagePlan* below = nullptr;  // Of a message field; set on first use.
};

struct MessagePlan {
  const Descriptor* descriptor = nullptr;
  const SupportTable::Message* declared = nullptr;
  // Well-known types and opaque trees: nothing below is looked up in the table.
  bool is_opaque = false;
  bool is_any = false;
  bool validates = true;  // (validate.disabled), (validate.ignored)
  // Kept here because to ask a message for it costs more than to look at a field.
  const Reflection* reflection = nullptr;
  std::vector<const OneofDescriptor*> required_oneofs;
  std::vector<FieldPlan> fields;           // By their index in the descriptor.
  std::vector<size_t> checked_when_unset;  // Fields whose rules can fail when they are not set.
};

bool IsWellKnown(const Descriptor& descriptor) {
  return descriptor.file()->package() == "google.protobuf";
}

}  // namespace

// What is known of each message type: prepared once, then read by every walk.
class ProtoCheck::Plans {
 public:
  explicit Plans(const SupportTable& table) : table_(table) {}

  const MessagePlan& Of(const Descriptor& descriptor) {
    std::unique_ptr<MessagePlan>& plan = plans_[&descriptor];
    if (plan == nullptr) plan = Make(descriptor);
    return *plan;
  }

 private:
  std::unique_ptr<MessagePlan> Make(const Descriptor& descriptor) const {
    auto plan = std::make_unique<MessagePlan>();
    plan->descriptor = &descriptor;
    plan->declared = table_.Find(descriptor.full_name());
    plan->is_any = descriptor.well_known_type() == Descriptor::WELLKNOWNTYPE_ANY;
    plan->is_opaque = IsWellKnown(descriptor) || descriptor.options().map_entry() ||
                      (plan->declared != nullptr && plan->declared->whole_tree);
    plan->validates = !descriptor.options().GetExtension(validate::disabled) &&
                      !descriptor.options().GetExtension(validate::ignored);
    plan->reflection =
        MessageFactory::generated_factory()->GetPrototype(&descriptor)->GetReflection();
    for (int i = 0; i < descriptor.real_oneof_decl_count(); ++i) {
      const OneofDescriptor* oneof = descriptor.oneof_decl(i);
      if (oneof->options().GetExtension(validate::required)) plan->required_oneofs.push_back(oneof);
    }
    for (int i = 0; i < descriptor.field_count(); ++i) {
      const FieldDescriptor& field = *descriptor.field(i);
      plan->fields.push_back(MakeField(field, *plan));
      // A member of a oneof that another member won is not missing.
      const bool may_be_missing = field.real_containing_oneof() == nullptr;
      const FieldRules* rules = plan->fields.back().rules.get();
      if (may_be_missing && rules != nullptr && rules->CheckedWhenUnset()) {
        plan->checked_when_unset.push_back(i);
      }
    }
    return plan;
  }

  FieldPlan MakeField(const FieldDescriptor& field, const MessagePlan& message) const {
    FieldPlan plan;
    plan.field = &field;
    plan.is_repeated = field.is_repeated();
    plan.is_map = field.is_map();
    plan.is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    plan.rules = FieldRules::Compile(field);
    plan.is_sensitive = field.options().GetExtension(udpa::annotations::sensitive);
    plan.support = SupportOf(field, message);
    if (message.declared == nullptr || field.enum_type() == nullptr) return plan;
    const auto it = message.declared->enums.find(field.name());
    if (it == message.declared->enums.end()) return plan;
    plan.limits_values = true;
    for (const std::string& name : it->second) {
      const EnumValueDescriptor* value = field.enum_type()->FindValueByName(name);
      if (value != nullptr) plan.values.push_back(value->number());
    }
    return plan;
  }

  static FieldPlan::Support SupportOf(const FieldDescriptor& field, const MessagePlan& message) {
    if (message.is_opaque) return FieldPlan::Support::kYes;
    const bool is_named =
        message.declared != nullptr && message.declared->fields.count(field.name()) > 0;
    if (is_named) return FieldPlan::Support::kYes;
    if (field.options().deprecated()) return FieldPlan::Support::kDeprecated;
    return message.declared != nullptr && message.declared->all_fields ? FieldPlan::Support::kYes
                                                                       : FieldPlan::Support::kNo;
  }

  const SupportTable& table_;
  absl::flat_hash_map<const Descriptor*, std::unique_ptr<MessagePlan>> plans_;
};

// One check of one message: where it is, and the faults so far.
class ProtoCheck::Walk {
 public:
  Walk(Plans& plans, std::string_view label, size_t faults_max)
      : plans_(plans), label_(label), faults_max_(faults_max) {}

  void Visit(const Message& message, const MessagePlan& plan, bool is_opaque, bool validates);
  absl::Status Result() const {
    return faults_.empty() ? absl::OkStatus() : InvalidArgument(faults_);
  }

 private:
  // A step down: a field and, in a repeated field, the element; in a map, the key; in an Any, the
  // type.
  struct Step {
    const FieldDescriptor* field = nullptr;
    int index = -1;
    std::string key;
    const Descriptor* type = nullptr;
  };

  bool IsFull() const { return fault_count_ >= faults_max_; }
  void Fault(std::string_view what, std::string_view below = "");
  void CheckUnset(const Message& message, const MessagePlan& of, const FieldPlan& plan);
  void VisitSet(const Message& message, const MessagePlan& of, const FieldPlan& plan,
                bool is_opaque, bool validates);
  void VisitValues(const Message& message, const MessagePlan& of, const FieldPlan& plan,
                   bool is_opaque, bool validates);
  void VisitMap(const Message& message, const FieldPlan& plan, bool is_opaque, bool validates);
  void VisitSub(const Message& sub, const FieldPlan& plan, bool is_opaque, bool validates);
  void VisitAny(const Any& any, bool is_opaque, bool validates);
  void CheckEnum(const Message& message, const FieldPlan& plan, int index);
  void CheckRules(const FieldRules& rules, const Message& message, const FieldPlan& plan,
                  int index);
  void CheckUnknown(const Message& message, const MessagePlan& plan);

  Plans& plans_;
  const std::string_view label_;
  const size_t faults_max_;
  std::vector<Step> steps_;
  std::string faults_;
  size_t fault_count_ = 0;
};

void ProtoCheck::Walk::Fault(std::string_view what, std::string_view below) {
  if (IsFull()) return;
  ++fault_count_;
  StrAppend(&faults_, faults_.empty() ? "" : "; ", label_, ": ");
  std::string path;
  for (const Step& step : steps_) {
    if (step.type != nullptr) {
      StrAppend(&path, "(", step.type->name(), ")");
      continue;
    }
    StrAppend(&path, path.empty() ? "" : ".", step.field->name());
    if (!step.key.empty()) {
      StrAppend(&path, "[\"", step.key, "\"]");
    } else if (step.index >= 0) {
      StrAppend(&path, "[", step.index, "]");
    }
  }
  if (!below.empty()) StrAppend(&path, path.empty() ? "" : ".", below);
  StrAppend(&faults_, path, path.empty() ? "" : ": ", what);
}

void ProtoCheck::Walk::Visit(const Message& message, const MessagePlan& plan, bool is_opaque,
                             bool validates) {
  if (IsFull()) return;
  if (steps_.size() > ProtoCheck::kDepthMax) {
    return Fault(StrCat("is nested more than ", ProtoCheck::kDepthMax, " levels deep"));
  }
  is_opaque = is_opaque || (plan.declared != nullptr && plan.declared->whole_tree);
  validates = validates && plan.validates;
  if (plan.is_any) return VisitAny(static_cast<const Any&>(message), is_opaque, validates);
  if (!is_opaque) CheckUnknown(message, plan);
  if (validates) {
    for (const OneofDescriptor* oneof : plan.required_oneofs) {
      if (plan.reflection->HasOneof(message, oneof)) continue;
      std::string names;
      for (int i = 0; i < oneof->field_count(); ++i) {
        StrAppend(&names, names.empty() ? "" : ", ", oneof->field(i)->name());
      }
      Fault(StrCat("is required: one of ", names), oneof->name());
    }
    for (const size_t index : plan.checked_when_unset) {
      CheckUnset(message, plan, plan.fields[index]);
    }
  }
  std::vector<const FieldDescriptor*> set_fields;
  plan.reflection->ListFields(message, &set_fields);
  for (const FieldDescriptor* field : set_fields) {
    VisitSet(message, plan, plan.fields[field->index()], is_opaque, validates);
  }
}

void ProtoCheck::Walk::CheckUnknown(const Message& message, const MessagePlan& plan) {
  const auto& unknown = plan.reflection->GetUnknownFields(message);
  if (unknown.empty()) return;
  Fault(StrCat("has field number ", unknown.field(0).number(), ", which ",
               plan.descriptor->full_name(), " of this proxy's API does not have"));
}

void ProtoCheck::Walk::CheckUnset(const Message& message, const MessagePlan& of,
                                  const FieldPlan& plan) {
  const bool is_set = plan.is_repeated ? of.reflection->FieldSize(message, plan.field) > 0
                                       : of.reflection->HasField(message, plan.field);
  if (is_set) return;
  steps_.push_back({plan.field});
  if (plan.field->has_presence()) {
    const std::string fault = plan.rules->CheckUnset();
    if (!fault.empty()) Fault(fault);
  } else {
    CheckRules(*plan.rules, message, plan, -1);
  }
  steps_.pop_back();
}

void ProtoCheck::Walk::VisitSet(const Message& message, const MessagePlan& of,
                                const FieldPlan& plan, bool is_opaque, bool validates) {
  steps_.push_back({plan.field});
  if (!is_opaque && plan.support == FieldPlan::Support::kNo) {
    Fault(StrCat("is set but ", kUnsupported));
  } else if (!is_opaque && plan.support == FieldPlan::Support::kDeprecated) {
    Fault(StrCat("is set but deprecated in the API and ", kUnsupported));
  } else {
    VisitValues(message, of, plan, is_opaque, validates);
  }
  steps_.pop_back();
}

void ProtoCheck::Walk::VisitValues(const Message& message, const MessagePlan& of,
                                   const FieldPlan& plan, bool is_opaque, bool validates) {
  const FieldDescriptor& field = *plan.field;
  const Reflection& reflection = *of.reflection;
  validates = validates && (plan.rules == nullptr || !plan.rules->Skip());
  if (validates && plan.rules != nullptr) CheckRules(*plan.rules, message, plan, -1);
  if (plan.is_map) return VisitMap(message, plan, is_opaque, validates);
  const FieldRules* items = plan.rules != nullptr ? plan.rules->items() : nullptr;
  if (!plan.is_repeated) {
    CheckEnum(message, plan, -1);
    if (plan.is_message) {
      VisitSub(reflection.GetMessage(message, &field), plan, is_opaque, validates);
    }
    return;
  }
  if (!plan.is_message && items == nullptr && !plan.limits_values) return;
  const int size = reflection.FieldSize(message, &field);
  for (int i = 0; i < size && !IsFull(); ++i) {
    steps_.back().index = i;
    CheckEnum(message, plan, i);
    if (validates && items != nullptr) CheckRules(*items, message, plan, i);
    if (!plan.is_message) continue;
    VisitSub(reflection.GetRepeatedMessage(message, &field, i), plan, is_opaque,
             validates && (items == nullptr || !items->Skip()));
  }
}

// A map is a repeated field of entries with `key` and `value`; the path shows the key.
void ProtoCheck::Walk::VisitMap(const Message& message, const FieldPlan& plan, bool is_opaque,
                                bool validates) {
  const FieldDescriptor& field = *plan.field;
  const Reflection& reflection = *message.GetReflection();
  const FieldDescriptor& key = *field.message_type()->map_key();
  const FieldDescriptor& value = *field.message_type()->map_value();
  const int size = reflection.FieldSize(message, &field);
  for (int i = 0; i < size && !IsFull(); ++i) {
    const Message& entry = reflection.GetRepeatedMessage(message, &field, i);
    const Reflection& of_entry = *entry.GetReflection();
    steps_.back().index = i;
    steps_.back().key = key.cpp_type() == FieldDescriptor::CPPTYPE_STRING
                            ? of_entry.GetString(entry, &key).substr(0, 80)
                            : "";
    if (validates && plan.rules != nullptr && plan.rules->keys() != nullptr) {
      const std::string fault = plan.rules->keys()->CheckValue(entry, key, -1);
      if (!fault.empty()) Fault(StrCat("its key ", fault));
    }
    if (validates && plan.rules != nullptr && plan.rules->values() != nullptr) {
      const std::string fault = plan.rules->values()->CheckValue(entry, value, -1);
      if (!fault.empty()) Fault(fault);
    }
    if (value.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const Message& sub = of_entry.GetMessage(entry, &value);
    Visit(sub, plans_.Of(*sub.GetDescriptor()), is_opaque, validates);
  }
}

void ProtoCheck::Walk::VisitSub(const Message& sub, const FieldPlan& plan, bool is_opaque,
                                bool validates) {
  if (plan.below == nullptr) plan.below = &plans_.Of(*sub.GetDescriptor());
  Visit(sub, *plan.below, is_opaque, validates);
}

void ProtoCheck::Walk::CheckEnum(const Message& message, const FieldPlan& plan, int index) {
  if (!plan.limits_values) return;
  const Reflection& reflection = *message.GetReflection();
  const FieldDescriptor& field = *plan.field;
  const int value = index < 0 ? reflection.GetEnumValue(message, &field)
                              : reflection.GetRepeatedEnumValue(message, &field, index);
  if (std::find(plan.values.begin(), plan.values.end(), value) != plan.values.end()) return;
  const EnumValueDescriptor* known = field.enum_type()->FindValueByNumber(value);
  std::string allowed;
  for (const int number : plan.values) {
    StrAppend(&allowed, allowed.empty() ? "" : ", ",
              field.enum_type()->FindValueByNumber(number)->name());
  }
  Fault(StrCat("is ", known != nullptr ? known->name() : StrCat(value), ", which is ", kUnsupported,
               "; supported are ", allowed));
}

void ProtoCheck::Walk::CheckRules(const FieldRules& rules, const Message& message,
                                  const FieldPlan& plan, int index) {
  const std::string fault = rules.CheckValue(message, *plan.field, index);
  if (fault.empty()) return;
  Fault(plan.is_sensitive ? "holds a value that is not allowed (not shown: it is sensitive)"
                          : fault);
}

void ProtoCheck::Walk::VisitAny(const Any& any, bool is_opaque, bool validates) {
  if (any.type_url().empty() && any.value().empty()) return;
  const std::string name = any.type_url().substr(any.type_url().rfind('/') + 1);
  const Descriptor* type = DescriptorPool::generated_pool()->FindMessageTypeByName(name);
  if (type == nullptr) {
    if (is_opaque) return;
    return Fault(StrCat("holds a \"", any.type_url().substr(0, 200), "\", a type ", kUnsupported));
  }
  const MessagePlan& plan = plans_.Of(*type);
  if (!is_opaque && plan.declared == nullptr && !plan.is_opaque) {
    return Fault(StrCat("holds a ", name, ", a type ", kUnsupported));
  }
  const std::unique_ptr<Message> message(
      MessageFactory::generated_factory()->GetPrototype(type)->New());
  if (!message->ParseFromString(any.value())) {
    return Fault(StrCat("does not hold a well-formed ", name));
  }
  steps_.push_back({nullptr, -1, "", type});
  Visit(*message, plan, is_opaque, validates);
  steps_.pop_back();
}

ProtoCheck::ProtoCheck(const SupportTable& table) : plans_(std::make_unique<Plans>(table)) {}
ProtoCheck::~ProtoCheck() = default;

absl::Status ProtoCheck::Check(const Message& message, std::string_view label, size_t faults_max) {
  Walk walk(*plans_, label, faults_max);
  walk.Visit(message, plans_->Of(*message.GetDescriptor()), false, true);
  return walk.Result();
}

absl::Status VerifyNames(const SupportTable& table) {
  for (const auto& [name, message] : table.messages()) {
    const Descriptor* descriptor = DescriptorPool::generated_pool()->FindMessageTypeByName(name);
    if (descriptor == nullptr) {
      return InvalidArgument("support table: no message '", name, "' is linked in");
    }
    for (const std::string& field : message.fields) {
      if (descriptor->FindFieldByName(field) == nullptr) {
        return InvalidArgument("support table: '", name, "' has no field '", field, "'");
      }
    }
    for (const auto& [field, values] : message.enums) {
      const auto* type = descriptor->FindFieldByName(field)->enum_type();
      if (type == nullptr)
        return InvalidArgument("support table: '", name, ".", field, "' is no enum");
      for (const std::string& value : values) {
        if (type->FindValueByName(value) != nullptr) continue;
        return InvalidArgument("support table: '", name, ".", field, "' has no value '", value,
                               "'");
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace fairlead::xds
