#include "tools/fairlead/apply_commands.h"

#include "dataplane/base/status.h"
#include "dataplane/base/strings.h"
#include "tools/fairlead/change_output.h"
#include "tools/fairlead/documents.h"

namespace fairlead::cli {
namespace {

Flag FileFlag() {
  return {.name = "file",
          .letter = 'f',
          .value = "FILE|DIR|-",
          .help = "YAML or JSON documents; a folder's *.yaml, *.yml, *.json; - is stdin",
          .is_repeated = true};
}

Flag PruneFlag() {
  return {.name = "prune", .help = "also delete what is stored and not in these documents"};
}

absl::StatusOr<std::vector<TextDocument>> ReadFileFlags(const Context& context) {
  const std::vector<std::string>& paths = context.args.GetAll("file");
  if (paths.empty()) return UsageError("no documents given; add -f FILE, -f DIR or -f -");
  return ReadDocuments(paths, context.env.in);
}

absl::StatusOr<v1::ChangeResponse> Apply(Context& context,
                                         const std::vector<TextDocument>& documents,
                                         bool is_dry_run) {
  v1::ApplyRequest request;
  for (const TextDocument& document : documents) {
    v1::Document& sent = *request.add_documents();
    sent.set_source(document.source);
    sent.set_text(document.text);
  }
  *request.mutable_info() = ReadChangeInfo(context.args, context.env);
  request.mutable_info()->set_dry_run(is_dry_run);
  request.set_prune(context.args.Has("prune"));
  return context.client.Call(&Client::Stub::Apply, request);
}

absl::StatusOr<ExitCode> RunApply(Context& context) {
  FL_ASSIGN_OR_RETURN(const std::vector<TextDocument> documents, ReadFileFlags(context));
  const bool is_dry_run = context.args.Has("dry-run");
  FL_ASSIGN_OR_RETURN(const v1::ChangeResponse response, Apply(context, documents, is_dry_run));
  PrintChange(context, response, {.is_dry_run = is_dry_run, .sent = DeclaredResources(documents)});
  return ExitCode::kOk;
}

// The difference between two stored revisions.
absl::StatusOr<v1::ChangeResponse> DiffRevisions(Context& context) {
  const std::vector<std::string>& words = context.args.words();
  v1::DiffRevisionsRequest request;
  FL_ASSIGN_OR_RETURN(const int64_t from, ParseNumber("revision", words[0], 0, INT64_MAX));
  request.set_from(from);
  if (words.size() > 1) {
    FL_ASSIGN_OR_RETURN(const int64_t to, ParseNumber("revision", words[1], 0, INT64_MAX));
    request.set_to(to);
  }
  return context.client.Call(&Client::Stub::DiffRevisions, request);
}

absl::StatusOr<ExitCode> RunDiff(Context& context) {
  const bool is_between_revisions = !context.args.words().empty();
  if (is_between_revisions && context.args.Has("file")) {
    return UsageError("diff compares either documents (-f) or revisions (FROM [TO]), not both");
  }
  v1::ChangeResponse response;
  if (is_between_revisions) {
    FL_ASSIGN_OR_RETURN(response, DiffRevisions(context));
  } else {
    FL_ASSIGN_OR_RETURN(const std::vector<TextDocument> documents, ReadFileFlags(context));
    FL_ASSIGN_OR_RETURN(response, Apply(context, documents, /*is_dry_run=*/true));
  }
  PrintDiffs(context, response);
  return response.diffs().empty() ? ExitCode::kOk : ExitCode::kDifference;
}

absl::StatusOr<ExitCode> RunValidate(Context& context) {
  FL_ASSIGN_OR_RETURN(const std::vector<TextDocument> documents, ReadFileFlags(context));
  FL_ASSIGN_OR_RETURN(const v1::ChangeResponse response,
                      Apply(context, documents, /*is_dry_run=*/true));
  const std::vector<ResourceName> declared = DeclaredResources(documents);
  if (context.is_for_scripts()) {
    PrintChange(context, response, {.is_dry_run = true, .sent = declared});
    return ExitCode::kOk;
  }
  for (const std::string& warning : response.warnings()) {
    context.env.err << "warning: " << Printable(warning) << "\n";
  }
  context.env.out << "valid: " << Count(declared.size(), "resource", "resources") << " in "
                  << Count(documents.size(), "file", "files") << "\n";
  return ExitCode::kOk;
}

}  // namespace

Command ApplyCommand() {
  std::vector<Flag> flags = {FileFlag(), PruneFlag()};
  for (Flag& flag : ChangeFlags()) flags.push_back(std::move(flag));
  return {.name = "apply",
          .usage = "-f FILE|DIR|- [--dry-run] [--prune] [--author NAME] [--reason TEXT]",
          .summary = "Create or replace the resources of documents, all or nothing",
          .description =
              "The whole set becomes one new revision, or, if anything in it is wrong, nothing\n"
              "changes. Applying the same documents again changes nothing.",
          .examples = {"fairlead apply -f gateway.yaml",
                       "fairlead apply -f conf.d --prune --reason 'shop v2'",
                       "fairlead get -o yaml | sed s/v1/v2/ | fairlead apply -f -"},
          .flags = std::move(flags),
          .run = RunApply};
}

Command DiffCommand() {
  return {.name = "diff",
          .usage = "-f FILE|DIR|- [--prune]  |  FROM [TO]",
          .summary = "Show what apply would change, or what changed between revisions",
          .description =
              "Exits 1 when there is a difference, like diff. TO is the newest revision "
              "when left out.",
          .examples = {"fairlead diff -f gateway.yaml", "fairlead diff -f conf.d --prune",
                       "fairlead diff 3 7"},
          .flags = {FileFlag(), PruneFlag()},
          .words_max = 2,
          .run = RunDiff};
}

Command ValidateCommand() {
  return {.name = "validate",
          .usage = "-f FILE|DIR|-",
          .summary = "Check documents against what is stored; change nothing",
          .description =
              "The control plane checks them as apply would: fields, references, "
              "translation.",
          .examples = {"fairlead validate -f gateway.yaml"},
          .flags = {FileFlag(), PruneFlag()},
          .run = RunValidate};
}

}  // namespace fairlead::cli
