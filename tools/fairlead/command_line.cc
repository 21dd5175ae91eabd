#include "tools/fairlead/command_line.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "dataplane/base/status.h"
#include "dataplane/base/strings.h"
#include "tools/fairlead/client.h"
#include "tools/fairlead/command.h"
#include "tools/fairlead/help.h"
#include "tools/fairlead/yaml_text.h"

namespace fairlead::cli {
namespace {

constexpr size_t kMaxTokenBytes = 64 << 10;

absl::StatusOr<const Command*> FindCommand(const std::string& name) {
  std::vector<std::string> names;
  for (const Command& command : Commands()) {
    if (command.name == name) return &command;
    names.push_back(command.name);
  }
  const std::string nearest = Nearest(name, names);
  return UsageError(StrCat("unknown command '", Printable(name), "'",
                           nearest.empty() ? StrCat("; commands: ", absl::StrJoin(names, ", "))
                                           : StrCat("; did you mean '", nearest, "'?")));
}

absl::StatusOr<OutputFormat> ParseFormat(const std::optional<std::string>& text) {
  if (!text) return OutputFormat::kDefault;
  if (*text == "table") return OutputFormat::kTable;
  if (*text == "json") return OutputFormat::kJson;
  if (*text == "yaml") return OutputFormat::kYaml;
  return UsageError(StrCat("-o '", *text, "' is none of table, json, yaml"));
}

// The token of --token-file or of the environment; empty without either.
absl::StatusOr<std::string> ReadToken(const Args& args, const Environment& env) {
  const std::optional<std::string> file = args.Get("token-file");
  std::string token = env.variable("FAIRLEAD_TOKEN").value_or("");
  if (file) {
    std::ifstream stream(*file, std::ios::binary);
    if (!stream) return InvalidArgument("cannot read --token-file ", *file, ": ", strerror(errno));
    // The control plane's token file has one token a line: the first is ours.
    token.assign(kMaxTokenBytes, '\0');
    stream.read(token.data(), static_cast<std::streamsize>(token.size()));
    token.resize(static_cast<size_t>(stream.gcount()));
    const std::string_view text = ToStd(absl::StripAsciiWhitespace(token));
    token = std::string(text.substr(0, text.find_first_of("\r\n")));
    if (token.empty()) return InvalidArgument("--token-file ", *file, " is empty");
  }
  const bool is_clean = std::all_of(token.begin(), token.end(), absl::ascii_isgraph);
  if (!is_clean) {
    return InvalidArgument("the token of ", file.value_or("FAIRLEAD_TOKEN"),
                           " holds characters that a token cannot have (only visible ASCII)");
  }
  return token;
}

absl::StatusOr<Client::Options> ReadClientOptions(const Args& args, const Environment& env) {
  Client::Options options;
  const std::string otherwise =
      env.variable("FAIRLEAD_SERVER").value_or(std::string(kDefaultServer));
  options.server = args.GetOr("server", otherwise);
  FL_RETURN_IF_ERROR(
      CheckAddress(args.Has("server") ? "--server" : "FAIRLEAD_SERVER", options.server));
  FL_ASSIGN_OR_RETURN(options.token, ReadToken(args, env));
  FL_ASSIGN_OR_RETURN(options.timeout, args.GetDuration("timeout", options.timeout));
  return options;
}

bool WantsColours(const Args& args, const Environment& env) {
  if (!env.out_is_terminal || args.Has("no-color")) return false;
  return !env.variable("NO_COLOR") && env.variable("TERM").value_or("") != "dumb";
}

absl::Status CheckWords(const Command& command, const Args& args) {
  const size_t count = args.words().size();
  if (count >= command.words_min && count <= command.words_max) return absl::OkStatus();
  const std::string problem =
      count < command.words_min
          ? "something is missing"
          : StrCat("unexpected '", Printable(args.words()[command.words_max]), "'");
  return UsageError(StrCat(problem, "; usage: fairlead ", command.name, " ", command.usage));
}

// Parses the flags before the command, the command and its own flags, and runs it.
absl::StatusOr<ExitCode> Run(const std::vector<std::string>& words, Environment& env) {
  FL_ASSIGN_OR_RETURN(const Args before, Args::Parse(words, GlobalFlags(), /*stops_at_word=*/true));
  if (before.words().empty()) {
    if (before.Has("version")) return PrintVersion(env);
    if (!before.Has("help")) return UsageError("no command given; fairlead help lists them");
    env.out << OverviewHelp();
    return ExitCode::kOk;
  }
  FL_ASSIGN_OR_RETURN(const Command* command, FindCommand(before.words().front()));
  std::vector<Flag> flags = GlobalFlags();
  flags.insert(flags.end(), command->flags.begin(), command->flags.end());
  FL_ASSIGN_OR_RETURN(Args args,
                      Args::Parse({before.words().begin() + 1, before.words().end()}, flags));
  args.AddEarlier(before);
  if (args.Has("help")) {
    env.out << CommandHelp(*command);
    return ExitCode::kOk;
  }
  if (absl::Status status = CheckWords(*command, args); !status.ok()) return status;
  FL_ASSIGN_OR_RETURN(Client::Options options, ReadClientOptions(args, env));
  FL_ASSIGN_OR_RETURN(const OutputFormat format, ParseFormat(args.Get("output")));
  Client client(std::move(options));
  Context context{.env = env,
                  .args = args,
                  .client = client,
                  .format = format,
                  .paint = Paint(WantsColours(args, env))};
  return command->run(context);
}

}  // namespace

void Context::Print(const Json& value) const {
  env.out << (format == OutputFormat::kYaml ? YamlText(value) : JsonText(value));
}

void Context::Print(const Table& table) const { env.out << table.Render(env.columns, paint); }

ExitCode RunCommandLine(const std::vector<std::string>& words, Environment& env) {
  const absl::StatusOr<ExitCode> result = Run(words, env);
  env.out.flush();
  if (result.ok()) return *result;
  const ExitCode code = ExitCodeOf(result.status());
  env.err << "fairlead: " << result.status().message() << "\n";
  if (code == ExitCode::kUsage) env.err << "Try: fairlead help\n";
  env.err.flush();
  return code;
}

}  // namespace fairlead::cli
