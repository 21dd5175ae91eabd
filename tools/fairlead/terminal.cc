#include "tools/fairlead/terminal.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "dataplane/base/strings.h"

namespace fairlead::cli {
namespace {

constexpr int kNarrowestColumn = 8;

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The first `width` characters of `text`, the last of them "…" if something was cut.
std::string Cut(const std::string& text, int width) {
  if (DisplayWidth(text) <= width) return text;
  int seen = 0;
  size_t end = 0;
  while (end < text.size()) {
    if (!IsContinuation(text[end]) && seen++ == width - 1) break;
    ++end;
  }
  return text.substr(0, end) + "…";
}

}  // namespace

std::string Paint::Wrap(std::string_view code, std::string_view text) const {
  if (!has_colours_ || text.empty()) return std::string(text);
  return StrCat("\033[", code, "m", text, "\033[0m");
}

std::string Printable(std::string_view text, bool keeps_lines) {
  std::string clean;
  clean.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = text[i];
    // The C1 controls, U+0080 to U+009F, are C2 80 to C2 9F in UTF-8; some terminals obey them.
    const bool is_c1 = c == 0xC2 && i + 1 < text.size() && IsContinuation(text[i + 1]) &&
                       static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (c == '\n' || c == '\t') {
      clean += keeps_lines ? text[i] : ' ';
    } else if (is_c1) {
      clean += '?';
      ++i;
    } else {
      clean += c < 0x20 || c == 0x7F ? '?' : text[i];
    }
  }
  return clean;
}

int DisplayWidth(std::string_view text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return !IsContinuation(c); }));
}

std::string ColouredDiff(std::string_view diff, const Paint& paint) {
  std::string out;
  if (diff.empty()) return out;
  for (absl::string_view line : absl::StrSplit(absl::StripSuffix(ToAbsl(diff), "\n"), '\n')) {
    const std::string clean = Printable(ToStd(line), /*keeps_lines=*/true);
    const bool is_file_line = clean.starts_with("+++ ") || clean.starts_with("--- ");
    std::string painted = is_file_line              ? paint.Bold(clean)
                          : clean.starts_with("@@") ? paint.Cyan(clean)
                          : clean.starts_with("+")  ? paint.Green(clean)
                          : clean.starts_with("-")  ? paint.Red(clean)
                                                    : clean;
    StrAppend(&out, painted, "\n");
  }
  return out;
}

std::string RelativeTime(absl::Time time, absl::Time now) {
  if (time <= absl::UnixEpoch()) return "never";
  const int64_t seconds = absl::ToInt64Seconds(now - time);
  if (seconds < 1) return "just now";
  if (seconds < 60) return StrCat(seconds, "s ago");
  if (seconds < 3600) return StrCat(seconds / 60, "m ago");
  if (seconds < 48 * 3600) return StrCat(seconds / 3600, "h ago");
  return StrCat(seconds / 86400, "d ago");
}

std::string Count(int64_t count, std::string_view one, std::string_view many) {
  return StrCat(count, " ", count == 1 ? one : many);
}

std::string Table::Render(int columns, const Paint& paint) const {
  std::vector<std::vector<std::string>> lines = {header_};
  lines.insert(lines.end(), rows_.begin(), rows_.end());
  std::vector<int> widths(header_.size(), 0);
  for (std::vector<std::string>& line : lines) {
    line.resize(header_.size());
    for (size_t i = 0; i < line.size(); ++i) {
      line[i] = Printable(line[i]);
      widths[i] = std::max(widths[i], DisplayWidth(line[i]));
    }
  }
  int excess = std::accumulate(widths.begin(), widths.end(), 0) +
               2 * (static_cast<int>(widths.size()) - 1) - columns;
  while (columns > 0 && excess > 0) {
    int& widest = *std::max_element(widths.begin(), widths.end());
    if (widest <= kNarrowestColumn) break;
    --widest;
    --excess;
  }
  std::string out;
  for (size_t row = 0; row < lines.size(); ++row) {
    std::string text;
    for (size_t i = 0; i < widths.size(); ++i) {
      const std::string cell = Cut(lines[row][i], widths[i]);
      StrAppend(&text, cell);
      if (i + 1 < widths.size()) text.append(widths[i] - DisplayWidth(cell) + 2, ' ');
    }
    text.erase(text.find_last_not_of(' ') + 1);
    StrAppend(&out, row == 0 ? paint.Bold(text) : text, "\n");
  }
  return out;
}

}  // namespace fairlead::cli
