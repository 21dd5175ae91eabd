#include "tools/fairlead/terminal.h"

#include <gtest/gtest.h>

namespace fairlead::cli {
namespace {

TEST(TerminalTest, PrintableRemovesWhatDrivesATerminal) {
  EXPECT_EQ(Printable("a\033[31mb\x7f"), "a?[31mb?");
  EXPECT_EQ(Printable("\xC2\x9B"
                      "31m"),
            "?31m");
  EXPECT_EQ(Printable("ü–\xC2"), "ü–\xC2");
  EXPECT_EQ(Printable("a\nb\tc\r"), "a b c?");
  EXPECT_EQ(Printable("a\nb\tc\r", /*keeps_lines=*/true), "a\nb\tc?");
}

TEST(TerminalTest, TableAlignsByCharactersNotBytes) {
  Table table({"NAME", "N"});
  table.AddRow({"büro", "1"});
  table.AddRow({"a-longer-name", ""});
  EXPECT_EQ(table.Render(0),
            "NAME           N\n"
            "büro           1\n"
            "a-longer-name\n");
}

TEST(TerminalTest, TableCutsTheWidestColumnToTheTerminal) {
  Table table({"NAME", "TEXT"});
  table.AddRow({"shop", "a text that is too long for it"});
  EXPECT_EQ(table.Render(20),
            "NAME  TEXT\n"
            "shop  a text that i…\n");
}

TEST(TerminalTest, TableGivesUpCuttingInATinyTerminal) {
  Table table({"A", "B"});
  table.AddRow({"1234567890", "1234567890"});
  EXPECT_EQ(table.Render(3), "A         B\n1234567…  1234567…\n");
}

TEST(TerminalTest, TableCannotBeBrokenByItsCells) {
  Table table({"NODE"});
  table.AddRow({"evil\n\033[2Jnode"});
  EXPECT_EQ(table.Render(0), "NODE\nevil ?[2Jnode\n");
}

TEST(TerminalTest, DiffIsColouredByLine) {
  const std::string diff = "--- a\n+++ b\n@@ -1 +1 @@\n x\n-y\n+z\n";
  EXPECT_EQ(ColouredDiff(diff, Paint(false)), diff);
  EXPECT_EQ(ColouredDiff(diff, Paint(true)),
            "\033[1m--- a\033[0m\n\033[1m+++ b\033[0m\n\033[36m@@ -1 +1 @@\033[0m\n x\n"
            "\033[31m-y\033[0m\n\033[32m+z\033[0m\n");
  EXPECT_EQ(ColouredDiff("", Paint(true)), "");
  EXPECT_EQ(ColouredDiff("+no line break", Paint(false)), "+no line break\n");
}

TEST(TerminalTest, RelativeTimeGrowsCoarser) {
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  EXPECT_EQ(RelativeTime(now, now), "just now");
  EXPECT_EQ(RelativeTime(now + absl::Seconds(5), now), "just now");
  EXPECT_EQ(RelativeTime(now - absl::Seconds(59), now), "59s ago");
  EXPECT_EQ(RelativeTime(now - absl::Minutes(3), now), "3m ago");
  EXPECT_EQ(RelativeTime(now - absl::Hours(47), now), "47h ago");
  EXPECT_EQ(RelativeTime(now - absl::Hours(48), now), "2d ago");
  EXPECT_EQ(RelativeTime(absl::UnixEpoch(), now), "never");
}

}  // namespace
}  // namespace fairlead::cli
