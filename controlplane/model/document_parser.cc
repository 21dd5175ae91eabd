#include "controlplane/model/document_parser.h"

#include <cstdint>
#include <exception>
#include <limits>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "controlplane/model/duration_text.h"
#include "controlplane/model/utf8.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/message.h"
#include "yaml-cpp/yaml.h"

namespace fairlead::control::model {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kDepthMax = 32;
// Nodes that a text of any size may have.
constexpr size_t kNodesMin = 1024;

absl::string_view TypeText(const YAML::Node& node) {
  if (node.IsMap()) return "a mapping";
  if (node.IsSequence()) return "a list";
  if (node.IsNull()) return "nothing";
  return "a value";
}

// What was found, for an error message: the scalar itself or what kind of node it is.
std::string FoundText(const YAML::Node& node) {
  return node.IsScalar() ? Shown(node.Scalar()) : std::string(TypeText(node));
}

bool IsQuoted(const YAML::Node& node) { return node.Tag() == "!"; }

std::string Allowed(const Descriptor& type, bool with_kind) {
  std::vector<std::string> names;
  if (with_kind) names.emplace_back("kind");
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->json_name());
  return absl::StrJoin(names, ", ");
}

const FieldDescriptor* FieldByJsonName(const Descriptor& type, const std::string& name) {
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->json_name() == name) return type.field(i);
  }
  return nullptr;
}

std::string Join(const std::string& path, absl::string_view field) {
  return path.empty() ? std::string(field) : absl::StrCat(path, ".", field);
}

// Walks one document. Problems are added with their place; `lines` gets the line of each field.
class DocumentWalk {
 public:
  DocumentWalk(const std::string& source, int document, size_t& nodes_left, Problems& problems)
      : source_(source), document_(document), nodes_left_(nodes_left), problems_(problems) {}

  // Empty when the document has a problem.
  std::optional<fairlead::v1::Resource> Resource(const YAML::Node& root,
                                                 std::optional<Kind> expected);
  SourceMap::Location TakeLocation(const YAML::Node& root);

 private:
  std::optional<Kind> ReadKind(const YAML::Node& root, std::optional<Kind> expected);
  void ReadMessage(const YAML::Node& node, const std::string& path, int depth, Message& message);
  void ReadField(const YAML::Node& node, const FieldDescriptor& field, const std::string& path,
                 int depth, Message& message);
  void ReadMap(const YAML::Node& node, const FieldDescriptor& field, const std::string& path,
               Message& message);
  void ReadList(const YAML::Node& node, const FieldDescriptor& field, const std::string& path,
                int depth, Message& message);
  void ReadScalar(const YAML::Node& node, const FieldDescriptor& field, const std::string& path,
                  Message& message);
  bool ReadText(const YAML::Node& node, const std::string& path, std::string& text);
  std::optional<uint64_t> ReadUnsigned(const YAML::Node& node, const std::string& path,
                                       uint64_t max);

  // Counts a node against the limit; false when aliases made the document too large.
  bool Visit(const YAML::Node& node, const std::string& path);
  void Error(const YAML::Node& node, const std::string& path, std::string message);

  const std::string& source_;
  const int document_;
  size_t& nodes_left_;
  Problems& problems_;
  bool has_problem_ = false;
  std::optional<ResourceKey> key_;
  absl::flat_hash_map<std::string, int> lines_;
};

void DocumentWalk::Error(const YAML::Node& node, const std::string& path, std::string message) {
  has_problem_ = true;
  Problem problem;
  problem.source = source_;
  problem.document = document_;
  problem.line = node.Mark().line + 1;
  problem.key = key_;
  problem.field = path;
  problem.message = std::move(message);
  problems_.Add(std::move(problem));
}

bool DocumentWalk::Visit(const YAML::Node& node, const std::string& path) {
  if (nodes_left_ == 0) {
    Error(node, path, "the aliases expand to more than the text itself may hold");
    return false;
  }
  --nodes_left_;
  return true;
}

