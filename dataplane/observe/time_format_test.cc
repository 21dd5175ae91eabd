#include "dataplane/observe/time_format.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace fairlead::observe {
namespace {

constexpr event::WallTime kTime{std::chrono::nanoseconds(1'700'000'000'123'456'789)};

std::string Write(std::string_view format, event::WallTime time = kTime) {
  const auto compiled = TimeFormat::Compile(format);
  if (!compiled.ok()) return "error: " + std::string(compiled.status().message());
  char buffer[256];
  return std::string(compiled->Write(time, buffer));
}

TEST(TimeFormatTest, DefaultHasMilliseconds) {
  char buffer[256];
  EXPECT_EQ(TimeFormat().Write(kTime, buffer), "2023-11-14T22:13:20.123Z");
  EXPECT_EQ(TimeFormat().Write(event::WallTime(), buffer), "1970-01-01T00:00:00.000Z");
  // A clock that was set to before 1970.
  EXPECT_EQ(TimeFormat().Write(event::WallTime(std::chrono::hours(-5)), buffer),
            "1970-01-01T00:00:00.000Z");
}

TEST(TimeFormatTest, ConversionsOfStrftimeAndFractions) {
  EXPECT_EQ(Write("%Y-%m-%d %H:%M:%S"), "2023-11-14 22:13:20");
  EXPECT_EQ(Write("%s.%3f"), "1700000000.123");
  EXPECT_EQ(Write("%f|%1f|%6f|%9f"), "123456789|1|123456|123456789");
  EXPECT_EQ(Write("%%f %a %b %e"), "%f Tue Nov 14");
  EXPECT_EQ(Write("%f", event::WallTime(std::chrono::nanoseconds(7))), "000000007");
}

TEST(TimeFormatTest, RefusesLineBreaksAndHugeOutput) {
  for (const char* format : {"%n", "%Y\n", "%Y%t", "%-n", "%_5n", "%2000Y", "%240d"}) {
    EXPECT_TRUE(Write(format).starts_with("error: ")) << format;
  }
}

}  // namespace
}  // namespace fairlead::observe
