#ifndef FAIRLEAD_TOOLS_FAIRLEAD_PROXIES_COMMAND_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_PROXIES_COMMAND_H_

// `proxies`: the connected xDS clients, what they acknowledged and what they rejected.
// Thread: main.

#include "tools/fairlead/command.h"

namespace fairlead::cli {

Command ProxiesCommand();

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_PROXIES_COMMAND_H_
