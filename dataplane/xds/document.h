#ifndef FAIRLEAD_DATAPLANE_XDS_DOCUMENT_H_
#define FAIRLEAD_DATAPLANE_XDS_DOCUMENT_H_

// A YAML or JSON document as a flat tree that knows the line of each node, cheap enough for files
// of 100,000 routes: one array of nodes in document order, one buffer of text.
//
//     FL_ASSIGN_OR_RETURN(Document document, Document::ParseYaml(text, "bootstrap.yaml"));
//     Document::Index root = document.Resolve(0);
//     for (auto i = document.FirstChild(root); i != document.End(root); i = document.End(i)) ...
//
// A map's children are key, value, key, value. An alias is a node of its own that Resolve()
// follows; whoever walks the tree bounds how much aliases may multiply it (DocumentToProto does).
//
// Thread: any. Owner: whoever loads a file. Limits: kBytesMax of text, kNodesMax nodes, kDepthMax
// levels; one document per text, which is UTF-8. Source: YAML 1.2 (as yaml-cpp reads it), RFC 8259.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace fairlead::xds {

class Document {
 public:
  static constexpr size_t kBytesMax = size_t{512} << 20;
  static constexpr size_t kNodesMax = 64'000'000;
  static constexpr int kDepthMax = 100;

  using Index = uint32_t;
  enum class Kind : uint8_t {
    kNull,
    kPlain,   // A scalar without quotes: its type is the reader's to find.
    kQuoted,  // A string.
    kList,
    kMap,
    kAlias,
  };

  // Whose rules say what a plain scalar means: in JSON's there are no octal numbers and no "yes".
  enum class Rules : uint8_t { kYaml, kJson };

  // `name` is what errors call the text: a file's name, a flag's.
  static absl::StatusOr<Document> ParseYaml(std::string_view text, std::string_view name);
  // What both ask of a text first: its size, and that it is UTF-8 without control
  // characters.
  static absl::Status CheckText(std::string_view text, std::string_view name);
  static absl::StatusOr<Document> ParseJson(std::string_view text, std::string_view name,
                                            Rules rules = Rules::kJson);

  const std::string& name() const { return name_; }
  size_t size() const { return nodes_.size(); }
  bool is_json() const { return rules_ == Rules::kJson; }

  Kind kind(Index i) const { return nodes_[i].kind; }
  int line(Index i) const { return static_cast<int>(nodes_[i].line); }
  std::string_view text(Index i) const {
    return std::string_view(text_).substr(nodes_[i].text, nodes_[i].size);
  }
  // The node itself, or what it is an alias of.
  Index Resolve(Index i) const { return kind(i) == Kind::kAlias ? nodes_[i].target : i; }
  Index FirstChild(Index i) const { return i + 1; }
  // One past the last node below `i`: the next sibling.
  Index End(Index i) const { return nodes_[i].end; }

 private:
  friend class DocumentBuilder;
  struct Node {
    Kind kind;
    uint32_t line;
    uint32_t text = 0;  // Where in text_ its scalar is, and how long.
    uint32_t size = 0;
    Index end = 0;
    Index target = 0;
  };

  std::string name_;
  std::string text_;
  std::vector<Node> nodes_;
  Rules rules_ = Rules::kYaml;
};

// Fills a document event by event; both parsers' common part.
class DocumentBuilder {
 public:
  DocumentBuilder(std::string_view name, Document::Rules rules);

  void Scalar(Document::Kind kind, int line, std::string_view text);
  void Alias(int line, Document::Index target);
  // Opens a list or map; Close ends the innermost open one.
  void Open(Document::Kind kind, int line);
  void Close();

  Document::Index next() const { return static_cast<Document::Index>(document_.nodes_.size()); }
  size_t depth() const { return open_.size(); }
  // Text or nodes beyond the limits: the caller gives up.
  bool IsOverLimit() const;
  Document Take() { return std::move(document_); }

 private:
  Document document_;
  std::vector<Document::Index> open_;
};

}  // namespace fairlead::xds

#endif  // FAIRLEAD_DATAPLANE_XDS_DOCUMENT_H_
