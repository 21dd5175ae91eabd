#ifndef FAIRLEAD_TOOLS_FAIRLEAD_ENVIRONMENT_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_ENVIRONMENT_H_

// The outside world as a command sees it: streams, terminal, environment variables, time.
//
// main.cc makes the real one; tests make one of string streams and a fixed time, so that every
// command runs in the test's process. A plain struct: the members are the contract.
//
// Thread: main. Owner: whoever made it; it outlives the command. Clocks are read nowhere else in
// this folder but in main.cc and run/host.cc.

#include <functional>
#include <istream>
#include <optional>
#include <ostream>
#include <string>

#include "absl/time/time.h"

namespace fairlead::cli {

struct Environment {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  // Width of the terminal; 0 when the output is no terminal: tables are then not cut.
  int columns = 0;
  std::function<std::optional<std::string>(const std::string& name)> variable;
  std::function<absl::Time()> now;
  // Path of this program, for finding its siblings; empty when unknown.
  std::string executable;
};

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_ENVIRONMENT_H_
