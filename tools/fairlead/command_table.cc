// The list of all commands, and the flags they share.

#include "tools/fairlead/apply_commands.h"
#include "tools/fairlead/command.h"
#include "tools/fairlead/help.h"
#include "tools/fairlead/history_commands.h"
#include "tools/fairlead/proxies_command.h"
#include "tools/fairlead/read_commands.h"
#include "tools/fairlead/run/bootstrap.h"
#include "tools/fairlead/run/run_command.h"
#include "tools/fairlead/watch_command.h"

namespace fairlead::cli {

const std::vector<Command>& Commands() {
  static const std::vector<Command>& commands = *new std::vector<Command>{
      RunCommand(),    ApplyCommand(),     DiffCommand(),    ValidateCommand(), GetCommand(),
      DeleteCommand(), HistoryCommand(),   ShowCommand(),    RollbackCommand(), ProxiesCommand(),
      WatchCommand(),  BootstrapCommand(), VersionCommand(), HelpCommand()};
  return commands;
}

const std::vector<Flag>& GlobalFlags() {
  static const std::vector<Flag>& flags = *new std::vector<Flag>{
      {.name = "server",
       .value = "HOST:PORT",
       .help = "management address (default 127.0.0.1:18001; or FAIRLEAD_SERVER)"},
      {.name = "token-file",
       .value = "FILE",
       .help = "file with the bearer token (or the token itself in FAIRLEAD_TOKEN)"},
      {.name = "output",
       .letter = 'o',
       .value = "table|json|yaml",
       .help = "table for people; json and yaml are stable, for scripts"},
      {.name = "timeout", .value = "DURATION", .help = "for each call (default 10s)"},
      {.name = "no-color", .help = "no colours (or NO_COLOR=1)"},
      {.name = "help", .letter = 'h', .help = "explain the command"},
      {.name = "version", .help = "print the version"}};
  return flags;
}

}  // namespace fairlead::cli
