#ifndef FAIRLEAD_TOOLS_FAIRLEAD_TERMINAL_H_
#define FAIRLEAD_TOOLS_FAIRLEAD_TERMINAL_H_

// Text for people: colours, aligned tables, relative times, and the removal of what could drive a
// terminal.
//
//     Table table({"KIND", "NAME"});
//     table.AddRow({"Service", "shop"});
//     out << table.Render(columns);
//
// Whatever a server or a proxy says is hostile to a terminal until Printable() has seen it (a node
// id may hold escape sequences); Table and ColouredDiff call it themselves.
//
// Thread: any.

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace fairlead::cli {

// Puts colours on when they are wanted; otherwise hands the text through.
class Paint {
 public:
  explicit Paint(bool has_colours) : has_colours_(has_colours) {}

  std::string Red(std::string_view text) const { return Wrap("31", text); }
  std::string Green(std::string_view text) const { return Wrap("32", text); }
  std::string Yellow(std::string_view text) const { return Wrap("33", text); }
  std::string Cyan(std::string_view text) const { return Wrap("36", text); }
  std::string Bold(std::string_view text) const { return Wrap("1", text); }
  std::string Dim(std::string_view text) const { return Wrap("2", text); }
  bool has_colours() const { return has_colours_; }

 private:
  std::string Wrap(std::string_view code, std::string_view text) const;

  bool has_colours_;
};

// Control characters become "?"; line breaks and tabs stay if `keeps_lines`, else become spaces.
std::string Printable(std::string_view text, bool keeps_lines = false);

// Columns that a text takes, counting each UTF-8 character as one.
int DisplayWidth(std::string_view text);

// A unified diff with its lines coloured; always ends with a line break unless empty.
std::string ColouredDiff(std::string_view diff, const Paint& paint);

// "just now", "3m ago", "5h ago", "12d ago"; "never" for the Unix epoch and before.
std::string RelativeTime(absl::Time time, absl::Time now);

// A whole number and its noun: "1 rule", "3 rules", "2 policies" (give the plural).
std::string Count(int64_t count, std::string_view one, std::string_view many);

class Table {
 public:
  explicit Table(std::vector<std::string> header) : header_(std::move(header)) {}

  // As many cells as the header has.
  void AddRow(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  // Left-aligned columns, two spaces apart, no trailing spaces. Lines longer than `columns` are cut
  // with "…", the widest column first; 0: nothing is cut.
  std::string Render(int columns, const Paint& paint = Paint(false)) const;

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace fairlead::cli

#endif  // FAIRLEAD_TOOLS_FAIRLEAD_TERMINAL_H_
