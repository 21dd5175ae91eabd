#include "tools/fairlead/documents.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace fairlead::cli {
namespace {

namespace fs = std::filesystem;

class DocumentsTest : public testing::Test {
 protected:
  DocumentsTest() : folder_(fs::path(testing::TempDir()) / "documents") {
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "sub" / ".git");
  }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }

  absl::StatusOr<std::vector<TextDocument>> Read(const std::vector<std::string>& paths,
                                                 const std::string& input = "") {
    std::istringstream in(input);
    return ReadDocuments(paths, in);
  }

  fs::path folder_;
};

TEST_F(DocumentsTest, ReadsAFolderSortedAndRecursively) {
  Write("b.yaml", "B");
  Write("a.yml", "A");
  Write("sub/c.json", "C");
  Write("readme.txt", "no");
  Write(".hidden.yaml", "no");
  Write("sub/.git/x.yaml", "no");
  const auto documents = Read({folder_.string()});
  ASSERT_TRUE(documents.ok()) << documents.status();
  ASSERT_EQ(documents->size(), 3u);
  EXPECT_EQ((*documents)[0].source, (folder_ / "a.yml").string());
  EXPECT_EQ((*documents)[0].text, "A");
  EXPECT_EQ((*documents)[1].text, "B");
  EXPECT_EQ((*documents)[2].text, "C");
}

TEST_F(DocumentsTest, ReadsStandardInputAndEachFileOnce) {
  Write("a.yaml", "A");
  const std::string file = (folder_ / "a.yaml").string();
  const auto documents = Read({"-", file, file}, "IN");
  ASSERT_TRUE(documents.ok()) << documents.status();
  ASSERT_EQ(documents->size(), 2u);
  EXPECT_EQ((*documents)[0].source, "stdin");
  EXPECT_EQ((*documents)[0].text, "IN");
}

TEST_F(DocumentsTest, SaysWhatCannotBeRead) {
  EXPECT_EQ(Read({"/no/such.yaml"}).status().message(),
            "cannot read /no/such.yaml: No such file or directory");
  EXPECT_EQ(Read({folder_.string()}).status().message(),
            "folder " + folder_.string() + " has no *.yaml, *.yml or *.json file");
}

TEST_F(DocumentsTest, RefusesMoreThanTheLimit) {
  Write("big.yaml", "");
  fs::resize_file(folder_ / "big.yaml", kMaxDocumentBytes + 1);
  const auto documents = Read({folder_.string()});
  EXPECT_NE(documents.status().message().find("more than 64 MiB"), std::string::npos);
}

TEST_F(DocumentsTest, FingerprintChangesWithTheFiles) {
  Write("a.yaml", "A");
  const std::string first = DocumentsFingerprint({folder_.string()});
  EXPECT_EQ(DocumentsFingerprint({folder_.string()}), first);
  Write("a.yaml", "AA");
  const std::string second = DocumentsFingerprint({folder_.string()});
  EXPECT_NE(second, first);
  Write("b.yaml", "");
  EXPECT_NE(DocumentsFingerprint({folder_.string()}), second);
  EXPECT_NE(DocumentsFingerprint({"/no/such.yaml"}), "");
}

TEST_F(DocumentsTest, FindsDeclaredResources) {
  const std::vector<ResourceName> expected = {{"Service", "shop"}, {"Route", "r"}, {"Policy", "p"}};
  EXPECT_EQ(DeclaredResources({{"a", "kind: Service\nname: shop\n---\nkind: Route\nname: r\n"},
                               {"b", R"({"kind": "Policy", "name": "p"})"},
                               {"c", "- 1\n---\nx: {\n"}}),
            expected);
}

}  // namespace
}  // namespace fairlead::cli
