#include "dataplane/xds/text_lists.h"

#include <string>

#include "gmock/gmock.h"

namespace fairlead::xds {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Entries = std::vector<std::string_view>;

Entries Only(std::string_view text) {
  const std::vector<TextList> lists = FindTextLists(text, "l");
  return lists.size() == 1 ? lists[0].entries : Entries{};
}

TEST(TextListsTest, EntriesOfABlockListAreTheirLines) {
  const std::string_view text =
      "---\na: 1\nl:  # the list\n\n  # first\n  - x: 1\n    y: 2\n\n  - {x: 3}\n# last\nb: 4\n";
  const std::vector<TextList> lists = FindTextLists(text, "l");
  ASSERT_THAT(lists, SizeIs(1));
  EXPECT_THAT(lists[0].entries, ElementsAre("  - x: 1\n    y: 2\n\n", "  - {x: 3}\n# last\n"));
  EXPECT_EQ(lists[0].indent, "  ");
  EXPECT_EQ(text.substr(lists[0].begin, lists[0].end - lists[0].begin),
            "  - x: 1\n    y: 2\n\n  - {x: 3}\n# last\n");
  // A list may stand where its key does, and end with the text.
  EXPECT_THAT(Only("l:\n- 1\n- l:\n  - 2\n"), ElementsAre("- 1\n", "- l:\n  - 2\n"));
}

TEST(TextListsTest, EachListOfTheKey) {
  EXPECT_THAT(FindTextLists("r:\n- n: 1\n  l:\n  - a\n- n: 2\n  l:\n  - b\n  - c\n", "l"),
              SizeIs(2));
  EXPECT_THAT(FindTextLists(R"({"l":[1],"m":{"l":[2,3]},"n":"l","l":4})", "l"), SizeIs(2));
}

TEST(TextListsTest, OtherFormsAndEmptyListsAreLeftAlone) {
  for (const char* text : {"",
                           "l: [a]\n",
                           "l:\n",
                           "l:\n  a: 1\n",
                           "l: &x\n- a\n",
                           "\"l\":\n- a\n",
                           "k:\n- a\n",
                           "l:\n\t- a\n",
                           "l:\n- a\n-\n  b\n",
                           "l:\n- a\n...\n",
                           "a: 1\n---\nl:\n- a\n",
                           "%YAML 1.2\n---\nl:\n- a\n",
                           "l:\r\n- a\r\n",
                           "l:\n- a",
                           "{\"l\": []}",
                           "{\"l\": [1,]}",
                           "{\"l\": [1",
                           "{\"l\": 1}",
                           "{\"k\": [\"l\", [1]]}",
                           "{\"l"}) {
    EXPECT_THAT(FindTextLists(text, "l"), IsEmpty()) << text;
  }
}

TEST(TextListsTest, EntriesOfAJsonListAreItsValues) {
  EXPECT_THAT(Only(R"({"l" : [ {"a": [1, "]"]} ,"x\",\\" , 3 ]})"),
              ElementsAre(R"({"a": [1, "]"]})", R"("x\",\\")", "3"));
  EXPECT_THAT(Only("{\"l\": [\n  1,\n  2\n]}"), ElementsAre("1", "2"));
}

}  // namespace
}  // namespace fairlead::xds
