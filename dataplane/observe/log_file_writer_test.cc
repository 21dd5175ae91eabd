#include "dataplane/observe/log_file_writer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace fairlead::observe {
namespace {

class LogFileWriterTest : public testing::Test {
 protected:
  void SetUp() override { std::remove(path_.c_str()); }
  void TearDown() override { std::remove(path_.c_str()); }

  static std::string Read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  const std::string path_ = testing::TempDir() + "/" +
                            testing::UnitTest::GetInstance()->current_test_info()->name() + ".log";
};

TEST_F(LogFileWriterTest, FlushWritesWhatWasAppended) {
  LogFileWriter writer;
  auto file = writer.Open(path_);
  ASSERT_TRUE(file.ok()) << file.status();
  (*file)->Append("one\n");
  (*file)->Append("two\n");
  writer.Flush();
  EXPECT_EQ(Read(path_), "one\ntwo\n");
  EXPECT_EQ(writer.dropped_lines(), 0u);
}

TEST_F(LogFileWriterTest, OneFileForEachPath) {
  LogFileWriter writer;
  auto a = writer.Open(path_);
  auto b = writer.Open(path_);
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(*a, *b);
}

TEST_F(LogFileWriterTest, EndWritesWhatIsBuffered) {
  {
    LogFileWriter writer;
    auto file = writer.Open(path_);
    ASSERT_TRUE(file.ok());
    (*file)->Append("last\n");
  }
  EXPECT_EQ(Read(path_), "last\n");
}

TEST_F(LogFileWriterTest, FileOutlivesTheWriterAndDrops) {
  std::shared_ptr<LogFile> file;
  {
    LogFileWriter writer;
    file = *writer.Open(path_);
    file->Append("a\n");
  }
  file->Append("b\n");
  EXPECT_EQ(Read(path_), "a\n");
}

TEST_F(LogFileWriterTest, ReleasedFileIsWrittenAndClosed) {
  LogFileWriter writer;
  auto file = writer.Open(path_);
  ASSERT_TRUE(file.ok());
  const std::weak_ptr<LogFile> watch = *file;
  (*file)->Append("a\n");
  file->reset();
  writer.Flush();
  EXPECT_TRUE(watch.expired());
  EXPECT_EQ(Read(path_), "a\n");
}

TEST_F(LogFileWriterTest, ReopenFollowsThePath) {
  const std::string moved = path_ + ".1";
  LogFileWriter writer;
  auto file = writer.Open(path_);
  ASSERT_TRUE(file.ok());
  (*file)->Append("old\n");
  ASSERT_EQ(std::rename(path_.c_str(), moved.c_str()), 0);
  writer.Reopen();
  (*file)->Append("new\n");
  writer.Flush();
  EXPECT_EQ(Read(moved), "old\n");
  EXPECT_EQ(Read(path_), "new\n");
  std::remove(moved.c_str());
}

TEST_F(LogFileWriterTest, RefusesWhatCannotBeOpened) {
  LogFileWriter writer;
  EXPECT_FALSE(writer.Open(testing::TempDir()).ok());
  EXPECT_FALSE(writer.Open("/no/such/folder/a.log").ok());
  EXPECT_FALSE(writer.Open(std::string_view("a\0b", 3)).ok());
}

// Goal: a full buffer drops and counts. Method: a pipe that is full and never read.
TEST_F(LogFileWriterTest, StuckPipeDropsAndDoesNotHoldOtherFiles) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  const int reader = open(path_.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  const std::string other_path = path_ + ".other";
  const std::string line = std::string(1023, 'x') + "\n";
  // A pipe holds 64 KiB; then 1 MiB is pending, and 1 MiB buffered.
  constexpr uint64_t kLines = 4096;
  uint64_t dropped = 0;
  {
    LogFileWriter writer;
    auto stuck = writer.Open(path_);
    auto other = writer.Open(other_path);
    ASSERT_TRUE(stuck.ok() && other.ok());
    for (uint64_t i = 0; i < kLines; ++i) (*stuck)->Append(line);
    (*other)->Append("fine\n");
    writer.Flush();
    EXPECT_EQ(Read(other_path), "fine\n");
    dropped = writer.dropped_lines();
    EXPECT_GE(dropped, kLines - 64 - 2 * 1024 - 1);
    EXPECT_LT(dropped, kLines);
  }
  close(reader);
  std::remove(other_path.c_str());
}

TEST_F(LogFileWriterTest, BrokenPipeIsCountedAndDoesNotKill) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  const int reader = open(path_.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  LogFileWriter writer;
  auto file = writer.Open(path_);
  ASSERT_TRUE(file.ok());
  close(reader);
  (*file)->Append("a\n");
  (*file)->Append("b\n");
  writer.Flush();
  EXPECT_EQ(writer.dropped_lines(), 2u);
}

TEST_F(LogFileWriterTest, ManyThreadsLoseNothing) {
  LogFileWriter writer;
  auto file = writer.Open(path_);
  ASSERT_TRUE(file.ok());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 1000; ++i)
        (*file)->Append(std::string(9, static_cast<char>('a' + t)) + "\n");
    });
  }
  for (std::thread& thread : threads) thread.join();
  writer.Flush();
  EXPECT_EQ(Read(path_).size(), 4u * 1000 * 10);
  EXPECT_EQ(writer.dropped_lines(), 0u);
}

TEST_F(LogFileWriterTest, LineOverTheLimitIsDropped) {
  LogFileWriter writer;
  auto file = writer.Open(path_);
  ASSERT_TRUE(file.ok());
  (*file)->Append(std::string(LogFile::kBufferMax + 1, 'x'));
  writer.Flush();
  EXPECT_EQ(writer.dropped_lines(), 1u);
  EXPECT_EQ(Read(path_), "");
}

}  // namespace
}  // namespace fairlead::observe
