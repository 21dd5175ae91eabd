#ifndef FAIRLEAD_TOOLS_FAIRLEAD_HISTORY_COMMANDS_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_HISTORY_COMMANDS_H_

// The commands on revisions: `history` lists them, `show` opens one, `rollback` goes back to one.
// Thread: main.

#include "tools/fairlead/command.h"

namespace fairlead::cli {

Command HistoryCommand();
Command ShowCommand();
Command RollbackCommand();

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_HISTORY_COMMANDS_H_
