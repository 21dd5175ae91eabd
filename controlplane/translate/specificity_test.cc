#include "controlplane/translate/specificity.h"

#include <vector>

#include "fairlead/v1/resources.pb.h"
#include "gtest/gtest.h"

namespace fairlead::control::translate {
namespace {

using fairlead::v1::Match;

Match Prefix(const std::string& path) {
  Match match;
  match.set_path_prefix(path);
  return match;
}

Match Exact(const std::string& path) {
  Match match;
  match.set_path_exact(path);
  return match;
}

Match Regex(const std::string& path) {
  Match match;
  match.set_path_regex(path);
  return match;
}

TEST(SpecificityTest, TableFromFirstToLast) {
  Match two_headers = Prefix("/api");
  two_headers.add_headers();
  two_headers.add_headers();
  Match header_and_query = Prefix("/api");
  header_and_query.add_headers();
  header_and_query.add_query();
  Match header = Prefix("/api");
  header.add_headers();
  Match method = Prefix("/api");
  method.add_methods("GET");
  std::vector<Match> ordered = {
      Exact("/"),
      Prefix("/api/v1/users"),
      Regex("/api/v[0-9]+/long/.*"),
      Regex("/api/v[0-9]+"),
      method,
      two_headers,
      header_and_query,
      header,
      Prefix("/api"),
      Regex("/a.*"),
      Regex(".*\\.png"),
      Prefix("/"),
  };
  for (size_t i = 0; i + 1 < ordered.size(); ++i) {
    EXPECT_LT(SpecificityOf(ordered[i]), SpecificityOf(ordered[i + 1])) << i;
  }
  EXPECT_EQ(SpecificityOf(Prefix("/")), SpecificityOf(Match()));
  EXPECT_EQ(SpecificityOf(Prefix("/a/")), SpecificityOf(Prefix("/a")));
}

TEST(SpecificityTest, LiteralStart) {
  EXPECT_EQ(LiteralStart("/api/v[0-9]+"), 6u);
  EXPECT_EQ(LiteralStart("^/api"), 4u);
  EXPECT_EQ(LiteralStart("/ab*"), 2u);
  EXPECT_EQ(LiteralStart("/a|/b"), 0u);
  EXPECT_EQ(LiteralStart("/a(b|c)"), 2u);
  EXPECT_EQ(LiteralStart("/a\\|b"), 2u);
  EXPECT_EQ(LiteralStart(""), 0u);
  EXPECT_EQ(LiteralStart("*"), 0u);
}

}  // namespace
}  // namespace fairlead::control::translate
