#include "tools/fairlead/run/log_printer.h"

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "dataplane/base/strings.h"

namespace fairlead::cli {

void LogPrinter::Print(Speaker speaker, std::string_view text) {
  const std::string name = speaker == Speaker::kControl ? paint_.Cyan("control  | ")
                           : speaker == Speaker::kProxy ? paint_.Yellow("proxy    | ")
                                                        : paint_.Bold("fairlead | ");
  std::string lines;
  for (absl::string_view line : absl::StrSplit(absl::StripSuffix(ToAbsl(text), "\n"), '\n')) {
    StrAppend(&lines, name, Printable(ToStd(line), /*keeps_lines=*/true), "\n");
  }
  const std::lock_guard lock(mutex_);
  out_ << lines << std::flush;
}

}  // namespace fairlead::cli
