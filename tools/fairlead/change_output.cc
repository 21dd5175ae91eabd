#include "tools/fairlead/change_output.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_join.h"
#include "dataplane/base/strings.h"

namespace fairlead::cli {
namespace {

constexpr char kUnchanged[] = "unchanged";

struct Line {
  std::string operation;
  ResourceName resource;
};

// What was sent in its order, then what changed besides (pruned resources).
std::vector<Line> LinesOf(const v1::ChangeResponse& response, const ChangeOutput& output) {
  std::map<std::pair<std::string, std::string>, std::string> operations;
  for (const v1::ResourceDiff& diff : response.diffs()) {
    operations[{diff.key().kind(), diff.key().name()}] = OperationName(diff);
  }
  std::vector<Line> lines;
  for (const ResourceName& resource : output.sent) {
    const auto found = operations.find({resource.kind, resource.name});
    lines.push_back({found == operations.end() ? kUnchanged : found->second, resource});
    if (found != operations.end()) operations.erase(found);
  }
  for (const auto& [key, operation] : operations) {
    lines.push_back({operation, {.kind = key.first, .name = key.second}});
  }
  return lines;
}

std::string PaintOperation(const Paint& paint, const std::string& operation) {
  std::string padded = operation;
  padded.resize(std::max<size_t>(padded.size(), sizeof(kUnchanged) - 1), ' ');
  if (operation == "created") return paint.Green(padded);
  if (operation == "updated") return paint.Yellow(padded);
  if (operation == "deleted") return paint.Red(padded);
  return paint.Dim(padded);
}

void PrintWarnings(const Context& context, const v1::ChangeResponse& response) {
  for (const std::string& warning : response.warnings()) {
    context.env.err << "warning: " << Printable(warning) << "\n";
  }
}

Json ChangeJson(const v1::ChangeResponse& response, const std::vector<Line>& lines,
                bool is_dry_run) {
  Json json = Json::object();
  json["revision"] = response.revision();
  json["dryRun"] = is_dry_run;
  json["changes"] = Json::array();
  for (const Line& line : lines) {
    Json item = Json::object();
    item["kind"] = line.resource.kind;
    item["name"] = line.resource.name;
    item["operation"] = line.operation;
    json["changes"].push_back(std::move(item));
  }
  json["warnings"] = Json::array();
  for (const std::string& warning : response.warnings()) json["warnings"].push_back(warning);
  return json;
}

}  // namespace

std::vector<Flag> ChangeFlags() {
  return {{.name = "dry-run", .help = "check everything, change nothing"},
          {.name = "author",
           .value = "NAME",
           .help = "who changes it (default: FAIRLEAD_AUTHOR, USER)"},
          {.name = "reason", .value = "TEXT", .help = "why; kept with the revision"}};
}

v1::ChangeInfo ReadChangeInfo(const Args& args, const Environment& env) {
  const std::string user = env.variable("USER").value_or("");
  v1::ChangeInfo info;
  info.set_author(args.GetOr("author", env.variable("FAIRLEAD_AUTHOR").value_or(user)));
  info.set_reason(args.GetOr("reason", ""));
  info.set_dry_run(args.Has("dry-run"));
  return info;
}

std::string CountOperations(const google::protobuf::RepeatedPtrField<v1::ResourceDiff>& diffs) {
  std::map<std::string, int> counts;
  for (const v1::ResourceDiff& diff : diffs) ++counts[OperationName(diff)];
  if (counts.empty()) return "nothing changed";
  return absl::StrJoin(counts, ", ", [](std::string* out, const auto& item) {
    StrAppend(out, item.second, " ", item.first);
  });
}

void PrintChange(const Context& context, const v1::ChangeResponse& response,
                 const ChangeOutput& output) {
  PrintWarnings(context, response);
  const std::vector<Line> lines = LinesOf(response, output);
  if (context.is_for_scripts()) {
    context.Print(ChangeJson(response, lines, output.is_dry_run));
    return;
  }
  std::ostream& out = context.env.out;
  for (const Line& line : lines) {
    out << PaintOperation(context.paint, line.operation) << "  " << Printable(line.resource.kind)
        << "/" << Printable(line.resource.name) << "\n";
  }
  const std::string counts = CountOperations(response.diffs());
  if (output.is_dry_run) {
    out << "dry run: "
        << (response.diffs().empty() ? "nothing would change" : StrCat("would be ", counts))
        << "; revision " << response.revision() << " stays\n";
  } else {
    out << "revision " << response.revision() << ": " << counts << "\n";
  }
}

void PrintDiffs(const Context& context, const v1::ChangeResponse& response) {
  PrintWarnings(context, response);
  if (context.is_for_scripts()) {
    Json json = Json::object();
    json["revision"] = response.revision();
    json["changes"] = Json::array();
    for (const v1::ResourceDiff& diff : response.diffs()) {
      json["changes"].push_back(DiffJson(diff, /*has_bodies=*/true));
    }
    context.Print(json);
    return;
  }
  for (const v1::ResourceDiff& diff : response.diffs()) {
    context.env.out << context.paint.Bold(StrCat(OperationName(diff), " ",
                                                 Printable(diff.key().kind()), "/",
                                                 Printable(diff.key().name())))
                    << "\n"
                    << ColouredDiff(diff.text(), context.paint);
  }
  context.env.out << (response.diffs().empty()
                          ? StrCat("no difference to revision ", response.revision())
                          : CountOperations(response.diffs()))
                  << "\n";
}

}  // namespace fairlead::cli
