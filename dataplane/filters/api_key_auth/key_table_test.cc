#include "dataplane/filters/api_key_auth/key_table.h"

#include <gtest/gtest.h>

#include "dataplane/base/strings.h"

namespace fairlead::filters {
namespace {

TEST(KeyTableTest, FindsWhoseAKeyIs) {
  KeyTable table(7);
  EXPECT_TRUE(table.empty());
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(table.Add(StrCat("key-", i), StrCat("client-", i)));
  EXPECT_FALSE(table.empty());
  const std::string* client = table.FindClient("key-421");
  ASSERT_NE(client, nullptr);
  EXPECT_EQ(*client, "client-421");
  EXPECT_EQ(table.FindClient("key-1000"), nullptr);
  EXPECT_EQ(table.FindClient("key-42 "), nullptr);
  EXPECT_EQ(table.FindClient("KEY-421"), nullptr);
  EXPECT_EQ(table.FindClient(""), nullptr);
}

TEST(KeyTableTest, RefusesAKeyTwice) {
  KeyTable table(7);
  EXPECT_TRUE(table.Add("k", "a"));
  EXPECT_FALSE(table.Add("k", "b"));
  EXPECT_EQ(*table.FindClient("k"), "a");
}

TEST(KeyTableTest, KeysMayHaveAnyBytes) {
  KeyTable table(7);
  const std::string_view key("a\0b", 3);
  EXPECT_TRUE(table.Add(key, "a"));
  EXPECT_NE(table.FindClient(key), nullptr);
  EXPECT_EQ(table.FindClient("a"), nullptr);
}

}  // namespace
}  // namespace fairlead::filters
