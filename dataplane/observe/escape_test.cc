#include "dataplane/observe/escape.h"

#include <gtest/gtest.h>

namespace fairlead::observe {
namespace {

std::string Line(std::string_view text) {
  std::string out;
  AppendLineText(text, out);
  return out;
}

std::string Json(std::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

TEST(EscapeTest, LineKeepsAllButControlBytes) {
  EXPECT_EQ(Line("a \"b\" \\ \xc3\xa9 \xff"), "a \"b\" \\ \xc3\xa9 \xff");
  EXPECT_EQ(Line(std::string_view("\0\n\r\t\x1f\x7f", 6)), "\\x00\\x0a\\x0d\\x09\\x1f\\x7f");
  EXPECT_EQ(Line(""), "");
}

TEST(EscapeTest, JsonEscapesWhatJsonDemands) {
  EXPECT_EQ(Json("a\"b\\c\n\r\t\x01\x7f/"), "\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u007f/\"");
  EXPECT_EQ(Json("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"),
            "\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"");
}

TEST(EscapeTest, JsonReplacesWhatIsNotUtf8) {
  const std::string kBad = "\xef\xbf\xbd";
  EXPECT_EQ(Json("\xff"), "\"" + kBad + "\"");
  EXPECT_EQ(Json("a\xc3"), "\"a" + kBad + "\"");
  // Overlong, surrogate, above U+10FFFF.
  EXPECT_EQ(Json("\xc0\xaf"), "\"" + kBad + kBad + "\"");
  EXPECT_EQ(Json("\xed\xa0\x80"), "\"" + kBad + kBad + kBad + "\"");
  EXPECT_EQ(Json("\xf4\x90\x80\x80"), "\"" + kBad + kBad + kBad + kBad + "\"");
}

}  // namespace
}  // namespace fairlead::observe
