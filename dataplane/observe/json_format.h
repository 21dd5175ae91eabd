#ifndef FAIRLEAD_DATAPLANE_OBSERVE_JSON_FORMAT_H_
#define FAIRLEAD_DATAPLANE_OBSERVE_JSON_FORMAT_H_

// A JSON object whose values are format strings, one object and a line break for each entry.
//
//     FL_ASSIGN_OR_RETURN(JsonFormat format, JsonFormat::Compile(proto.json_format(), {}));
//     format.Append(entry, line);                // {"path":"/a","status":200,"upstream":null}
//
// A value that is one operator keeps its type (a number, a string, null when it is missing);
// anything else is a string. Keys are sorted, nested objects and lists are kept, and plain numbers,
// booleans and null are written as they are. Thread: any, once compiled. Limit: 32 levels.
// Source: core.v3.SubstitutionFormatString.json_format.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "dataplane/observe/log_format.h"

namespace google::protobuf {
class Struct;
class Value;
}  // namespace google::protobuf

namespace fairlead::observe {

class JsonFormat {
 public:
  struct Options {
    // Members without a value are left out; in a list they are null still, so that positions keep.
    bool omit_empty_values = false;
    // Every value is a string, and "-" when it is missing: the deprecated
    // FileAccessLog.json_format.
    bool strings_only = false;
  };

  JsonFormat() = default;
  // Errors name the path of the value.
  static absl::StatusOr<JsonFormat> Compile(const google::protobuf::Struct& proto, Options options);

  void Append(const LogEntry& entry, std::string& out) const;

 private:
  struct Node {
    enum class Kind : uint8_t { kLiteral, kFormat, kObject, kList };
    Kind kind = Kind::kLiteral;
    // Of a member of an object: the key as JSON, with its colon.
    std::string key;
    // JSON.
    std::string literal;
    LogFormat format;
    std::vector<Node> children;
  };

  absl::StatusOr<Node> CompileValue(const google::protobuf::Value& proto, int depth) const;
  absl::StatusOr<Node> CompileObject(const google::protobuf::Struct& proto, int depth) const;
  // False when there is no value: nothing was written.
  bool AppendFormat(const Node& node, const LogEntry& entry, std::string& out) const;
  bool AppendNode(const Node& node, const LogEntry& entry, std::string& out) const;
  void AppendChildren(const Node& node, const LogEntry& entry, std::string& out) const;

  Options options_;
  Node root_;
};

}  // namespace fairlead::observe

#endif  // FAIRLEAD_DATAPLANE_OBSERVE_JSON_FORMAT_H_
