#include "controlplane/model/problem.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "fairlead/v1/management.pb.h"

namespace fairlead::control::model {
namespace {

constexpr char kPayloadUrl[] = "type.googleapis.com/fairlead.v1.ProblemList";
constexpr size_t kShownMax = 60;

}  // namespace

std::string Problem::ToString() const {
  std::string text;
  if (!source.empty() || line > 0) {
    absl::StrAppend(&text, source.empty() ? "line " : source, source.empty() ? "" : ":", line);
    if (document > 1) absl::StrAppend(&text, " (document ", document, ")");
    absl::StrAppend(&text, ": ");
  }
  if (key.has_value()) absl::StrAppend(&text, key->ToString(), ": ");
  if (!field.empty()) absl::StrAppend(&text, field, ": ");
  return absl::StrCat(text, message);
}

const SourceMap::Location* SourceMap::Add(const ResourceKey& key, Location location) {
  auto [it, is_new] = locations_.try_emplace(key, std::move(location));
  return is_new ? nullptr : &it->second;
}

void SourceMap::Rename(const ResourceKey& from, const ResourceKey& to) {
  auto node = locations_.extract(from);
  if (node.empty()) return;
  node.key() = to;
  locations_.insert(std::move(node));
}

void SourceMap::Locate(Problem& problem) const {
  if (problem.line > 0 || !problem.key.has_value()) return;
  auto it = locations_.find(*problem.key);
  if (it == locations_.end()) return;
  const Location& location = it->second;
  problem.source = location.source;
  problem.document = location.document;
  problem.line = location.line;
  absl::string_view path = problem.field;
  while (!path.empty()) {
    if (auto line = location.lines.find(path); line != location.lines.end()) {
      problem.line = line->second;
      return;
    }
    size_t end = path.find_last_of(".[");
    path = path.substr(0, end == absl::string_view::npos ? 0 : end);
  }
}

void Problems::Add(Problem problem) {
  ++total_;
  if (!full()) problems_.push_back(std::move(problem));
}

void Problems::Add(const ResourceKey& key, std::string field, std::string message) {
  Problem problem;
  problem.key = key;
  problem.field = std::move(field);
  problem.message = std::move(message);
  Add(std::move(problem));
}

void Problems::Locate(const SourceMap& sources) {
  for (Problem& problem : problems_) sources.Locate(problem);
  // As one reads the documents.
  std::sort(problems_.begin(), problems_.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.source, a.line, a.field) < std::tie(b.source, b.line, b.field);
  });
}

absl::Status Problems::ToStatus(absl::StatusCode code) const {
  std::string text;
  fairlead::v1::ProblemList list;
  list.set_total(static_cast<int>(total_));
  for (const Problem& problem : problems_) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", problem.ToString());
    fairlead::v1::Problem& out = *list.add_problems();
    out.set_source(problem.source);
    out.set_document(problem.document);
    out.set_line(problem.line);
    if (problem.key.has_value()) {
      out.mutable_key()->set_kind(std::string(KindName(problem.key->kind)));
      out.mutable_key()->set_name(problem.key->name);
    }
    out.set_field(problem.field);
    out.set_message(problem.message);
  }
  if (total_ > problems_.size()) {
    absl::StrAppend(&text, "\n... and ", total_ - problems_.size(), " more");
  }
  absl::Status status(code, text);
  std::string bytes = list.SerializeAsString();
  status.SetPayload(kPayloadUrl, absl::Cord(absl::string_view(bytes)));
  return status;
}

fairlead::v1::ProblemList ProblemsOf(const absl::Status& status) {
  fairlead::v1::ProblemList list;
  if (auto payload = status.GetPayload(kPayloadUrl)) list.ParseFromString(std::string(*payload));
  return list;
}

std::string Shown(absl::string_view value) {
  bool is_cut = value.size() > kShownMax;
  return absl::StrCat("\"", absl::CHexEscape(value.substr(0, kShownMax)), is_cut ? "...\"" : "\"");
}

}  // namespace fairlead::control::model
