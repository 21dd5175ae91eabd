#include "tools/fairlead/read_commands.h"

#include <array>

#include "absl/strings/ascii.h"
#include "dataplane/base/status.h"
#include "dataplane/base/strings.h"
#include "tools/fairlead/change_output.h"
#include "tools/fairlead/yaml_text.h"

namespace fairlead::cli {
namespace {

// Each kind, its plural, and a short form.
constexpr std::array<std::array<std::string_view, 4>, 4> kKinds = {{
    {"Listener", "listener", "listeners", "ls"},
    {"Route", "route", "routes", "rt"},
    {"Service", "service", "services", "svc"},
    {"Policy", "policy", "policies", "pol"},
}};

absl::StatusOr<v1::ResourceKey> ParseKey(const Args& args) {
  v1::ResourceKey key;
  FL_ASSIGN_OR_RETURN(const std::string kind, ParseKind(args.words()[0]));
  key.set_kind(kind);
  key.set_name(args.words()[1]);
  return key;
}

// YAML that can be applied again; what is no part of the resource stands in a comment.
std::string AppliableYaml(const v1::StoredResource& stored) {
  return StrCat("# revision ", stored.revision(), ", etag ", Printable(stored.etag()), "\n",
                YamlText(ResourceJson(stored.resource())));
}

void AddRow(Table& table, const v1::StoredResource& stored) {
  table.AddRow({KindOf(stored.resource()), NameOf(stored.resource()), StrCat(stored.revision()),
                Summary(stored.resource())});
}

absl::StatusOr<ExitCode> GetOne(Context& context) {
  v1::GetRequest request;
  FL_ASSIGN_OR_RETURN(*request.mutable_key(), ParseKey(context.args));
  FL_ASSIGN_OR_RETURN(const v1::StoredResource stored,
                      context.client.Call(&Client::Stub::Get, request));
  if (context.format == OutputFormat::kJson) {
    context.Print(StoredJson(stored));
  } else if (context.format == OutputFormat::kTable) {
    Table table({"KIND", "NAME", "REVISION", "SUMMARY"});
    AddRow(table, stored);
    context.Print(table);
  } else {
    context.env.out << AppliableYaml(stored);
  }
  return ExitCode::kOk;
}

void PrintList(const Context& context, const v1::ListResponse& response) {
  if (context.format == OutputFormat::kJson) {
    Json json = Json::object();
    json["revision"] = response.revision();
    json["resources"] = Json::array();
    for (const v1::StoredResource& stored : response.resources()) {
      json["resources"].push_back(StoredJson(stored));
    }
    context.Print(json);
    return;
  }
  if (context.format == OutputFormat::kYaml) {
    for (const v1::StoredResource& stored : response.resources()) {
      context.env.out << "---\n" << AppliableYaml(stored);
    }
    return;
  }
  if (response.resources().empty()) {
    context.env.out << "nothing is stored; fairlead apply -f FILE adds resources\n";
    return;
  }
  Table table({"KIND", "NAME", "REVISION", "SUMMARY"});
  for (const v1::StoredResource& stored : response.resources()) AddRow(table, stored);
  context.Print(table);
}

absl::StatusOr<ExitCode> RunGet(Context& context) {
  const std::vector<std::string>& words = context.args.words();
  if (words.size() == 2) return GetOne(context);
  v1::ListRequest request;
  if (!words.empty()) {
    FL_ASSIGN_OR_RETURN(*request.mutable_kind(), ParseKind(words[0]));
  }
  FL_ASSIGN_OR_RETURN(const v1::ListResponse response,
                      context.client.Call(&Client::Stub::List, request));
  PrintList(context, response);
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> RunDelete(Context& context) {
  v1::DeleteRequest request;
  FL_ASSIGN_OR_RETURN(*request.mutable_key(), ParseKey(context.args));
  request.set_etag(context.args.GetOr("etag", ""));
  *request.mutable_info() = ReadChangeInfo(context.args, context.env);
  FL_ASSIGN_OR_RETURN(const v1::ChangeResponse response,
                      context.client.Call(&Client::Stub::Delete, request));
  PrintChange(context, response, {.is_dry_run = request.info().dry_run()});
  return ExitCode::kOk;
}

}  // namespace

absl::StatusOr<std::string> ParseKind(std::string_view text) {
  const std::string lower = absl::AsciiStrToLower(ToAbsl(text));
  for (const auto& forms : kKinds) {
    for (std::string_view form : forms) {
      if (lower == form) return std::string(forms[0]);
    }
  }
  return UsageError(
      StrCat("unknown kind '", Printable(text), "'; kinds: listener, route, service, policy"));
}

Command GetCommand() {
  return {
      .name = "get",
      .usage = "[KIND [NAME]]",
      .summary = "List resources, or print one",
      .description =
          "KIND is listener, route, service or policy, in singular or plural. One resource is\n"
          "printed as YAML. What -o yaml prints can be changed and applied again; -o json adds\n"
          "etag and revision.",
      .examples = {"fairlead get", "fairlead get routes", "fairlead get service shop",
                   "fairlead get -o json | jq '.resources[].resource.name'"},
      .words_max = 2,
      .run = RunGet};
}

Command DeleteCommand() {
  std::vector<Flag> flags = ChangeFlags();
  flags.push_back({.name = "etag", .value = "ETAG", .help = "only if it still has this etag"});
  return {.name = "delete",
          .usage = "KIND NAME [--dry-run] [--etag ETAG]",
          .summary = "Delete one resource",
          .description = "Refused while another resource refers to it.",
          .examples = {"fairlead delete route shop --reason 'shop is closed'"},
          .flags = std::move(flags),
          .words_min = 2,
          .words_max = 2,
          .run = RunDelete};
}

}  // namespace fairlead::cli
