#include "dataplane/observe/json_format.h"

#include <charconv>
#include <map>
#include <string_view>
#include <utility>

#include "dataplane/base/status.h"
#include "dataplane/observe/escape.h"
#include "dataplane/observe/metadata.h"
#include "google/protobuf/struct.pb.h"

namespace fairlead::observe {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

constexpr int kDepthMax = 32;

}  // namespace

absl::StatusOr<JsonFormat::Node> JsonFormat::CompileObject(const Struct& proto, int depth) const {
  if (depth >= kDepthMax) return InvalidArgument("is nested deeper than ", kDepthMax, " levels");
  Node node;
  node.kind = Node::Kind::kObject;
  // The map of a message has no order.
  std::map<std::string_view, const Value*> sorted;
  for (const auto& [key, value] : proto.fields()) sorted.emplace(key, &value);
  for (const auto& [key, value] : sorted) {
    auto child = CompileValue(*value, depth + 1);
    if (!child.ok()) return Annotate(child.status(), StrCat("['", key, "']"));
    AppendJsonString(key, child->key);
    child->key += ':';
    node.children.push_back(*std::move(child));
  }
  return node;
}

absl::StatusOr<JsonFormat::Node> JsonFormat::CompileValue(const Value& proto, int depth) const {
  if (depth >= kDepthMax) return InvalidArgument("is nested deeper than ", kDepthMax, " levels");
  Node node;
  switch (proto.kind_case()) {
    case Value::kStringValue: {
      node.kind = Node::Kind::kFormat;
      FL_ASSIGN_OR_RETURN(node.format,
                          LogFormat::Compile(proto.string_value(), options_.omit_empty_values
                                                                       ? LogFormat::Empty::kOmit
                                                                       : LogFormat::Empty::kDash));
      return node;
    }
    case Value::kStructValue:
      return CompileObject(proto.struct_value(), depth);
    case Value::kListValue:
      node.kind = Node::Kind::kList;
      for (int i = 0; i < proto.list_value().values_size(); ++i) {
        auto child = CompileValue(proto.list_value().values(i), depth + 1);
        if (!child.ok()) return Annotate(child.status(), StrCat("[", i, "]"));
        node.children.push_back(*std::move(child));
      }
      return node;
    case Value::kNumberValue:
      AppendJsonNumber(proto.number_value(), node.literal);
      return node;
    case Value::kBoolValue:
      node.literal = proto.bool_value() ? "true" : "false";
      return node;
    default:
      node.literal = "null";
      return node;
  }
}

absl::StatusOr<JsonFormat> JsonFormat::Compile(const Struct& proto, Options options) {
  JsonFormat format;
  format.options_ = options;
  FL_ASSIGN_OR_RETURN(format.root_, format.CompileObject(proto, 0));
  return format;
}

bool JsonFormat::AppendFormat(const Node& node, const LogEntry& entry, std::string& out) const {
  const LogOperator* op = node.format.single();
  if (op != nullptr) {
    LogScratch scratch;
    const LogValue value = op->Evaluate(entry, scratch);
    if (value.kind == LogValue::Kind::kMissing &&
        (!options_.strings_only || options_.omit_empty_values)) {
      return false;
    }
    if (value.kind == LogValue::Kind::kJson && !options_.strings_only) {
      out += value.text;
      return true;
    }
    if (value.kind == LogValue::Kind::kNumber && !options_.strings_only) {
      char digits[20];
      out.append(digits, std::to_chars(digits, digits + sizeof(digits), value.number).ptr);
      return true;
    }
  }
  out += '"';
  node.format.AppendJson(entry, out);
  out += '"';
  return true;
}

bool JsonFormat::AppendNode(const Node& node, const LogEntry& entry, std::string& out) const {
  switch (node.kind) {
    case Node::Kind::kLiteral:
      out += node.literal;
      return true;
    case Node::Kind::kFormat:
      return AppendFormat(node, entry, out);
    case Node::Kind::kObject:
    case Node::Kind::kList:
      AppendChildren(node, entry, out);
      return true;
  }
  return true;
}

void JsonFormat::AppendChildren(const Node& node, const LogEntry& entry, std::string& out) const {
  const bool is_object = node.kind == Node::Kind::kObject;
  out += is_object ? '{' : '[';
  bool is_first = true;
  for (const Node& child : node.children) {
    const size_t before = out.size();
    if (!is_first) out += ',';
    out += child.key;
    if (!AppendNode(child, entry, out)) {
      if (is_object && options_.omit_empty_values) {
        out.resize(before);
        continue;
      }
      out += "null";
    }
    is_first = false;
  }
  out += is_object ? '}' : ']';
}

void JsonFormat::Append(const LogEntry& entry, std::string& out) const {
  AppendNode(root_, entry, out);
  out += '\n';
}

}  // namespace fairlead::observe
