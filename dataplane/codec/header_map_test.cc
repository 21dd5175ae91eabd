#include "dataplane/codec/header_map.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace fairlead::codec {
namespace {

std::string Dump(const HeaderMap& map) {
  std::string out;
  for (const Header& field : map) {
    out.append(field.name).append("=").append(field.value).append(";");
  }
  return out;
}

TEST(HeaderMapTest, KeepsOrderAndDuplicates) {
  HeaderMap map;
  map.AddBorrowed(HeaderId::kAccept, "accept", "a");
  map.AddBorrowed(HeaderId::kOther, "x-team", "blue");
  map.AddBorrowed(HeaderId::kAccept, "accept", "b");
  EXPECT_EQ(Dump(map), "accept=a;x-team=blue;accept=b;");
  EXPECT_EQ(map.Get(HeaderId::kAccept), "a");
  EXPECT_EQ(map.Get("accept"), "a");
  EXPECT_EQ(map.Get("x-team"), "blue");
  EXPECT_EQ(map.size(), 3u);
}

TEST(HeaderMapTest, MissingAndEmptyValuesDiffer) {
  HeaderMap map;
  map.Add("x-empty", "");
  map.Add(HeaderId::kVia, "");
  EXPECT_NE(map.Get("x-empty").data(), nullptr);
  EXPECT_NE(map.Get(HeaderId::kVia).data(), nullptr);
  EXPECT_EQ(map.Get("x-missing").data(), nullptr);
  EXPECT_EQ(map.Get(HeaderId::kDate).data(), nullptr);
  EXPECT_TRUE(map.Has(HeaderId::kVia));
  EXPECT_FALSE(map.Has(HeaderId::kDate));
}

TEST(HeaderMapTest, AddCopies) {
  HeaderMap map;
  std::string name = "x-team";
  std::string value = "blue";
  map.Add(name, value);
  name[0] = 'y';
  value[0] = 'g';
  EXPECT_EQ(map.Get("x-team"), "blue");
}

TEST(HeaderMapTest, SetReplacesTheFirstAndDropsTheRest) {
  HeaderMap map;
  map.Add("accept", "a");
  map.Add("x-team", "blue");
  map.Add("accept", "b");
  map.Set("accept", "c");
  EXPECT_EQ(Dump(map), "accept=c;x-team=blue;");
  map.Set(HeaderId::kVary, "origin");
  EXPECT_EQ(map.Get(HeaderId::kVary), "origin");
  // A value of the map itself may be the new value.
  map.Set(HeaderId::kVary, map.Get("x-team"));
  EXPECT_EQ(map.Get(HeaderId::kVary), "blue");
}

TEST(HeaderMapTest, SetOfAnUnknownNameKeepsOneField) {
  HeaderMap map;
  map.Add("x-team", "blue");
  map.Add("x-team", "red");
  map.Set("x-team", "green");
  EXPECT_EQ(Dump(map), "x-team=green;");
}

TEST(HeaderMapTest, SetOfAnUnknownNameStaysInItsPlace) {
  HeaderMap map;
  map.Add("x-a", "1");
  map.Add("x-b", "2");
  map.Set("x-a", "3");
  EXPECT_EQ(Dump(map), "x-a=3;x-b=2;");
}

TEST(HeaderMapTest, RemoveFindsEveryFieldAndKeepsTheIndexRight) {
  HeaderMap map;
  map.Add("via", "1");
  map.Add("date", "today");
  map.Add("via", "2");
  map.Add("x-team", "blue");
  EXPECT_EQ(map.Remove(HeaderId::kVia), 2);
  EXPECT_EQ(map.Remove(HeaderId::kVia), 0);
  EXPECT_EQ(map.Get(HeaderId::kDate), "today");
  EXPECT_EQ(map.Remove("x-team"), 1);
  EXPECT_EQ(map.Remove("x-team"), 0);
  EXPECT_EQ(Dump(map), "date=today;");
}

TEST(HeaderMapTest, GetAllJoins) {
  HeaderMap map;
  map.Add("via", "1");
  map.Add("x-empty", "");
  map.Add("via", "2");
  map.Add("x-empty", "");
  EXPECT_EQ(map.GetAll("via"), "1,2");
  EXPECT_EQ(map.GetAll("x-empty"), ",");
  EXPECT_EQ(map.GetAll("date").data(), nullptr);
}

TEST(HeaderMapTest, ClearMakesItEmpty) {
  HeaderMap map;
  map.Add("via", "1");
  map.Clear();
  EXPECT_TRUE(map.empty());
  EXPECT_FALSE(map.Has(HeaderId::kVia));
  map.Add("via", "2");
  EXPECT_EQ(map.Get(HeaderId::kVia), "2");
}

}  // namespace
}  // namespace fairlead::codec
