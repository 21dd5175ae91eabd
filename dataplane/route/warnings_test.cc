// Routes that no request can reach are reported.

#include "dataplane/base/strings.h"
#include "dataplane/route/testing/table.h"
#include "gtest/gtest.h"

namespace fairlead::route {
namespace {

using testing::MakeHost;

// The warnings of routes with these matches, without "virtual host 'h': ".
std::vector<std::string> Warnings(const std::vector<std::string>& matches) {
  std::string text;
  for (const std::string& match : matches) {
    text += StrCat("routes { match { ", match, " } route { cluster: \"c\" } } ");
  }
  std::vector<std::string> warnings = MakeHost(text)->warnings();
  for (std::string& warning : warnings) {
    constexpr std::string_view kWhere = "virtual host 'h': ";
    EXPECT_TRUE(warning.starts_with(kWhere)) << warning;
    warning.erase(0, kWhere.size());
  }
  return warnings;
}

std::string Shadowed(int route, int by) {
  return StrCat("routes[", route, "]: never matches: routes[", by,
                "] comes first and takes all its requests");
}

using Strings = std::vector<std::string>;

TEST(WarningsTest, RouteBehindOneThatTakesAll) {
  EXPECT_EQ(Warnings({"prefix: '/'", "prefix: '/a'", "path: '/b'", "safe_regex { regex: '/c.*' }"}),
            (Strings{Shadowed(1, 0), Shadowed(2, 0), Shadowed(3, 0)}));
  EXPECT_EQ(Warnings({"prefix: '/a'", "path: '/a'", "prefix: '/a'", "prefix: '/b'"}),
            (Strings{Shadowed(1, 0), Shadowed(2, 0)}));
  EXPECT_EQ(Warnings({"path: '/a'", "path: '/a' headers { name: 'x' }", "prefix: '/a'"}),
            (Strings{Shadowed(1, 0)}));
}

TEST(WarningsTest, SeparatedPrefixCoversWholeSegments) {
  EXPECT_EQ(Warnings({"path_separated_prefix: '/a'", "path: '/a'", "prefix: '/a/b'", "path: '/ab'",
                      "prefix: '/a'", "path_separated_prefix: '/a/b'"}),
            (Strings{Shadowed(1, 0), Shadowed(2, 0), Shadowed(5, 0)}));
}

TEST(WarningsTest, NothingIsSaidOfReachableRoutes) {
  EXPECT_EQ(Warnings({"prefix: '/a/b'", "prefix: '/a'", "prefix: '/'"}), Strings{});
  EXPECT_EQ(Warnings({"prefix: '/' headers { name: 'x' }", "prefix: '/'"}), Strings{});
  EXPECT_EQ(Warnings({"path: '/a'", "prefix: '/a'"}), Strings{});
  EXPECT_EQ(Warnings({"prefix: '/a' runtime_fraction { default_value { numerator: 50 } }",
                      "prefix: '/a'"}),
            Strings{});
  EXPECT_EQ(Warnings({"safe_regex { regex: '.*' }", "prefix: '/a'"}), Strings{});
}

TEST(WarningsTest, CaseIsRegarded) {
  EXPECT_EQ(Warnings({"prefix: '/A' case_sensitive {}", "prefix: '/aB' case_sensitive {}",
                      "prefix: '/a'"}),
            (Strings{Shadowed(1, 0)}));
  // Without letters there is no case.
  EXPECT_EQ(Warnings({"prefix: '/' case_sensitive {}", "prefix: '/a'"}), (Strings{Shadowed(1, 0)}));
}

TEST(WarningsTest, PathsThatNoRequestHas) {
  EXPECT_EQ(Warnings({"prefix: '/a?b'"}),
            (Strings{"routes[0]: never matches: its path '/a?b' has a '?' or '#', and paths are "
                     "matched without their query"}));
  EXPECT_EQ(Warnings({"path: 'a'"}),
            (Strings{"routes[0]: never matches: its path 'a' does not start with '/'"}));
  EXPECT_EQ(Warnings({"path: '*'", "prefix: ''"}), Strings{});
}

TEST(WarningsTest, ShareOfNothing) {
  EXPECT_EQ(Warnings({"prefix: '/' runtime_fraction {}", "prefix: '/'"}),
            (Strings{"routes[0]: never matches: its runtime_fraction is 0"}));
}

TEST(WarningsTest, TheirNumberIsBounded) {
  Strings matches = {"prefix: '/'"};
  for (int i = 0; i < 500; ++i) matches.push_back(StrCat("prefix: '/", i, "'"));
  std::string text;
  for (const std::string& match : matches) {
    text += StrCat("routes { match { ", match, " } route { cluster: \"c\" } } ");
  }
  const auto table = MakeHost(text);
  ASSERT_EQ(table->warnings().size(), RouteTable::kWarningsMax + 1);
  EXPECT_EQ(table->warnings().back(), "and 400 more");
}

TEST(WarningsTest, StayWithVirtualHostsThatAreTakenOver) {
  const std::string text =
      "virtual_hosts { name: 'h' domains: '*' routes { match { prefix: '/' } route { cluster: 'c' "
      "} "
      "} routes { match { prefix: '/a' } route { cluster: 'c' } } }";
  const auto first = testing::MakeTable(text);
  const auto second = testing::MakeTable(text, first.get());
  EXPECT_EQ(second->virtual_hosts_reused(), 1u);
  EXPECT_EQ(second->warnings(), first->warnings());
  EXPECT_EQ(second->warnings().size(), 1u);
}

}  // namespace
}  // namespace fairlead::route
