#include "controlplane/auth/token_auth.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace fairlead::control::auth {
namespace {

absl::StatusOr<TokenAuth> FromText(const std::string& text) {
  std::string path = absl::StrCat(testing::TempDir(), "/token");
  std::ofstream(path) << text;
  return TokenAuth::FromFile(path);
}

TEST(TokenAuthTest, WithoutFileEverybodyIsAccepted) {
  EXPECT_FALSE(TokenAuth().is_required());
  EXPECT_TRUE(TokenAuth().Accepts(""));
}

TEST(TokenAuthTest, OnlyTheTokenIsAccepted) {
  auto auth = FromText("0123456789abcdef\nsecond line\n");
  ASSERT_TRUE(auth.ok()) << auth.status();
  EXPECT_TRUE(auth->is_required());
  EXPECT_TRUE(auth->Accepts("Bearer 0123456789abcdef"));
  EXPECT_TRUE(auth->Accepts("bearer 0123456789abcdef"));
  EXPECT_FALSE(auth->Accepts("Bearer 0123456789abcdeg"));
  EXPECT_FALSE(auth->Accepts("Bearer 0123456789abcdef "));
  EXPECT_FALSE(auth->Accepts("Bearer "));
  EXPECT_FALSE(auth->Accepts("0123456789abcdef"));
  EXPECT_FALSE(auth->Accepts("Basic 0123456789abcdef"));
  EXPECT_FALSE(auth->Accepts(""));
}

TEST(TokenAuthTest, BadFilesAreRefused) {
  EXPECT_FALSE(FromText("short").ok());
  EXPECT_FALSE(FromText("").ok());
  EXPECT_FALSE(FromText("0123456789 abcdef").ok());
  EXPECT_FALSE(FromText(std::string(5000, 'a')).ok());
  EXPECT_FALSE(TokenAuth::FromFile("/nonexistent/token").ok());
}

TEST(TokenAuthTest, Loopback) {
  for (const char* host : {"127.0.0.1", "127.9.9.9", "::1", "localhost"}) {
    EXPECT_TRUE(IsLoopback(host)) << host;
  }
  for (const char* host :
       {"0.0.0.0", "::", "10.0.0.1", "localhost.evil.test", "127.0.0.1.evil.test", ""}) {
    EXPECT_FALSE(IsLoopback(host)) << host;
  }
}

TEST(TokenAuthTest, Addresses) {
  EXPECT_EQ(ParseHostPort("127.0.0.1:0")->ToString(), "127.0.0.1:0");
  EXPECT_EQ(ParseHostPort("[::1]:80")->host, "::1");
  EXPECT_EQ(ParseHostPort("[::1]:80")->ToString(), "[::1]:80");
  for (const char* text :
       {"", "127.0.0.1", ":80", "host:80", "127.0.0.1:70000", "127.0.0.1:-1", "[::1:80"}) {
    EXPECT_FALSE(ParseHostPort(text).ok()) << text;
  }
}

TEST(TokenAuthTest, BindingBeyondLoopbackNeedsAToken) {
  EXPECT_TRUE(CheckBind({"127.0.0.1", 1}, TokenAuth(), "--x").ok());
  EXPECT_FALSE(CheckBind({"0.0.0.0", 1}, TokenAuth(), "--x").ok());
  EXPECT_TRUE(CheckBind({"0.0.0.0", 1}, *FromText("0123456789abcdef"), "--x").ok());
}

}  // namespace
}  // namespace fairlead::control::auth
