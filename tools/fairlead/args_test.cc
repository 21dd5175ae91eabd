#include "tools/fairlead/args.h"

#include <gtest/gtest.h>

#include "tools/fairlead/exit_code.h"

namespace fairlead::cli {
namespace {

const std::vector<Flag>& Flags() {
  static const std::vector<Flag>& flags =
      *new std::vector<Flag>{{.name = "file", .letter = 'f', .value = "FILE", .is_repeated = true},
                             {.name = "dry-run"},
                             {.name = "limit", .value = "N"},
                             {.name = "timeout", .value = "DURATION"}};
  return flags;
}

Args Parse(const std::vector<std::string>& words) {
  absl::StatusOr<Args> args = Args::Parse(words, Flags());
  EXPECT_TRUE(args.ok()) << args.status();
  return args.ok() ? *args : Args();
}

std::string ErrorOf(const std::vector<std::string>& words) {
  const absl::StatusOr<Args> args = Args::Parse(words, Flags());
  EXPECT_FALSE(args.ok());
  EXPECT_EQ(ExitCodeOf(args.status()), ExitCode::kUsage);
  return std::string(args.status().message());
}

TEST(ArgsTest, TakesAValueInEachForm) {
  const std::vector<std::string> expected = {"a", "b", "c", "d", "e"};
  EXPECT_EQ(Parse({"-f", "a", "-fb", "--file", "c", "--file=d", "-f=e"}).GetAll("file"), expected);
}

TEST(ArgsTest, MixesFlagsAndWords) {
  const Args args = Parse({"service", "--dry-run", "shop", "-f", "-"});
  EXPECT_EQ(args.words(), (std::vector<std::string>{"service", "shop"}));
  EXPECT_TRUE(args.Has("dry-run"));
  EXPECT_EQ(args.GetOr("file", ""), "-");
}

TEST(ArgsTest, ALoneDashIsAWordAndDoubleDashEndsFlags) {
  EXPECT_EQ(Parse({"-", "--", "--dry-run"}).words(), (std::vector<std::string>{"-", "--dry-run"}));
}

TEST(ArgsTest, StopsAtTheCommand) {
  const auto args = Args::Parse({"--limit", "3", "apply", "--whatever"}, Flags(), true);
  ASSERT_TRUE(args.ok()) << args.status();
  EXPECT_EQ(args->words(), (std::vector<std::string>{"apply", "--whatever"}));
}

TEST(ArgsTest, ErrorsSayWhatIsAllowed) {
  EXPECT_EQ(ErrorOf({"--limt", "3"}), "unknown flag --limt; did you mean --limit?");
  EXPECT_EQ(ErrorOf({"--zzz"}), "unknown flag --zzz");
  EXPECT_EQ(ErrorOf({"-x"}), "unknown flag -x");
  EXPECT_EQ(ErrorOf({"--limit"}), "--limit needs a value: --limit N");
  EXPECT_EQ(ErrorOf({"--dry-run=no"}), "--dry-run takes no value, but 'no' was given");
  EXPECT_EQ(ErrorOf({"--limit", "1", "--limit", "2"}), "--limit was given twice");
}

TEST(ArgsTest, ReadsDurations) {
  EXPECT_EQ(*Parse({"--timeout", "1m30s"}).GetDuration("timeout", {}), absl::Seconds(90));
  EXPECT_EQ(*Parse({}).GetDuration("timeout", absl::Seconds(7)), absl::Seconds(7));
  for (const char* wrong : {"0", "-1s", "soon", "5", "inf"}) {
    EXPECT_FALSE(Parse({"--timeout", wrong}).GetDuration("timeout", {}).ok()) << wrong;
  }
}

TEST(ArgsTest, ReadsNumbersWithinBounds) {
  EXPECT_EQ(*ParseNumber("revision", "7", 1, 9), 7);
  for (const char* wrong : {"0", "10", "x", "", "99999999999999999999"}) {
    EXPECT_FALSE(ParseNumber("revision", wrong, 1, 9).ok()) << wrong;
  }
}

TEST(ArgsTest, LaterFlagsWinOverEarlierOnes) {
  Args later = Parse({"--limit", "2"});
  later.AddEarlier(Parse({"--limit", "1", "--timeout", "3s"}));
  EXPECT_EQ(later.GetOr("limit", ""), "2");
  EXPECT_EQ(later.GetOr("timeout", ""), "3s");
}

TEST(ArgsTest, NearestFindsTyposOnly) {
  EXPECT_EQ(Nearest("aply", {"apply", "diff"}), "apply");
  EXPECT_EQ(Nearest("x", {"apply", "diff"}), "");
  EXPECT_EQ(Nearest(std::string(100'000, 'a'), {"apply"}), "");
}

}  // namespace
}  // namespace fairlead::cli
