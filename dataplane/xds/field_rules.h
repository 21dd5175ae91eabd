#ifndef FAIRLEAD_DATAPLANE_XDS_FIELD_RULES_H_
#define FAIRLEAD_DATAPLANE_XDS_FIELD_RULES_H_

// One field's `validate.rules` option (protoc-gen-validate's validate/validate.proto), made ready
// to be applied by reflection. Used by ProtoCheck only.
//
//     std::unique_ptr<FieldRules> rules = FieldRules::Compile(*field);   // null: no rules
//     std::string fault = rules->CheckValue(message, *field, -1);        // empty: none
//
// A fault reads "is 0, allowed is >= 1": the value found, then what is allowed.
// Thread: any (const after Compile). Limits: patterns run on RE2, in linear time.
// Source: validate/validate.proto.

#include <memory>
#include <string>

namespace google::protobuf {
class FieldDescriptor;
class Message;
}  // namespace google::protobuf
namespace re2 {
class RE2;
}
namespace validate {
class FieldRules;
}

namespace fairlead::xds {

class FieldRules {
 public:
  // Null if the field has no rules.
  static std::unique_ptr<FieldRules> Compile(const google::protobuf::FieldDescriptor& field);
  ~FieldRules();

  // True if the rules can fail on a field that is not set (a required message, a number that must
  // not be 0): they are then applied to fields without presence, whatever they hold.
  bool CheckedWhenUnset() const { return checked_when_unset_; }
  // message.skip: neither this nor anything below is validated.
  bool Skip() const;

  // The fault of a field that is not set and has presence ("is required"); empty if none.
  std::string CheckUnset() const;
  // The fault of a value; empty if none. `index` is the element of a repeated field, or -1; on a
  // repeated or map field, -1 checks the number of its elements and their uniqueness.
  std::string CheckValue(const google::protobuf::Message& message,
                         const google::protobuf::FieldDescriptor& field, int index) const;
  // Of a repeated field's elements, a map's keys and its values; null if without rules.
  const FieldRules* items() const { return items_.get(); }
  const FieldRules* keys() const { return keys_.get(); }
  const FieldRules* values() const { return values_.get(); }

 private:
  explicit FieldRules(const validate::FieldRules& rules);
  std::string CheckSize(const google::protobuf::Message& message,
                        const google::protobuf::FieldDescriptor& field) const;
  std::string CheckString(const std::string& value) const;
  std::string CheckBytes(const std::string& value) const;
  std::string CheckMessage(const google::protobuf::Message& message) const;
  std::string CheckScalar(const google::protobuf::Message& message,
                          const google::protobuf::FieldDescriptor& field, int index) const;

  const validate::FieldRules& rules_;  // In the descriptor's options: lives as long as the program.
  std::unique_ptr<re2::RE2> pattern_;
  std::unique_ptr<FieldRules> items_, keys_, values_;
  bool checked_when_unset_ = false;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_FIELD_RULES_H_
