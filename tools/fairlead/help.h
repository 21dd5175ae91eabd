#ifndef FAIRLEAD_TOOLS_FAIRLEAD_HELP_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_HELP_H_

// The texts of `fairlead help` and of each command's --help, made from the command table.
// Thread: any.

#include <string>

#include "tools/fairlead/command.h"

namespace fairlead::cli {

std::string OverviewHelp();
std::string CommandHelp(const Command& command);

// Prints the version; kOk.
ExitCode PrintVersion(Environment& env);

// The commands `help` and `version`.
Command HelpCommand();
Command VersionCommand();

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_HELP_H_
