#include "controlplane/translate/header_edits.h"

#include "fairlead/v1/resources.pb.h"
#include "gtest/gtest.h"

namespace fairlead::control::translate {
namespace {

using fairlead::v1::HeaderEdit;

HeaderEdit Set(const std::string& name, const std::string& value) {
  HeaderEdit edit;
  (*edit.mutable_set())[name] = value;
  return edit;
}

HeaderEdit Add(const std::string& name, const std::string& value) {
  HeaderEdit edit;
  (*edit.mutable_add())[name] = value;
  return edit;
}

HeaderEdit Remove(const std::string& name) {
  HeaderEdit edit;
  edit.add_remove(name);
  return edit;
}

// "name=value" replaces, "name+=value" appends, "-name" is removed.
std::string Effect(const std::vector<HeaderEdit>& edits) {
  HeaderEditSequence sequence;
  for (const HeaderEdit& edit : edits) sequence.Then(edit);
  std::string out;
  for (const std::string& name : sequence.Removed()) out += "-" + name + " ";
  for (const auto& addition : sequence.Additions()) {
    out += addition.name + (addition.overwrites ? "=" : "+=") + addition.value + " ";
  }
  return out;
}

TEST(HeaderEditSequenceTest, TheLaterSetWins) {
  EXPECT_EQ(Effect({Set("A", "1"), Set("a", "2")}), "a=2 ");
}

TEST(HeaderEditSequenceTest, AddsPileUp) {
  EXPECT_EQ(Effect({Add("a", "1"), Add("a", "2")}), "a+=1 a+=2 ");
  EXPECT_EQ(Effect({Set("a", "1"), Add("a", "2")}), "a=1 a+=2 ");
}

TEST(HeaderEditSequenceTest, RemoveTakesEarlierEditsAway) {
  EXPECT_EQ(Effect({Set("a", "1"), Add("a", "2"), Remove("A")}), "-a ");
  EXPECT_EQ(Effect({Remove("a"), Add("a", "2")}), "a=2 ");
}

TEST(HeaderEditSequenceTest, WithinOneEditRemoveIsFirst) {
  HeaderEdit edit = Set("a", "1");
  edit.add_remove("a");
  EXPECT_EQ(Effect({edit}), "a=1 ");
}

}  // namespace
}  // namespace fairlead::control::translate
