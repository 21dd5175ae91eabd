#include "controlplane/model/text_diff.h"

#include <string>

#include "gtest/gtest.h"

namespace fairlead::control::model {
namespace {

std::string Diff(const std::string& before, const std::string& after) {
  return UnifiedDiff(before, after, "a", "b");
}

TEST(TextDiffTest, EqualTextsHaveNoDiff) { EXPECT_EQ(Diff("a\nb\n", "a\nb\n"), ""); }

TEST(TextDiffTest, ShowsThreeLinesAroundAChange) {
  EXPECT_EQ(Diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"),
            "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST(TextDiffTest, CreatedAndDeleted) {
  EXPECT_EQ(Diff("", "x\ny\n"), "--- a\n+++ b\n@@ -0,0 +1,2 @@\n+x\n+y\n");
  EXPECT_EQ(Diff("x\n", ""), "--- a\n+++ b\n@@ -1,1 +0,0 @@\n-x\n");
}

TEST(TextDiffTest, DistantChangesAreSeparateHunks) {
  std::string before, after;
  for (int i = 0; i < 30; ++i) {
    before += std::to_string(i) + "\n";
    after += (i == 2 || i == 25 ? "x" : std::to_string(i)) + std::string("\n");
  }
  EXPECT_EQ(Diff(before, after),
            "--- a\n+++ b\n@@ -1,6 +1,6 @@\n 0\n 1\n-2\n+x\n 3\n 4\n 5\n"
            "@@ -23,7 +23,7 @@\n 22\n 23\n 24\n-25\n+x\n 26\n 27\n 28\n");
}

TEST(TextDiffTest, VeryDifferentTextsAreReplacedWhole) {
  std::string before, after;
  for (int i = 0; i < 3000; ++i) {
    before += "a" + std::to_string(i) + "\n";
    after += "b" + std::to_string(i) + "\n";
  }
  std::string diff = Diff(before, after);
  EXPECT_NE(diff.find("@@ -1,3000 +1,3000 @@"), std::string::npos);
}

}  // namespace
}  // namespace fairlead::control::model
