#ifndef FAIRLEAD_TOOLS_FAIRLEAD_WATCH_COMMAND_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_WATCH_COMMAND_H_

// `watch`: the present resources, then each change as it is accepted, until the stream or the user
// ends it. Thread: main.

#include "tools/fairlead/command.h"

namespace fairlead::cli {

Command WatchCommand();

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_WATCH_COMMAND_H_
