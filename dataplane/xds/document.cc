#include "dataplane/xds/document.h"

#include <algorithm>
#include <istream>
#include <streambuf>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "dataplane/base/status.h"
#include "dataplane/xds/text_lists.h"
#include "google/protobuf/stubs/common.h"
#include "yaml-cpp/eventhandler.h"
#include "yaml-cpp/exceptions.h"
#include "yaml-cpp/mark.h"
#include "yaml-cpp/parser.h"

namespace fairlead::xds {
namespace {

// Reads a string_view without a copy of it.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // A get area is never written to.
    setg(begin, begin, begin + text.size());
  }
};

// Builds the first document of a text; a second one is a fault. The first fault is kept, and all
// that comes after it ignored.
class YamlEvents : public YAML::EventHandler {
 public:
  explicit YamlEvents(DocumentBuilder& builder) : builder_(builder) {}

  // "<line>: <fault>"; empty if there is none.
  const std::string& fault() const { return fault_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override { is_first_ = false; }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (is_first_) return Scalar(mark, "?", anchor, "", Document::Kind::kNull);
    // An empty document at the end is harmless. But yaml-cpp makes them without end of a bracket
    // that closes nothing, or a comma where none may stand.
    if (fault_.empty() && std::exchange(had_empty_, true)) {
      fault_ = StrCat(mark.line + 1, ": something follows the document's end");
    }
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (IsRefused(mark, "?")) return;
    builder_.Alias(mark.line + 1, anchors_[anchor]);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const bool is_string = tag == "!" || tag == "tag:yaml.org,2002:str";
    Scalar(mark, tag, anchor, value, is_string ? Document::Kind::kQuoted : Document::Kind::kPlain);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(Document::Kind::kList, mark, tag, anchor);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(Document::Kind::kMap, mark, tag, anchor);
  }
  void OnMapEnd() override { Close(); }

 private:
  void Scalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
              const std::string& value, Document::Kind kind) {
    if (IsRefused(mark, tag)) return;
    if (anchor != 0) anchors_[anchor] = builder_.next();
    builder_.Scalar(kind, mark.line + 1, value);
  }
  void Open(Document::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    if (IsRefused(mark, tag)) return;
    if (anchor != 0) anchors_[anchor] = builder_.next();
    builder_.Open(kind, mark.line + 1);
  }
  void Close() {
    if (fault_.empty()) builder_.Close();
  }

  bool IsRefused(const YAML::Mark& mark, const std::string& tag) {
    if (!fault_.empty()) return true;
    if (!is_first_) {
      fault_ = "a second document begins here; one is allowed";
    } else if (!tag.empty() && tag != "?" && tag != "!" &&
               tag.rfind("tag:yaml.org,2002:", 0) != 0) {
      fault_ = StrCat("tag '", tag, "' is not supported");
    } else if (builder_.depth() >= Document::kDepthMax) {
      fault_ = StrCat("nested more than ", Document::kDepthMax, " levels deep");
    } else if (builder_.IsOverLimit()) {
      fault_ = StrCat("more than ", Document::kNodesMax, " values");
    }
    if (fault_.empty()) return false;
    fault_ = StrCat(mark.line + 1, ": ", fault_);
    return true;
  }

  DocumentBuilder& builder_;
  absl::flat_hash_map<YAML::anchor_t, Document::Index> anchors_;
  bool is_first_ = true;
  bool had_empty_ = false;
  std::string fault_;
};

bool IsControl(char c) {
  return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r' && c != '\n';
}

}  // namespace

absl::Status Document::CheckText(std::string_view text, std::string_view name) {
  if (text.size() > kBytesMax) {
    return InvalidArgument(name, ": has ", text.size(), " bytes, allowed are ", kBytesMax);
  }
  int line = 1;
  for (size_t at = 0; at < text.size(); ++line) {
    const std::string_view rest = text.substr(at, text.find('\n', at) - at);
    if (!google::protobuf::internal::IsStructurallyValidUTF8(rest.data(),
                                                             static_cast<int>(rest.size()))) {
      return InvalidArgument(name, ":", line, ": is not UTF-8");
    }
    // yaml-cpp takes some of them for the end of the text.
    if (std::any_of(rest.begin(), rest.end(), &IsControl)) {
      return InvalidArgument(name, ":", line, ": has a control character");
    }
    at += rest.size() + 1;
  }
  return absl::OkStatus();
}

DocumentBuilder::DocumentBuilder(std::string_view name, Document::Rules rules) {
  document_.name_ = name;
  document_.rules_ = rules;
}

void DocumentBuilder::Scalar(Document::Kind kind, int line, std::string_view text) {
  Document::Node node{kind, static_cast<uint32_t>(line)};
  node.text = static_cast<uint32_t>(document_.text_.size());
  node.size = static_cast<uint32_t>(text.size());
  node.end = next() + 1;
  document_.text_.append(text);
  document_.nodes_.push_back(node);
}

void DocumentBuilder::Alias(int line, Document::Index target) {
  Document::Node node{Document::Kind::kAlias, static_cast<uint32_t>(line)};
  node.end = next() + 1;
  node.target = target;
  document_.nodes_.push_back(node);
}

void DocumentBuilder::Open(Document::Kind kind, int line) {
  open_.push_back(next());
  document_.nodes_.push_back({kind, static_cast<uint32_t>(line)});
}

void DocumentBuilder::Close() {
  document_.nodes_[open_.back()].end = next();
  open_.pop_back();
}

bool DocumentBuilder::IsOverLimit() const {
  return document_.nodes_.size() > Document::kNodesMax ||
         document_.text_.size() > Document::kBytesMax;
}

absl::StatusOr<Document> Document::ParseYaml(std::string_view text, std::string_view name) {
  FL_RETURN_IF_ERROR(CheckText(text, name));
  // JSON is YAML, machines write it, and it is read ten times as fast for what it is.
  if (LooksLikeJson(text)) {
    auto json = ParseJson(text, name, Rules::kYaml);
    if (json.ok()) return json;
  }
  DocumentBuilder builder(name, Rules::kYaml);
  ViewBuffer buffer(text);
  std::istream in(&buffer);
  YamlEvents events(builder);
  try {  // yaml-cpp reports faults by exception: they end here.
    YAML::Parser parser(in);
    while (events.fault().empty() && parser.HandleNextDocument(events)) {
    }
  } catch (const YAML::Exception& e) {
    return InvalidArgument(name, ":", e.mark.line + 1, ":", e.mark.column + 1, ": ", e.msg);
  } catch (const std::exception& e) {
    return InvalidArgument(name, ": ", e.what());
  }
  if (!events.fault().empty()) return InvalidArgument(name, ":", events.fault());
  if (builder.next() == 0) builder.Scalar(Kind::kNull, 1, "");
  return builder.Take();
}

}  // namespace fairlead::xds