std::optional<Kind> DocumentWalk::ReadKind(const YAML::Node& root, std::optional<Kind> expected) {
  for (const auto& item : root) {
    if (!item.first.IsScalar() || item.first.Scalar() != "kind") continue;
    std::optional<Kind> kind;
    if (item.second.IsScalar()) kind = KindFromName(item.second.Scalar());
    if (!kind.has_value()) {
      Error(item.second, "kind",
            absl::StrCat("found ", FoundText(item.second),
                         "; allowed: Listener, Route, Service, Policy"));
    } else if (expected.has_value() && *kind != *expected) {
      Error(item.second, "kind",
            absl::StrCat("found ", FoundText(item.second), "; here it must be ",
                         KindName(*expected)));
      return std::nullopt;
    }
    return kind;
  }
  if (!expected.has_value()) {
    Error(root, "kind", "missing; allowed: Listener, Route, Service, Policy");
  }
  return expected;
}

std::optional<fairlead::v1::Resource> DocumentWalk::Resource(const YAML::Node& root,
                                                             std::optional<Kind> expected) {
  if (!root.IsMap()) {
    Error(root, "",
          absl::StrCat("found ", FoundText(root), "; a document is a mapping with kind and name"));
    return std::nullopt;
  }
  std::optional<Kind> kind = ReadKind(root, expected);
  if (!kind.has_value()) return std::nullopt;
  for (const auto& item : root) {
    if (item.first.IsScalar() && item.first.Scalar() == "name" && item.second.IsScalar() &&
        IsUtf8(item.second.Scalar())) {
      key_ = ResourceKey{*kind, item.second.Scalar()};
    }
  }
  fairlead::v1::Resource resource;
  ReadMessage(root, "", 0, *MutableBody(resource, *kind));
  if (has_problem_) return std::nullopt;
  return resource;
}

SourceMap::Location DocumentWalk::TakeLocation(const YAML::Node& root) {
  return {source_, document_, root.Mark().line + 1, std::move(lines_)};
}

void DocumentWalk::ReadMessage(const YAML::Node& node, const std::string& path, int depth,
                               Message& message) {
  if (!node.IsMap()) {
    Error(node, path, absl::StrCat("found ", FoundText(node), "; expected a mapping"));
    return;
  }
  if (depth > kDepthMax) return Error(node, path, absl::StrCat("nested deeper than ", kDepthMax));
  const Descriptor& type = *message.GetDescriptor();
  const bool is_root = depth == 0;
  absl::flat_hash_set<std::string> seen;
  for (const auto& item : node) {
    if (problems_.full()) return;
    if (!item.first.IsScalar()) {
      Error(item.first, path, absl::StrCat("found ", FoundText(item.first), " as a field name"));
      continue;
    }
    const std::string& name = item.first.Scalar();
    std::string field_path = Join(path, name);
    if (!Visit(item.first, field_path)) return;
    if (!seen.insert(name).second) {
      Error(item.first, field_path, "the field stands twice");
      continue;
    }
    if (is_root && name == "kind") continue;
    const FieldDescriptor* field = FieldByJsonName(type, name);
    if (field == nullptr) {
      Error(item.first, Join(path, IsUtf8(name) ? Shown(name) : "?"),
            absl::StrCat("unknown field; allowed: ", Allowed(type, is_root)));
      continue;
    }
    lines_[field_path] = item.first.Mark().line + 1;
    if (item.second.IsNull()) {
      Error(item.first, field_path, "the field has no value; give it one or leave the field out");
      continue;
    }
    if (const auto* oneof = field->real_containing_oneof()) {
      if (const FieldDescriptor* other =
              message.GetReflection()->GetOneofFieldDescriptor(message, oneof)) {
        Error(item.first, field_path,
              absl::StrCat("only one of ", other->json_name(), " and ", name, " can be set"));
        continue;
      }
    }
    ReadField(item.second, *field, field_path, depth, message);
  }
}

