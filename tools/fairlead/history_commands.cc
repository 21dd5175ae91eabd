#include "tools/fairlead/history_commands.h"

#include <google/protobuf/util/time_util.h>

#include "dataplane/base/status.h"
#include "dataplane/base/strings.h"
#include "tools/fairlead/change_output.h"
#include "tools/fairlead/yaml_text.h"

namespace fairlead::cli {
namespace {

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

absl::StatusOr<ExitCode> RunHistory(Context& context) {
  v1::ListRevisionsRequest request;
  FL_ASSIGN_OR_RETURN(const int64_t limit,
                      ParseNumber("--limit", context.args.GetOr("limit", "20"), 1, 1000));
  FL_ASSIGN_OR_RETURN(const int64_t before,
                      ParseNumber("--before", context.args.GetOr("before", "0"), 0, INT64_MAX));
  request.set_limit(static_cast<int32_t>(limit));
  request.set_before(before);
  FL_ASSIGN_OR_RETURN(const v1::ListRevisionsResponse response,
                      context.client.Call(&Client::Stub::ListRevisions, request));
  if (context.is_for_scripts()) {
    Json json = Json::object();
    json["revisions"] = Json::array();
    for (const v1::Revision& revision : response.revisions()) {
      json["revisions"].push_back(RevisionJson(revision, /*has_bodies=*/false));
    }
    context.Print(json);
    return ExitCode::kOk;
  }
  Table table({"REVISION", "AGE", "AUTHOR", "CHANGES", "REASON"});
  for (const v1::Revision& revision : response.revisions()) {
    table.AddRow({StrCat(revision.number()),
                  RelativeTime(TimeOf(revision.time()), context.env.now()), revision.author(),
                  CountOperations(revision.diffs()), revision.reason()});
  }
  context.Print(table);
  return ExitCode::kOk;
}

// Number, time, author and reason; then the diffs.
void PrintRevision(const Context& context, const v1::Revision& revision) {
  std::ostream& out = context.env.out;
  out << context.paint.Bold(StrCat("revision ", revision.number())) << "\n";
  if (revision.has_time()) {
    out << "time:    " << google::protobuf::util::TimeUtil::ToString(revision.time()) << " ("
        << RelativeTime(TimeOf(revision.time()), context.env.now()) << ")\n";
  }
  if (!revision.author().empty()) out << "author:  " << Printable(revision.author()) << "\n";
  if (!revision.reason().empty()) out << "reason:  " << Printable(revision.reason()) << "\n";
  out << "changes: " << CountOperations(revision.diffs()) << "\n";
  for (const v1::ResourceDiff& diff : revision.diffs()) {
    out << "\n"
        << context.paint.Bold(StrCat(OperationName(diff), " ", Printable(diff.key().kind()), "/",
                                     Printable(diff.key().name())))
        << "\n"
        << ColouredDiff(diff.text(), context.paint);
  }
}

absl::StatusOr<ExitCode> RunShow(Context& context) {
  v1::GetRevisionRequest request;
  FL_ASSIGN_OR_RETURN(const int64_t number,
                      ParseNumber("revision", context.args.words()[0], 1, INT64_MAX));
  request.set_number(number);
  FL_ASSIGN_OR_RETURN(const v1::Revision revision,
                      context.client.Call(&Client::Stub::GetRevision, request));
  if (context.args.Has("resources")) {
    for (const v1::StoredResource& stored : revision.resources()) {
      context.env.out << "---\n" << YamlText(ResourceJson(stored.resource()));
    }
  } else if (context.is_for_scripts()) {
    context.Print(RevisionJson(revision, /*has_bodies=*/true));
  } else {
    PrintRevision(context, revision);
  }
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> RunRollback(Context& context) {
  v1::RollbackRequest request;
  FL_ASSIGN_OR_RETURN(const int64_t number,
                      ParseNumber("revision", context.args.words()[0], 1, INT64_MAX));
  request.set_number(number);
  *request.mutable_info() = ReadChangeInfo(context.args, context.env);
  FL_ASSIGN_OR_RETURN(const v1::ChangeResponse response,
                      context.client.Call(&Client::Stub::Rollback, request));
  PrintChange(context, response, {.is_dry_run = request.info().dry_run()});
  return ExitCode::kOk;
}

}  // namespace

Command HistoryCommand() {
  return {.name = "history",
          .usage = "[--limit N] [--before REVISION]",
          .summary = "List revisions, newest first",
          .examples = {"fairlead history", "fairlead history --limit 100 -o json"},
          .flags = {{.name = "limit",
                     .value = "N",
                     .help = "at most this many (default 20, up to 1000)"},
                    {.name = "before", .value = "REVISION", .help = "only older ones than this"}},
          .run = RunHistory};
}

Command ShowCommand() {
  return {
      .name = "show",
      .usage = "REVISION [--resources]",
      .summary = "Show a revision: who, when, why, and what it changed",
      .examples = {"fairlead show 7", "fairlead show 7 --resources > state-7.yaml"},
      .flags = {{.name = "resources", .help = "print the whole state at that revision as YAML"}},
      .words_min = 1,
      .words_max = 1,
      .run = RunShow};
}

Command RollbackCommand() {
  return {.name = "rollback",
          .usage = "REVISION [--dry-run] [--author NAME] [--reason TEXT]",
          .summary = "Make the state of an old revision the newest one",
          .description = "History is kept: the old state becomes a new revision.",
          .examples = {"fairlead rollback 6 --reason '7 broke the cart'",
                       "fairlead diff 6          # first see what it would undo"},
          .flags = ChangeFlags(),
          .words_min = 1,
          .words_max = 1,
          .run = RunRollback};
}

}  // namespace fairlead::cli
