#ifndef FAIRLEAD_TOOLS_FAIRLEAD_RUN_LOG_PRINTER_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_RUN_LOG_PRINTER_H_

// Writes the lines of several speakers to one stream, each with its speaker's name before it, whole
// lines only. Thread: any.

#include <mutex>
#include <ostream>
#include <string>
#include <string_view>

#include "tools/fairlead/terminal.h"

namespace fairlead::cli {

enum class Speaker { kFairlead, kControl, kProxy };

class LogPrinter {
 public:
  LogPrinter(std::ostream& out, Paint paint) : out_(out), paint_(paint) {}

  // A text of several lines gets the name before each.
  void Print(Speaker speaker, std::string_view text);

 private:
  std::mutex mutex_;
  std::ostream& out_;  // Guarded by mutex_.
  Paint paint_;
};

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_RUN_LOG_PRINTER_H_
