#include "tools/fairlead/help.h"

#include <algorithm>

#include "dataplane/base/strings.h"
#include "tools/fairlead/version.h"

namespace fairlead::cli {
namespace {

constexpr char kExitCodes[] = R"(
Exit codes:
  0  done                              5  conflict: it changed meanwhile (etag)
  1  diff: something would change      6  server not reached, or no answer in time
  2  the command line is wrong         7  token missing or refused
  3  input is wrong, or was refused    8  a child process of run failed
  4  not found
)";

// Lines of two columns, the second aligned.
std::string TwoColumns(const std::vector<std::pair<std::string, std::string>>& rows) {
  size_t width = 0;
  for (const auto& [left, right] : rows) width = std::max(width, left.size());
  std::string out;
  for (const auto& [left, right] : rows) {
    StrAppend(&out, "  ", left, std::string(width - left.size() + 2, ' '), right, "\n");
  }
  return out;
}

std::string FlagLines(const std::vector<Flag>& flags) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Flag& flag : flags) {
    std::string left = flag.letter == 0 ? "    " : StrCat("-", std::string(1, flag.letter), ", ");
    StrAppend(&left, "--", flag.name, flag.value.empty() ? "" : " ", flag.value);
    rows.emplace_back(std::move(left), flag.help);
  }
  return TwoColumns(rows);
}

absl::StatusOr<ExitCode> RunHelp(Context& context) {
  if (context.args.words().empty()) {
    context.env.out << OverviewHelp();
    return ExitCode::kOk;
  }
  const std::string& name = context.args.words().front();
  for (const Command& command : Commands()) {
    if (command.name != name) continue;
    context.env.out << CommandHelp(command);
    return ExitCode::kOk;
  }
  return UsageError(StrCat("no command '", Printable(name), "'"));
}

}  // namespace

std::string OverviewHelp() {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Command& command : Commands()) rows.emplace_back(command.name, command.summary);
  return StrCat(
      "fairlead: the command line of the Fairlead API gateway\n\n"
      "Usage: fairlead COMMAND [FLAGS]\n\nCommands:\n",
      TwoColumns(rows), "\nFlags of every command:\n", FlagLines(GlobalFlags()), kExitCodes,
      "\nStart here:\n"
      "  fairlead run -f gateway.yaml     # control plane and proxy, until Ctrl-C\n"
      "  fairlead COMMAND --help          # with examples\n");
}

std::string CommandHelp(const Command& command) {
  std::string out = StrCat("fairlead ", command.name, ": ", command.summary, "\n\nUsage: fairlead ",
                           command.name, command.usage.empty() ? "" : " ", command.usage, "\n");
  if (!command.description.empty()) StrAppend(&out, "\n", command.description, "\n");
  if (!command.flags.empty()) StrAppend(&out, "\nFlags:\n", FlagLines(command.flags));
  StrAppend(&out, "\nFlags of every command:\n", FlagLines(GlobalFlags()));
  if (!command.examples.empty()) StrAppend(&out, "\nExamples:\n");
  for (const std::string& example : command.examples) StrAppend(&out, "  ", example, "\n");
  return out;
}

ExitCode PrintVersion(Environment& env) {
  env.out << "fairlead " << kVersion << "\n";
  return ExitCode::kOk;
}

Command HelpCommand() {
  return {.name = "help",
          .usage = "[COMMAND]",
          .summary = "Explain all commands, or one",
          .examples = {"fairlead help apply"},
          .words_max = 1,
          .run = RunHelp};
}

Command VersionCommand() {
  return {.name = "version",
          .summary = "Print the version of this program",
          .examples = {"fairlead version"},
          .run = [](Context& context) -> absl::StatusOr<ExitCode> {
            return PrintVersion(context.env);
          }};
}

}  // namespace fairlead::cli
