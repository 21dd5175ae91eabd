#include "dataplane/net/cidr.h"

#include "gtest/gtest.h"

namespace fairlead::net {
namespace {

bool In(std::string_view range, uint32_t bits, std::string_view ip) {
  return Cidr::Make(range, bits)->Contains(*Address::Parse(ip, 80));
}

TEST(CidrTest, ComparesThePrefixOnly) {
  EXPECT_TRUE(In("10.0.0.0", 8, "10.255.1.2"));
  EXPECT_FALSE(In("10.0.0.0", 8, "11.0.0.0"));
  EXPECT_TRUE(In("172.16.9.9", 12, "172.31.255.255"));
  EXPECT_FALSE(In("172.16.0.0", 12, "172.32.0.0"));
  EXPECT_TRUE(In("192.0.2.1", 32, "192.0.2.1"));
  EXPECT_FALSE(In("192.0.2.1", 32, "192.0.2.0"));
  EXPECT_TRUE(In("0.0.0.0", 0, "203.0.113.9"));
  EXPECT_TRUE(In("2001:db8::", 33, "2001:db8:7fff::1"));
  EXPECT_FALSE(In("2001:db8::", 33, "2001:db8:8000::1"));
}

TEST(CidrTest, FamiliesDoNotMix) {
  EXPECT_FALSE(In("0.0.0.0", 0, "::1"));
  EXPECT_FALSE(In("::", 0, "127.0.0.1"));
}

TEST(CidrTest, RefusesWhatIsNoRange) {
  EXPECT_FALSE(Cidr::Make("ten", 8).ok());
  EXPECT_FALSE(Cidr::Make("10.0.0.0", 33).ok());
  EXPECT_TRUE(Cidr::Make("::", 128).ok());
  EXPECT_FALSE(Cidr::Make("::", 129).ok());
}

}  // namespace
}  // namespace fairlead::net
