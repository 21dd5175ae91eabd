#include "dataplane/xds/scalar_text.h"

#include <cmath>
#include <cstdint>

#include "google/protobuf/duration.pb.h"
#include "gtest/gtest.h"

namespace fairlead::xds {
namespace {

TEST(ScalarTextTest, BooleansOfYamlAreMoreThanThoseOfJson) {
  for (const char* text : {"true", "True", "yes", "ON", "y"}) EXPECT_EQ(BoolOf(text, false), true);
  for (const char* text : {"false", "No", "off", "N"}) EXPECT_EQ(BoolOf(text, false), false);
  EXPECT_EQ(BoolOf("true", true), true);
  for (const char* text : {"yes", "True", "1", ""}) EXPECT_EQ(BoolOf(text, true), std::nullopt);
}

TEST(ScalarTextTest, Integers) {
  EXPECT_EQ(IntegerOf<int32_t>("-12", false), -12);
  EXPECT_EQ(IntegerOf<int32_t>("1e3", false), 1000);
  EXPECT_EQ(IntegerOf<int32_t>("0x1f", true), 31);
  EXPECT_EQ(IntegerOf<int32_t>("-010", true), -8);
  EXPECT_EQ(IntegerOf<int32_t>("010", false), 10);
  for (const char* text : {"", "1.5", "0x1f", "12a", "2147483648", "1e10"}) {
    EXPECT_EQ(IntegerOf<int32_t>(text, false), std::nullopt) << text;
  }
}

TEST(ScalarTextTest, IntegersEndWithTheirType) {
  EXPECT_EQ(IntegerOf<int64_t>("9223372036854775807", false), INT64_MAX);
  EXPECT_EQ(IntegerOf<int64_t>("9223372036854775808", false), std::nullopt);
  EXPECT_EQ(IntegerOf<uint64_t>("18446744073709551615", false), UINT64_MAX);
  EXPECT_EQ(IntegerOf<uint64_t>("18446744073709551616", false), std::nullopt);
  EXPECT_EQ(IntegerOf<uint32_t>("-1", false), std::nullopt);
}

TEST(ScalarTextTest, FloatingNumbers) {
  EXPECT_EQ(FloatingOf("1.5e2"), 150.0);
  EXPECT_EQ(FloatingOf("-.inf"), -INFINITY);
  EXPECT_TRUE(std::isnan(FloatingOf("NaN").value_or(0)));
  for (const char* text : {"", "inf", "nan", "1e999", "0x10", "x"}) {
    EXPECT_EQ(FloatingOf(text), std::nullopt) << text;
  }
}

TEST(ScalarTextTest, Durations) {
  google::protobuf::Duration out;
  ASSERT_TRUE(ParseDuration("-1.5s", out));
  EXPECT_EQ(out.seconds(), -1);
  EXPECT_EQ(out.nanos(), -500'000'000);
  for (const char* text :
       {"", "s", "1", "1.s", ".5s", "1.0000000001s", "1ms", "--1s", "315576000001s"}) {
    EXPECT_FALSE(ParseDuration(text, out)) << text;
  }
}

}  // namespace
}  // namespace fairlead::xds
