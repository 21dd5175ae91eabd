#include "tools/fairlead/documents.h"

#include <sys/stat.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include "dataplane/base/status.h"
#include "dataplane/base/strings.h"

namespace fairlead::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStandardInput = "-";

bool IsDocumentFile(const fs::path& path) {
  const fs::path extension = path.extension();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

// The document files below `folder`, sorted.
absl::StatusOr<std::vector<std::string>> ListFolder(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->path().filename().string().starts_with(".")) {
      entry.disable_recursion_pending();
      continue;
    }
    std::error_code ignored_type_error;  // A file that vanished meanwhile is no regular file.
    if (entry->is_regular_file(ignored_type_error) && IsDocumentFile(entry->path())) {
      files.push_back(entry->path().string());
    }
  }
  if (error) return InvalidArgument("cannot read folder ", folder, ": ", error.message());
  std::sort(files.begin(), files.end());
  return files;
}

// What `paths` name, each once, folders opened.
absl::StatusOr<std::vector<std::string>> ListFiles(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  std::set<std::string> seen;
  for (const std::string& path : paths) {
    std::vector<std::string> found = {path};
    std::error_code not_a_folder;  // Opening the file says better what is wrong.
    if (path != kStandardInput && fs::is_directory(path, not_a_folder)) {
      FL_ASSIGN_OR_RETURN(found, ListFolder(path));
      if (found.empty()) {
        return InvalidArgument("folder ", path, " has no *.yaml, *.yml or *.json file");
      }
    }
    for (std::string& file : found) {
      if (seen.insert(file).second) files.push_back(std::move(file));
    }
  }
  return files;
}

// Appends a stream to `text`, which may grow to `max` bytes.
absl::Status ReadAll(std::istream& in, size_t max, std::string& text) {
  char block[1 << 16];
  while (in.read(block, sizeof(block)), in.gcount() > 0) {
    text.append(block, static_cast<size_t>(in.gcount()));
    if (text.size() > max) {
      return InvalidArgument("more than ", kMaxDocumentBytes >> 20,
                             " MiB of documents; apply them in parts");
    }
  }
  if (in.bad()) return InvalidArgument("reading failed: ", std::strerror(errno));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<TextDocument>> ReadDocuments(const std::vector<std::string>& paths,
                                                        std::istream& in) {
  FL_ASSIGN_OR_RETURN(const std::vector<std::string> files, ListFiles(paths));
  std::vector<TextDocument> documents;
  size_t room = kMaxDocumentBytes;
  for (const std::string& file : files) {
    TextDocument document{.source = file == kStandardInput ? "stdin" : file, .text = ""};
    if (file == kStandardInput) {
      FL_RETURN_IF_ERROR(Annotate(ReadAll(in, room, document.text), document.source));
    } else {
      std::ifstream stream(file, std::ios::binary);
      if (!stream) return InvalidArgument("cannot read ", file, ": ", std::strerror(errno));
      FL_RETURN_IF_ERROR(Annotate(ReadAll(stream, room, document.text), document.source));
    }
    room -= document.text.size();
    documents.push_back(std::move(document));
  }
  return documents;
}

std::string DocumentsFingerprint(const std::vector<std::string>& paths) {
  const absl::StatusOr<std::vector<std::string>> files = ListFiles(paths);
  if (!files.ok()) return std::string(files.status().message());
  std::string print;
  for (const std::string& file : *files) {
    struct stat info = {};
    if (stat(file.c_str(), &info) != 0) {
      StrAppend(&print, file, " ", std::strerror(errno), "\n");
      continue;
    }
    StrAppend(&print, file, " ", info.st_ino, " ", info.st_size, " ");
    StrAppend(&print, info.st_mtim.tv_sec, " ", info.st_mtim.tv_nsec, "\n");
  }
  return print;
}

std::vector<ResourceName> DeclaredResources(const std::vector<TextDocument>& documents) {
  std::vector<ResourceName> resources;
  for (const TextDocument& document : documents) {
    try {
      for (const YAML::Node& node : YAML::LoadAll(document.text)) {
        if (!node.IsMap() || !node["kind"] || !node["name"]) continue;
        resources.push_back({.kind = node["kind"].Scalar(), .name = node["name"].Scalar()});
      }
    } catch (const YAML::Exception&) {
      continue;  // The header says why: what cannot be read is left out.
    }
  }
  return resources;
}

}  // namespace fairlead::cli
