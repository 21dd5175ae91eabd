#include "dataplane/codec/http1/authority.h"

#include <gtest/gtest.h>

#include <string_view>

namespace fairlead::codec::http1 {
namespace {

TEST(AuthorityTest, TakesHostsWithAnOptionalPort) {
  for (const std::string_view text :
       {"a", "example.com", "Example.COM:8080", "example.com.", "192.0.2.1:65535", "[::1]",
        "[2001:db8::192.0.2.1]:443", "a_b.internal", "a:0"}) {
    EXPECT_TRUE(IsAuthority(text)) << text;
  }
}

TEST(AuthorityTest, RefusesWhatIsNoneOrMayBeReadTwoWays) {
  for (const std::string_view text : {"",         ":80",
                                      "a:",       "a:b",
                                      "a:65536",  "a:000080",
                                      "a:80:80",  "a:+80",
                                      "user@a",   "a/b",
                                      "a?b",      "a#b",
                                      "a\\b",     "a,b",
                                      "a b",      " a",
                                      "a\tb",     "a%41",
                                      "a\x80",    "[",
                                      "[]",       "[::1",
                                      "::1",      "[::1]x",
                                      "[::1]:",   "[fe80::1%25eth0]",
                                      "[v1.x]",   "[1.2.3.4]",
                                      "http://a", "a|b",
                                      "a<b"}) {
    EXPECT_FALSE(IsAuthority(text)) << text;
  }
}

}  // namespace
}  // namespace fairlead::codec::http1