void DocumentWalk::ReadField(const YAML::Node& node, const FieldDescriptor& field,
                             const std::string& path, int depth, Message& message) {
  if (!Visit(node, path)) return;
  if (field.is_map()) return ReadMap(node, field, path, message);
  if (field.is_repeated()) return ReadList(node, field, path, depth, message);
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
    return ReadScalar(node, field, path, message);
  }
  Message& inner = *message.GetReflection()->MutableMessage(&message, &field);
  if (field.message_type()->full_name() == "google.protobuf.Duration") {
    google::protobuf::Duration duration;
    if (!node.IsScalar() || !ParseDuration(node.Scalar(), duration)) {
      return Error(
          node, path,
          absl::StrCat("found ", FoundText(node), "; expected a duration in seconds such as 1.5s"));
    }
    inner.CopyFrom(duration);
    return;
  }
  ReadMessage(node, path, depth + 1, inner);
}

void DocumentWalk::ReadMap(const YAML::Node& node, const FieldDescriptor& field,
                           const std::string& path, Message& message) {
  if (!node.IsMap()) {
    return Error(node, path, absl::StrCat("found ", FoundText(node), "; expected a mapping"));
  }
  // The API has maps of text to text only.
  const FieldDescriptor& key_field = *field.message_type()->map_key();
  const FieldDescriptor& value_field = *field.message_type()->map_value();
  absl::flat_hash_set<std::string> seen;
  for (const auto& item : node) {
    if (problems_.full()) return;
    std::string key;
    if (!ReadText(item.first, path, key)) continue;
    std::string item_path = absl::StrCat(path, "[", Shown(key), "]");
    if (!Visit(item.first, item_path) || !Visit(item.second, item_path)) return;
    if (!seen.insert(key).second) {
      Error(item.first, item_path, "the key stands twice");
      continue;
    }
    lines_[item_path] = item.first.Mark().line + 1;
    Message& entry = *message.GetReflection()->AddMessage(&message, &field);
    entry.GetReflection()->SetString(&entry, &key_field, key);
    ReadScalar(item.second, value_field, item_path, entry);
  }
}

void DocumentWalk::ReadList(const YAML::Node& node, const FieldDescriptor& field,
                            const std::string& path, int depth, Message& message) {
  if (!node.IsSequence()) {
    return Error(node, path, absl::StrCat("found ", FoundText(node), "; expected a list"));
  }
  int index = 0;
  for (const auto& item : node) {
    if (problems_.full()) return;
    std::string item_path = absl::StrCat(path, "[", index++, "]");
    if (!Visit(item, item_path)) return;
    lines_[item_path] = item.Mark().line + 1;
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      ReadMessage(item, item_path, depth + 1,
                  *message.GetReflection()->AddMessage(&message, &field));
    } else {
      // The API has lists of messages and of text only.
      std::string text;
      if (ReadText(item, item_path, text)) {
        message.GetReflection()->AddString(&message, &field, std::move(text));
      }
    }
  }
}

bool DocumentWalk::ReadText(const YAML::Node& node, const std::string& path, std::string& text) {
  if (!node.IsScalar()) {
    Error(node, path, absl::StrCat("found ", FoundText(node), "; expected text"));
    return false;
  }
  if (!IsUtf8(node.Scalar())) {
    Error(node, path, "the text is not valid UTF-8");
    return false;
  }
  text = node.Scalar();
  return true;
}

std::optional<uint64_t> DocumentWalk::ReadUnsigned(const YAML::Node& node, const std::string& path,
                                                   uint64_t max) {
  uint64_t value = 0;
  bool is_number = node.IsScalar() && !IsQuoted(node) && !node.Scalar().empty() &&
                   node.Scalar().find_first_not_of("0123456789") == std::string::npos &&
                   absl::SimpleAtoi(node.Scalar(), &value) && value <= max;
  if (is_number) return value;
  Error(node, path,
        absl::StrCat("found ", FoundText(node), IsQuoted(node) ? " in quotes" : "",
                     "; expected a whole number from 0 to ", max));
  return std::nullopt;
}

