#include "dataplane/xds/file_source.h"

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>

#include "dataplane/base/strings.h"
#include "dataplane/xds/client_test_support.h"
#include "gmock/gmock.h"

namespace fairlead::xds {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FileSourceTest : public testing::Test {
 protected:
  FileSourceTest() {
    const std::string pattern = StrCat(testing::TempDir(), "/file_source_XXXXXX");
    std::vector<char> name(pattern.begin(), pattern.end());
    name.push_back('\0');
    directory_ = mkdtemp(name.data());
    path_ = StrCat(directory_, "/cds.yaml");
  }
  static void Write(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
  }
  // As one replaces a file that others read.
  void Replace(const std::string& text) {
    Write(path_ + ".new", text);
    ASSERT_EQ(std::rename((path_ + ".new").c_str(), path_.c_str()), 0);
  }
  static std::string File(const std::string& version, const std::vector<std::string>& names) {
    std::string text = StrCat("version_info: '", version, "'\nresources:\n");
    for (const std::string& name : names) {
      StrAppend(&text, "- {'@type': ", TypeUrl(ResourceType::kCluster), ", name: ", name, "}\n");
    }
    return text;
  }
  std::unique_ptr<FileSource> Open(const std::string& watched = "") {
    auto source = FileSource::Open(
        {.path = path_, .watched_directory = watched, .type = ResourceType::kCluster}, handler_,
        watcher_, loop_);
    EXPECT_TRUE(source.ok()) << source.status();
    (*source)->SetInterest(ResourceType::kCluster, {.is_wildcard = true, .names = {}});
    return *std::move(source);
  }
  // Turns the loop until `count` updates have come. The clock moves with the turns.
  bool HasUpdates(size_t count) {
    for (int i = 0; i < 2000 && handler_.updates.size() < count; ++i) {
      time_.Advance(milliseconds(1));
      loop_.RunOnce(milliseconds(5));
    }
    return handler_.updates.size() == count;
  }

  std::string directory_, path_;
  event::ManualTime time_;
  event::EpollLoop loop_{time_, /*seed=*/1};
  FileWatcher watcher_{loop_};
  FakeHandler handler_;
};

TEST_F(FileSourceTest, ReadsTheFileAndReadsItAgainWhenReplaced) {
  Write(path_, File("1", {"a", "b"}));
  auto source = Open();
  EXPECT_TRUE(handler_.updates.empty());  // Not while it is told what is wanted.
  ASSERT_TRUE(HasUpdates(1));
  EXPECT_THAT(handler_.LastNames(), ElementsAre("a", "b"));
  EXPECT_EQ(handler_.updates.back().version, "1");
  EXPECT_TRUE(handler_.updates.back().is_whole_state);
  Replace(File("2", {"b"}));
  ASSERT_TRUE(HasUpdates(2));
  EXPECT_THAT(handler_.LastNames(), ElementsAre("b"));
  Write(path_, File("3", {"c"}));  // In place.
  ASSERT_TRUE(HasUpdates(3));
  EXPECT_THAT(handler_.LastNames(), ElementsAre("c"));
}

TEST_F(FileSourceTest, BadFileIsReportedAndChangesNothing) {
  Write(path_, File("1", {"a"}));
  auto source = Open();
  ASSERT_TRUE(HasUpdates(1));
  Replace("resources: [");
  ASSERT_TRUE(HasUpdates(2));
  const Update& update = handler_.updates.back();
  EXPECT_TRUE(update.resources.empty());
  EXPECT_FALSE(update.is_whole_state);  // Nothing is gone.
  ASSERT_EQ(update.source_errors.size(), 1u);
  EXPECT_THAT(update.source_errors[0].message, HasSubstr("cds.yaml:"));
  Replace(File("2", {"b"}));
  ASSERT_TRUE(HasUpdates(3));
  EXPECT_THAT(handler_.LastNames(), ElementsAre("b"));
}

TEST_F(FileSourceTest, OtherFilesInTheDirectoryDoNotMatter) {
  Write(path_, File("1", {"a"}));
  auto source = Open();
  ASSERT_TRUE(HasUpdates(1));
  Write(directory_ + "/other.yaml", "x");
  Replace(File("2", {"b"}));
  ASSERT_TRUE(HasUpdates(2));
  EXPECT_EQ(handler_.updates.back().version, "2");
}

// Neither does what is written beside it before it is moved there, nor another file's move.
TEST_F(FileSourceTest, OtherFilesInTheWatchedDirectoryDoNotMatter) {
  Write(path_, File("1", {"a"}));
  auto source = Open(directory_);
  ASSERT_TRUE(HasUpdates(1));
  Write(directory_ + "/other.yaml.new", "x");
  ASSERT_EQ(
      std::rename((directory_ + "/other.yaml.new").c_str(), (directory_ + "/other.yaml").c_str()),
      0);
  Replace(File("2", {"b"}));
  ASSERT_TRUE(HasUpdates(2));
  EXPECT_EQ(handler_.updates.back().version, "2");
}

// How mounted volumes are updated: files are links through a link to a folder, which is swapped.
TEST_F(FileSourceTest, SwapOfALinkInTheWatchedDirectoryIsSeen) {
  for (const char* version : {"v1", "v2"}) {
    const std::string folder = StrCat(directory_, "/", version);
    ASSERT_EQ(mkdir(folder.c_str(), 0755), 0);
    Write(folder + "/cds.yaml", File(version, {"a"}));
  }
  ASSERT_EQ(symlink("v1", (directory_ + "/data").c_str()), 0);
  ASSERT_EQ(symlink("data/cds.yaml", path_.c_str()), 0);
  auto source = Open(directory_);
  ASSERT_TRUE(HasUpdates(1));
  EXPECT_EQ(handler_.updates.back().version, "v1");
  ASSERT_EQ(symlink("v2", (directory_ + "/data.new").c_str()), 0);
  ASSERT_EQ(std::rename((directory_ + "/data.new").c_str(), (directory_ + "/data").c_str()), 0);
  ASSERT_TRUE(HasUpdates(2));
  EXPECT_EQ(handler_.updates.back().version, "v2");
}

TEST_F(FileSourceTest, MissingFileIsRefused) {
  const auto source =
      FileSource::Open({.path = path_, .watched_directory = "", .type = ResourceType::kCluster},
                       handler_, watcher_, loop_);
  EXPECT_THAT(std::string(source.status().message()),
              HasSubstr("cds.yaml' cannot be read: No such file"));
}

TEST_F(FileSourceTest, RefreshDeliversAgain) {
  Write(path_, File("1", {"a"}));
  auto source = Open();
  ASSERT_TRUE(HasUpdates(1));
  source->Refresh(ResourceType::kCluster, {"a"});
  ASSERT_TRUE(HasUpdates(2));
}

TEST_F(FileSourceTest, NothingComesAfterItsEnd) {
  Write(path_, File("1", {"a"}));
  {
    auto source = Open();
  }
  Replace(File("2", {"b"}));
  for (int i = 0; i < 20; ++i) loop_.RunOnce(milliseconds(1));
  EXPECT_TRUE(handler_.updates.empty());
}

}  // namespace
}  // namespace fairlead::xds
