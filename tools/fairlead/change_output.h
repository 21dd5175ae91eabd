#ifndef FAIRLEAD_TOOLS_FAIRLEAD_CHANGE_OUTPUT_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_CHANGE_OUTPUT_H_

// How the commands that change something say who asks, and print what changed.
// Thread: main.

#include <vector>

#include "tools/fairlead/command.h"
#include "tools/fairlead/documents.h"

namespace fairlead::cli {

// --author, --reason and --dry-run, which all changing commands take.
std::vector<Flag> ChangeFlags();

// The author is --author, FAIRLEAD_AUTHOR or USER, the first there is.
v1::ChangeInfo ReadChangeInfo(const Args& args, const Environment& env);

struct ChangeOutput {
  bool is_dry_run = false;
  // Resources that were sent; those without a diff are printed as unchanged.
  std::vector<ResourceName> sent = {};
};

// Prints one line per resource and the revision (or the script's format); warnings go to env.err.
void PrintChange(const Context& context, const v1::ChangeResponse& response,
                 const ChangeOutput& output);

// Prints unified diffs and a sentence about them (or the script's format).
void PrintDiffs(const Context& context, const v1::ChangeResponse& response);

// "2 created, 1 updated"; "nothing changed" when there is no diff.
std::string CountOperations(const google::protobuf::RepeatedPtrField<v1::ResourceDiff>& diffs);

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_CHANGE_OUTPUT_H_
