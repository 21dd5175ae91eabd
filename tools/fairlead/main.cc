// The program: gives the process's streams, terminal, environment and clock to the command line.

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "absl/time/clock.h"
#include "tools/fairlead/command_line.h"

namespace {

// Columns of the terminal on standard output; 0 when it is none.
int TerminalColumns() {
  winsize size = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

std::optional<std::string> Variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

std::string Executable() {
  std::error_code unreadable;
  const std::filesystem::path path = std::filesystem::read_symlink("/proc/self/exe", unreadable);
  return unreadable ? "" : path.string();
}

}  // namespace

int main(int argc, char** argv) {
  fairlead::cli::Environment env{.in = std::cin,
                                 .out = std::cout,
                                 .err = std::cerr,
                                 .out_is_terminal = isatty(STDOUT_FILENO) == 1,
                                 .columns = TerminalColumns(),
                                 .variable = Variable,
                                 .now = [] { return absl::Now(); },
                                 .executable = Executable()};
  return static_cast<int>(
      fairlead::cli::RunCommandLine(std::vector<std::string>(argv + 1, argv + argc), env));
}
