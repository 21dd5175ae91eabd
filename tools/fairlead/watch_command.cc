#include "tools/fairlead/watch_command.h"

#include "dataplane/base/status.h"
#include "dataplane/base/strings.h"
#include "tools/fairlead/change_output.h"
#include "tools/fairlead/read_commands.h"
#include "tools/fairlead/yaml_text.h"

namespace fairlead::cli {
namespace {

Json EventJson(const v1::WatchEvent& event) {
  Json json = Json::object();
  switch (event.event_case()) {
    case v1::WatchEvent::kPresent:
      json["event"] = "present";
      json.update(StoredJson(event.present()));
      break;
    case v1::WatchEvent::kSynced:
      json["event"] = "synced";
      break;
    case v1::WatchEvent::kChanged:
      json["event"] = "changed";
      json.update(RevisionJson(event.changed().revision(), /*has_bodies=*/true));
      break;
    default:
      // A newer server's event: scripts skip what they do not know.
      json["event"] = "unknown";
  }
  return json;
}

void PrintChanged(const Context& context, const v1::Revision& revision) {
  std::ostream& out = context.env.out;
  out << context.paint.Bold(StrCat("revision ", revision.number()));
  if (!revision.author().empty()) out << " by " << Printable(revision.author());
  if (!revision.reason().empty()) out << " (" << Printable(revision.reason()) << ")";
  out << ": " << CountOperations(revision.diffs()) << "\n";
  for (const v1::ResourceDiff& diff : revision.diffs()) {
    out << "  " << OperationName(diff) << "  " << Printable(diff.key().kind()) << "/"
        << Printable(diff.key().name()) << "\n";
  }
}

void PrintEvent(const Context& context, const v1::WatchEvent& event) {
  if (context.format == OutputFormat::kJson) {
    context.env.out << JsonLine(EventJson(event));
  } else if (context.format == OutputFormat::kYaml) {
    context.env.out << "---\n" << YamlText(EventJson(event));
  } else if (event.has_present()) {
    const v1::Resource& resource = event.present().resource();
    context.env.out << "present  " << Printable(KindOf(resource)) << "/"
                    << Printable(NameOf(resource)) << "  " << Printable(Summary(resource)) << "\n";
  } else if (event.has_changed()) {
    PrintChanged(context, event.changed().revision());
  } else if (event.event_case() == v1::WatchEvent::kSynced) {
    context.env.out << context.paint.Dim("-- that is all there is; changes follow --") << "\n";
  }
  context.env.out.flush();
}

absl::StatusOr<ExitCode> RunWatch(Context& context) {
  v1::WatchRequest request;
  if (!context.args.words().empty()) {
    FL_ASSIGN_OR_RETURN(*request.mutable_kind(), ParseKind(context.args.words()[0]));
  }
  // A watch lasts until the user ends it, unless a time was asked for.
  const bool has_timeout = context.args.Has("timeout");
  grpc::ClientContext call;
  context.client.Prepare(call,
                         has_timeout ? context.client.options().timeout : absl::InfiniteDuration());
  const auto reader = context.client.stub().Watch(&call, request);
  v1::WatchEvent event;
  while (reader->Read(&event)) {
    PrintEvent(context, event);
    if (context.env.out.fail()) call.TryCancel();
  }
  const grpc::Status status = reader->Finish();
  const bool has_ended_as_asked =
      context.env.out.fail() ||
      (has_timeout && status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED);
  if (status.ok() || has_ended_as_asked) return ExitCode::kOk;
  return context.client.Explain(status);
}

}  // namespace

Command WatchCommand() {
  return {.name = "watch",
          .usage = "[KIND]",
          .summary = "Print resources, then each change as it is accepted",
          .description =
              "Runs until Ctrl-C, or for --timeout and then exits 0. -o json prints one event a\n"
              "line: \"event\" is present, synced or changed.",
          .examples = {"fairlead watch", "fairlead watch routes -o json | jq .event"},
          .words_max = 1,
          .run = RunWatch};
}

}  // namespace fairlead::cli
