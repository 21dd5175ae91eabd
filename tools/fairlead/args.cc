#include "tools/fairlead/args.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/numbers.h"
#include "dataplane/base/status.h"
#include "dataplane/base/strings.h"
#include "tools/fairlead/exit_code.h"

namespace fairlead::cli {
namespace {

// A word of the command line that is a flag, taken apart.
struct Written {
  const Flag* flag;
  std::string shown;
  std::optional<std::string> value;
};

absl::Status UnknownFlag(std::string_view shown, const std::vector<Flag>& flags) {
  std::vector<std::string> names;
  for (const Flag& flag : flags) names.push_back("--" + flag.name);
  const std::string nearest = Nearest(shown, names);
  return UsageError(StrCat("unknown flag ", shown,
                           nearest.empty() ? "" : StrCat("; did you mean ", nearest, "?")));
}

absl::StatusOr<Written> TakeApartLong(const std::string& word, const std::vector<Flag>& flags) {
  const size_t equals = word.find('=');
  const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
  for (const Flag& flag : flags) {
    if (flag.name != name) continue;
    Written written{.flag = &flag, .shown = "--" + name};
    if (equals != std::string::npos) written.value = word.substr(equals + 1);
    return written;
  }
  return UnknownFlag("--" + name, flags);
}

absl::StatusOr<Written> TakeApartShort(const std::string& word, const std::vector<Flag>& flags) {
  for (const Flag& flag : flags) {
    if (flag.letter == 0 || flag.letter != word[1]) continue;
    Written written{.flag = &flag, .shown = word.substr(0, 2)};
    if (word.size() > 2) written.value = word.substr(word[2] == '=' ? 3 : 2);
    return written;
  }
  return UnknownFlag(word.substr(0, 2), flags);
}

}  // namespace

absl::StatusOr<Args> Args::Parse(const std::vector<std::string>& words,
                                 const std::vector<Flag>& flags, bool stops_at_word) {
  Args args;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") {
      args.words_.insert(args.words_.end(), words.begin() + i + 1, words.end());
      break;
    }
    // A lone "-" is a word: standard input.
    if (word.size() < 2 || word[0] != '-') {
      args.words_.push_back(word);
      if (!stops_at_word) continue;
      args.words_.insert(args.words_.end(), words.begin() + i + 1, words.end());
      break;
    }
    FL_ASSIGN_OR_RETURN(Written written,
                        word[1] == '-' ? TakeApartLong(word, flags) : TakeApartShort(word, flags));
    const Flag& flag = *written.flag;
    if (flag.value.empty() && written.value) {
      return UsageError(
          StrCat(written.shown, " takes no value, but '", *written.value, "' was given"));
    }
    if (!flag.value.empty() && !written.value) {
      if (i + 1 == words.size()) {
        return UsageError(
            StrCat(written.shown, " needs a value: ", written.shown, " ", flag.value));
      }
      written.value = words[++i];
    }
    std::vector<std::string>& values = args.values_[flag.name];
    if (!values.empty() && !flag.is_repeated && !flag.value.empty()) {
      return UsageError(StrCat(written.shown, " was given twice"));
    }
    values.push_back(written.value.value_or(""));
  }
  return args;
}

std::optional<std::string> Args::Get(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  return found->second.back();
}

std::string Args::GetOr(std::string_view name, std::string_view otherwise) const {
  return Get(name).value_or(std::string(otherwise));
}

const std::vector<std::string>& Args::GetAll(std::string_view name) const {
  static const std::vector<std::string>& none = *new std::vector<std::string>();
  const auto found = values_.find(name);
  return found == values_.end() ? none : found->second;
}

absl::StatusOr<absl::Duration> Args::GetDuration(std::string_view name,
                                                 absl::Duration otherwise) const {
  const std::optional<std::string> text = Get(name);
  if (!text) return otherwise;
  absl::Duration duration;
  if (!absl::ParseDuration(*text, &duration) || duration <= absl::ZeroDuration() ||
      duration > absl::Hours(24 * 365)) {
    return UsageError(StrCat("--", name, " '", *text,
                             "' is no duration above zero, such as 500ms, 10s or 1m30s"));
  }
  return duration;
}

void Args::AddEarlier(const Args& other) {
  for (const auto& [name, values] : other.values_) {
    std::vector<std::string>& mine = values_[name];
    mine.insert(mine.begin(), values.begin(), values.end());
  }
}

absl::StatusOr<int64_t> ParseNumber(std::string_view what, std::string_view text, int64_t min,
                                    int64_t max) {
  int64_t number = 0;
  if (!absl::SimpleAtoi(ToAbsl(text), &number) || number < min || number > max) {
    return UsageError(StrCat(what, " '", text, "' is no whole number from ", min, " to ", max));
  }
  return number;
}

std::string Nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  // More than a third of the word's letters wrong is another word.
  size_t best_distance = std::min<size_t>(word.size(), 64) / 3 + 1;
  if (word.size() > 64) return best;
  for (const std::string& candidate : candidates) {
    // Levenshtein's distance, one row at a time.
    std::vector<size_t> row(candidate.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (size_t i = 0; i < word.size(); ++i) {
      size_t diagonal = row[0];
      row[0] = i + 1;
      for (size_t j = 0; j < candidate.size(); ++j) {
        const size_t above = row[j + 1];
        row[j + 1] =
            std::min({above + 1, row[j] + 1, diagonal + (word[i] != candidate[j] ? 1 : 0)});
        diagonal = above;
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

}  // namespace fairlead::cli
