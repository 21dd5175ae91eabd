#ifndef FAIRLEAD_TOOLS_FAIRLEAD_DOCUMENTS_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_DOCUMENTS_H_

// The texts that -f names: files, folders, standard input. They are sent as they are, so that the
// server's errors can name the file and the line.
//
//     FL_ASSIGN_OR_RETURN(auto documents, ReadDocuments({"gateway.yaml", "conf.d"}, env.in));
//
// A folder is read recursively, sorted by path: *.yaml, *.yml and *.json, without what begins with
// a dot and without following links to folders. Thread: any. Limit: kMaxDocumentBytes together.

#include <istream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fairlead::cli {

inline constexpr size_t kMaxDocumentBytes = 64u << 20;

struct TextDocument {
  // The path as the user gave it; "stdin" for "-".
  std::string source;
  std::string text;
};

struct ResourceName {
  std::string kind;
  std::string name;

  bool operator==(const ResourceName&) const = default;
};

absl::StatusOr<std::vector<TextDocument>> ReadDocuments(const std::vector<std::string>& paths,
                                                        std::istream& in);

// A text that differs when a file among `paths` was written, added or taken away (size, time of
// change, inode). Never fails: a path that cannot be read is part of the text.
std::string DocumentsFingerprint(const std::vector<std::string>& paths);

// The resources that documents the server has accepted declare, in their order. What cannot be read
// is left out: the server is the judge of what a document says.
std::vector<ResourceName> DeclaredResources(const std::vector<TextDocument>& documents);

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_DOCUMENTS_H_
