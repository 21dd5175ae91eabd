#include "tools/fairlead/run/file_watcher.h"

#include <gtest/gtest.h>

namespace fairlead::cli {
namespace {

class FileWatcherTest : public testing::Test {
 protected:
  // Lets an interval pass and looks.
  bool Poll() {
    now_ += absl::Milliseconds(300);
    return watcher_.Poll(now_);
  }

  std::string files_ = "first";
  int looks_ = 0;
  absl::Time now_ = absl::UnixEpoch();
  FileWatcher watcher_{[this] {
                         ++looks_;
                         return files_;
                       },
                       absl::Milliseconds(300)};
};

TEST_F(FileWatcherTest, WhatIsThereAtTheStartIsNoChange) {
  EXPECT_FALSE(Poll());
  EXPECT_FALSE(Poll());
}

TEST_F(FileWatcherTest, AChangeCountsOnceItRests) {
  EXPECT_FALSE(Poll());
  files_ = "half";
  EXPECT_FALSE(Poll());
  files_ = "whole";
  EXPECT_FALSE(Poll());
  EXPECT_TRUE(Poll());
  EXPECT_FALSE(Poll());
}

TEST_F(FileWatcherTest, AChangeThatIsTakenBackIsNone) {
  files_ = "other";
  EXPECT_FALSE(Poll());
  files_ = "first";
  EXPECT_FALSE(Poll());
  EXPECT_FALSE(Poll());
}

TEST_F(FileWatcherTest, LooksAtMostOnceAnInterval) {
  Poll();
  const int looks = looks_;
  for (int i = 0; i < 100; ++i) watcher_.Poll(now_);
  EXPECT_EQ(looks_, looks);
}

}  // namespace
}  // namespace fairlead::cli
