#ifndef FAIRLEAD_TOOLS_FAIRLEAD_COMMAND_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_COMMAND_H_

// What a command is: its words and flags as data, and the function that does it.
//
// command_table.cc lists all of them; command_line.cc parses, calls and turns the result into an
// exit code; help.cc prints them. To add one: declare it beside its function, as the others are,
// and list it.
//
// Thread: main.

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/fairlead/args.h"
#include "tools/fairlead/client.h"
#include "tools/fairlead/environment.h"
#include "tools/fairlead/exit_code.h"
#include "tools/fairlead/resource_json.h"
#include "tools/fairlead/terminal.h"

namespace fairlead::cli {

enum class OutputFormat {
  // Not asked for: a command's form for people.
  kDefault,
  kTable,
  kJson,
  kYaml,
};

// What a command works with: its arguments, the server, the ways to print.
struct Context {
  Environment& env;
  const Args& args;
  Client& client;
  OutputFormat format;
  Paint paint;

  bool is_for_scripts() const {
    return format == OutputFormat::kJson || format == OutputFormat::kYaml;
  }
  // Prints a value in the script's format.
  void Print(const Json& value) const;
  // Prints a table, cut to the terminal's width.
  void Print(const Table& table) const;
};

struct Command {
  std::string name;
  // What stands behind the name: "-f FILE|DIR|-", "KIND NAME".
  std::string usage;
  // One line, for the list of commands.
  std::string summary;
  // Paragraphs, for the command's own help.
  std::string description;
  // Each a line to try, perhaps with a comment.
  std::vector<std::string> examples;
  std::vector<Flag> flags;
  // Words it takes.
  size_t words_min = 0;
  size_t words_max = 0;
  std::function<absl::StatusOr<ExitCode>(Context&)> run;
};

// All commands in the order of the help.
const std::vector<Command>& Commands();

// Flags that every command takes.
const std::vector<Flag>& GlobalFlags();

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_COMMAND_H_