void DocumentWalk::ReadScalar(const YAML::Node& node, const FieldDescriptor& field,
                              const std::string& path, Message& message) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string text;
      if (ReadText(node, path, text)) reflection.SetString(&message, &field, std::move(text));
      return;
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      bool is_bool = node.IsScalar() && !IsQuoted(node) &&
                     (node.Scalar() == "true" || node.Scalar() == "false");
      if (!is_bool) {
        return Error(node, path,
                     absl::StrCat("found ", FoundText(node), "; expected true or false"));
      }
      reflection.SetBool(&message, &field, node.Scalar() == "true");
      return;
    }
    case FieldDescriptor::CPPTYPE_UINT32:
      if (auto value = ReadUnsigned(node, path, std::numeric_limits<uint32_t>::max())) {
        reflection.SetUInt32(&message, &field, static_cast<uint32_t>(*value));
      }
      return;
    case FieldDescriptor::CPPTYPE_UINT64:
      if (auto value = ReadUnsigned(node, path, std::numeric_limits<uint64_t>::max())) {
        reflection.SetUInt64(&message, &field, *value);
      }
      return;
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto& type = *field.enum_type();
      const auto* value = node.IsScalar() ? type.FindValueByName(node.Scalar()) : nullptr;
      if (value != nullptr) return reflection.SetEnum(&message, &field, value);
      std::vector<std::string> names;
      for (int i = 0; i < type.value_count(); ++i) names.push_back(type.value(i)->name());
      return Error(
          node, path,
          absl::StrCat("found ", FoundText(node), "; allowed: ", absl::StrJoin(names, ", ")));
    }
    default:
      // Types that the API does not use; a test walks all of its fields.
      return Error(node, path,
                   absl::StrCat("fields of type ", field.cpp_type_name(),
                                " cannot be written in a document"));
  }
}

void AddTextProblem(const std::string& source, int line, std::string message, Problems& problems) {
  Problem problem;
  problem.source = source;
  problem.line = line;
  problem.message = std::move(message);
  problems.Add(std::move(problem));
}

// May throw YAML::Exception.
void ParseText(const SourceText& text, std::optional<Kind> expected, ParsedSet& set,
               Problems& problems) {
  std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text.text));
  size_t nodes_left = kNodesMin + text.text.size();
  int number = 0;
  for (const YAML::Node& root : documents) {
    ++number;
    if (problems.full()) return;
    // Nothing between two "---", or comments only.
    if (root.IsNull()) continue;
    DocumentWalk walk(text.source, number, nodes_left, problems);
    std::optional<fairlead::v1::Resource> resource = walk.Resource(root, expected);
    if (!resource.has_value()) continue;
    ResourceKey key = KeyOf(*resource);
    SourceMap::Location location = walk.TakeLocation(root);
    int line = location.line;
    if (const SourceMap::Location* earlier = set.sources.Add(key, std::move(location))) {
      Problem problem;
      problem.source = text.source;
      problem.document = number;
      problem.line = line;
      problem.key = key;
      problem.message =
          absl::StrCat("stands twice; first at ", earlier->source, ":", earlier->line);
      problems.Add(std::move(problem));
      continue;
    }
    set.resources.push_back(*std::move(resource));
  }
}

}  // namespace

ParsedSet ParseDocuments(absl::Span<const SourceText> texts, Problems& problems,
                         std::optional<Kind> expected) {
  ParsedSet set;
  for (const SourceText& text : texts) {
    if (problems.full()) break;
    if (text.text.size() > kTextBytesMax) {
      AddTextProblem(text.source, 0,
                     absl::StrCat("has ", text.text.size(), " bytes; allowed: ", kTextBytesMax),
                     problems);
      continue;
    }
    // The library would stop at a NUL as if the text ended there.
    if (!IsUtf8(text.text) || text.text.find('\0') != absl::string_view::npos) {
      AddTextProblem(text.source, 0, "is not UTF-8 text", problems);
      continue;
    }
    // The library throws; this is the only place that lets it.
    try {
      ParseText(text, expected, set, problems);
    } catch (const YAML::Exception& error) {
      AddTextProblem(text.source, error.mark.is_null() ? 0 : error.mark.line + 1,
                     absl::StrCat("not valid YAML: ", error.msg), problems);
    } catch (const std::exception& error) {
      AddTextProblem(text.source, 0, absl::StrCat("cannot be read: ", error.what()), problems);
    }
  }
  return set;
}

}  // namespace fairlead::control::model
