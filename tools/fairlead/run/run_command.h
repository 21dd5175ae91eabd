#ifndef FAIRLEAD_TOOLS_FAIRLEAD_RUN_RUN_COMMAND_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_RUN_RUN_COMMAND_H_

// `run`: a control plane and a proxy as one command.
// Thread: main.

#include "tools/fairlead/command.h"

namespace fairlead::cli {

Command RunCommand();

// Finds a program (`folder` is where Bazel builds it: "controlplane" or "dataplane"): in `bin_dir`
// if that is not empty, otherwise beside `executable` and in Bazel's layout around it. The error
// names where it looked.
absl::StatusOr<std::string> FindProgram(const std::string& name, const std::string& folder,
                                        const std::string& bin_dir, const std::string& executable);

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_RUN_RUN_COMMAND_H_
