#ifndef FAIRLEAD_TOOLS_FAIRLEAD_APPLY_COMMANDS_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_APPLY_COMMANDS_H_

// The commands that send documents: `apply` changes, `diff` shows what would change, `validate`
// only checks. Thread: main.

#include "tools/fairlead/command.h"

namespace fairlead::cli {

Command ApplyCommand();
Command DiffCommand();
Command ValidateCommand();

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_APPLY_COMMANDS_H_
