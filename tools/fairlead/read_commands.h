#ifndef FAIRLEAD_TOOLS_FAIRLEAD_READ_COMMANDS_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_READ_COMMANDS_H_

// The commands on single resources: `get` reads them, `delete` removes one.
// Thread: main.

#include "tools/fairlead/command.h"

namespace fairlead::cli {

Command GetCommand();
Command DeleteCommand();

// "Listener", "Route", "Service" or "Policy" of what people write ("routes", "svc"); usage error
// otherwise.
absl::StatusOr<std::string> ParseKind(std::string_view text);

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_READ_COMMANDS_H_
