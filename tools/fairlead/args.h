#ifndef FAIRLEAD_TOOLS_FAIRLEAD_ARGS_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_ARGS_H_

// The command line's flags and words, parsed by declared tables.
//
//     const std::vector<Flag> flags = {{.name = "file", .letter = 'f', .value = "FILE", .help =
//     "..."}}; FL_ASSIGN_OR_RETURN(Args args, Args::Parse(words, flags)); args.Get("file"),
//     args.Has("dry-run"), args.words()
//
// Own parser rather than absl flags: those are global to the program, so that subcommands cannot
// have flags of their own, nor tests run two commands in one process. Understands --name VALUE,
// --name=VALUE, -f VALUE, -fVALUE, flags before and after words, and "--", after which all are
// words.
//
// Thread: any. Errors are usage errors that say what is allowed.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace fairlead::cli {

struct Flag {
  std::string name;
  // One-letter form; 0: none.
  char letter = 0;
  // What the value is, for the help; empty: the flag takes no value.
  std::string value = {};
  std::string help = {};
  // May be given more than once.
  bool is_repeated = false;
};

class Args {
 public:
  // Parses `words` (without the program's name). With `stops_at_word` the first word and everything
  // after it are left as words: how the flags before a command are read.
  static absl::StatusOr<Args> Parse(const std::vector<std::string>& words,
                                    const std::vector<Flag>& flags, bool stops_at_word = false);

  bool Has(std::string_view name) const { return values_.contains(name); }
  // The last value given, or nothing.
  std::optional<std::string> Get(std::string_view name) const;
  std::string GetOr(std::string_view name, std::string_view otherwise) const;
  const std::vector<std::string>& GetAll(std::string_view name) const;
  // A duration above zero ("10s", "1m30s"); usage error when it is none.
  absl::StatusOr<absl::Duration> GetDuration(std::string_view name, absl::Duration otherwise) const;

  const std::vector<std::string>& words() const { return words_; }

  // Takes over what `other` gave, before what was given here: later flags win.
  void AddEarlier(const Args& other);

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::vector<std::string> words_;
};

// A whole number in [min, max]; usage error naming `what` when it is none.
absl::StatusOr<int64_t> ParseNumber(std::string_view what, std::string_view text, int64_t min,
                                    int64_t max);

// The candidate a mistyped word most likely meant; empty when none is near.
std::string Nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_ARGS_H_
