#include "controlplane/model/text_diff.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace fairlead::control::model {
namespace {

using Lines = std::vector<absl::string_view>;

constexpr int kEditsMax = 1000;
constexpr size_t kContext = 3;

// ' ' both, '-' only before, '+' only after.
struct Line {
  char mark;
  absl::string_view text;
};

Lines SplitLines(absl::string_view text) {
  Lines lines = absl::StrSplit(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

// The furthest x on each diagonal k, for each number of edits d; empty when more than kEditsMax
// edits are needed.
std::vector<std::vector<int>> Trace(const Lines& a, const Lines& b) {
  const int n = static_cast<int>(a.size());
  const int m = static_cast<int>(b.size());
  const int edits_max = std::min(n + m, kEditsMax);
  const int offset = edits_max + 1;
  std::vector<int> furthest(static_cast<size_t>(2 * offset + 1), 0);
  std::vector<std::vector<int>> trace;
  for (int d = 0; d <= edits_max; ++d) {
    // Only the diagonals -d..d matter: keep those.
    trace.emplace_back(furthest.begin() + offset - d - 1, furthest.begin() + offset + d + 2);
    for (int k = -d; k <= d; k += 2) {
      bool is_down = k == -d || (k != d && furthest[offset + k - 1] < furthest[offset + k + 1]);
      int x = is_down ? furthest[offset + k + 1] : furthest[offset + k - 1] + 1;
      int y = x - k;
      while (x < n && y < m && a[x] == b[y]) ++x, ++y;
      furthest[offset + k] = x;
      if (x >= n && y >= m) return trace;
    }
  }
  return {};
}

std::vector<Line> ShortestEdit(const Lines& a, const Lines& b) {
  std::vector<std::vector<int>> trace = Trace(a, b);
  std::vector<Line> lines;
  int x = static_cast<int>(a.size());
  int y = static_cast<int>(b.size());
  if (trace.empty()) {
    for (absl::string_view line : a) lines.push_back({'-', line});
    for (absl::string_view line : b) lines.push_back({'+', line});
    return lines;
  }
  for (int d = static_cast<int>(trace.size()) - 1; d >= 0; --d) {
    const std::vector<int>& furthest = trace[d];
    const int offset = d + 1;
    int k = x - y;
    bool is_down = k == -d || (k != d && furthest[offset + k - 1] < furthest[offset + k + 1]);
    int from_k = is_down ? k + 1 : k - 1;
    int from_x = d == 0 ? 0 : furthest[offset + from_k];
    int from_y = d == 0 ? 0 : from_x - from_k;
    while (x > from_x && y > from_y) lines.push_back({' ', a[--x]}), --y;
    if (d == 0) break;
    if (is_down) {
      lines.push_back({'+', b[--y]});
    } else {
      lines.push_back({'-', a[--x]});
    }
  }
  std::reverse(lines.begin(), lines.end());
  return lines;
}

void AppendHunk(const std::vector<Line>& lines, size_t begin, size_t end, std::string& out) {
  size_t before_line = 1, after_line = 1, before_count = 0, after_count = 0;
  for (size_t i = 0; i < begin; ++i) {
    before_line += lines[i].mark != '+';
    after_line += lines[i].mark != '-';
  }
  for (size_t i = begin; i < end; ++i) {
    before_count += lines[i].mark != '+';
    after_count += lines[i].mark != '-';
  }
  if (before_count == 0) --before_line;
  if (after_count == 0) --after_line;
  absl::StrAppend(&out, "@@ -", before_line, ",", before_count, " +", after_line, ",", after_count,
                  " @@\n");
  for (size_t i = begin; i < end; ++i) {
    absl::StrAppend(&out, absl::string_view(&lines[i].mark, 1), lines[i].text, "\n");
  }
}

}  // namespace

std::string UnifiedDiff(absl::string_view before, absl::string_view after,
                        absl::string_view before_label, absl::string_view after_label) {
  if (before == after) return "";
  std::vector<Line> lines = ShortestEdit(SplitLines(before), SplitLines(after));
  std::string out = absl::StrCat("--- ", before_label, "\n+++ ", after_label, "\n");
  size_t i = 0;
  while (i < lines.size()) {
    if (lines[i].mark == ' ') {
      ++i;
      continue;
    }
    size_t begin = i < kContext ? 0 : i - kContext;
    // The hunk ends where more than twice the context is unchanged.
    size_t last_change = i;
    for (size_t k = i; k < lines.size() && k <= last_change + 2 * kContext; ++k) {
      if (lines[k].mark != ' ') last_change = k;
    }
    size_t end = std::min(lines.size(), last_change + kContext + 1);
    AppendHunk(lines, begin, end, out);
    i = end;
  }
  return out;
}

}  // namespace fairlead::control::model
