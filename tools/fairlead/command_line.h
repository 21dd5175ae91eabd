#ifndef FAIRLEAD_TOOLS_FAIRLEAD_COMMAND_LINE_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_COMMAND_LINE_H_

// The program without its process: words in, exit code out.
// Thread: main.

#include <string>
#include <vector>

#include "tools/fairlead/environment.h"
#include "tools/fairlead/exit_code.h"

namespace fairlead::cli {

// Runs the command that `words` (without the program's name) ask for. Errors are printed to
// env.err.
ExitCode RunCommandLine(const std::vector<std::string>& words, Environment& env);

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_COMMAND_LINE_H_
