#include "dataplane/net/buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairlead::net {
namespace {

void Append(ReadBuffer& buffer, std::string_view text, size_t wanted = 16) {
  while (!text.empty()) {
    char* const tail = buffer.Reserve(wanted);
    const size_t n = std::min(text.size(), buffer.space());
    std::memcpy(tail, text.data(), n);
    buffer.Commit(n);
    text.remove_prefix(n);
  }
}

TEST(SliceTest, CopiesBytes) {
  std::string text = "hello";
  const Slice slice = Slice::Copy(text);
  text[0] = 'j';
  EXPECT_EQ(slice.view(), "hello");
  EXPECT_TRUE(Slice::Copy("").empty());
}

TEST(SliceTest, SharesItsBlockUntilTheLastOneIsGone) {
  const size_t pooled = Block::PooledBytes();
  {
    Slice first = Slice::Copy("hello world");
    Slice second = first;
    second.RemovePrefix(6);
    first.Truncate(5);
    EXPECT_EQ(first.data() + 6, second.data());
    Slice moved = std::move(first);
    EXPECT_TRUE(first.empty());  // NOLINT: a moved-from slice is empty
    EXPECT_EQ(moved.view(), "hello");
    moved = Slice();
    EXPECT_EQ(second.view(), "world");
  }
  EXPECT_GE(Block::PooledBytes(), pooled);
  EXPECT_GE(Block::PooledBytes(), kSmallBlock);
}

TEST(SliceTest, StaticBytesAreNotCopied) {
  static constexpr std::string_view kText = "literal";
  const Slice slice = Slice::Static(kText);
  EXPECT_EQ(slice.data(), kText.data());
}

TEST(BlockTest, ReusesBlocksOfTheUsualSizes) {
  Block* const block = Block::New(100, Block::For::kReading);
  EXPECT_EQ(block->capacity, kSmallBlock);
  block->Unref();
  const size_t pooled = Block::PooledBytes();
  Block* const again = Block::New(kSmallBlock, Block::For::kReading);
  EXPECT_EQ(again, block);
  EXPECT_EQ(Block::PooledBytes(), pooled - kSmallBlock);
  again->Unref();
}

TEST(BlockTest, OtherSizesAreExactAndNotPooled) {
  const size_t pooled = Block::PooledBytes();
  Block* const block = Block::New(kLargeBlock + 1, Block::For::kReading);
  EXPECT_EQ(block->capacity, kLargeBlock + 1);
  block->Unref();
  EXPECT_EQ(Block::PooledBytes(), pooled);
}

TEST(BlockTest, ThePoolIsBounded) {
  std::vector<Block*> blocks;
  for (int i = 0; i < 100; ++i) blocks.push_back(Block::New(kLargeBlock, Block::For::kReading));
  for (Block* const block : blocks) block->Unref();
  EXPECT_LE(Block::PooledBytes(), size_t{3} * 4 * 1024 * 1024);
}

// Sets an account for a test's length.
class AccountScope {
 public:
  explicit AccountScope(BlockAccount& account) : former_(Block::SetAccount(&account)) {}
  ~AccountScope() { Block::SetAccount(former_); }

 private:
  BlockAccount* const former_;
};

TEST(BlockAccountTest, ReadsStopAtTheBoundAndAnswersGoALittleBeyond) {
  BlockAccount account(32 * kSmallBlock);
  const AccountScope scope(account);
  std::vector<Block*> blocks;
  while (Block* block = Block::New(1, Block::For::kReading)) blocks.push_back(block);
  EXPECT_EQ(blocks.size(), 32u);
  EXPECT_EQ(account.bytes(), 32 * kSmallBlock);
  EXPECT_EQ(account.refused(), 1u);
  while (Block* block = Block::New(1, Block::For::kWriting)) blocks.push_back(block);
  EXPECT_EQ(blocks.size(), 34u);
  EXPECT_TRUE(Slice::Copy("x").empty());
  EXPECT_EQ(account.refused(), 3u);
  for (Block* const block : blocks) block->Unref();
  EXPECT_EQ(account.bytes(), 0u);
  EXPECT_EQ(Slice::Copy("x").view(), "x");
}

TEST(BlockAccountTest, AReadBufferThatCannotGrowKeepsWhatItHas) {
  BlockAccount account(kSmallBlock);
  const AccountScope scope(account);
  ReadBuffer buffer;
  Append(buffer, "abc", 100);
  buffer.Commit(buffer.space() - 2);
  EXPECT_NE(buffer.Reserve(4096), nullptr);
  EXPECT_EQ(buffer.space(), 2u);
  buffer.Commit(2);
  EXPECT_EQ(buffer.Reserve(4096), nullptr);
  EXPECT_EQ(buffer.view().substr(0, 3), "abc");
  EXPECT_EQ(buffer.size(), kSmallBlock);
  ReadBuffer other;
  EXPECT_EQ(other.Reserve(1), nullptr);
  EXPECT_EQ(account.refused(), 3u);
}

TEST(ReadBufferTest, HoldsNoMemoryWhileEmpty) {
  ReadBuffer buffer;
  EXPECT_EQ(buffer.space(), 0u);
  Append(buffer, "hello");
  EXPECT_EQ(buffer.view(), "hello");
  EXPECT_GT(buffer.space(), 0u);
  buffer.Consume(5);
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.space(), 0u);
}

TEST(ReadBufferTest, SlicesOutliveTheBuffer) {
  Slice slice;
  {
    ReadBuffer buffer;
    Append(buffer, "head body");
    slice = buffer.TakeSlice(4);
    buffer.Consume(1);
    EXPECT_EQ(buffer.view(), "body");
  }
  EXPECT_EQ(slice.view(), "head");
}

TEST(ReadBufferTest, LaterReadsDoNotTouchSlices) {
  ReadBuffer buffer;
  std::vector<Slice> slices;
  std::string expected;
  for (int i = 0; i < 5000; ++i) {
    Append(buffer, std::to_string(i) + ";", 64);
    if (buffer.size() > 20) slices.push_back(buffer.TakeSlice(buffer.size() - 3));
    expected += std::to_string(i) + ";";
  }
  std::string text;
  for (const Slice& slice : slices) text.append(slice.view());
  text.append(buffer.view());
  EXPECT_EQ(text, expected);
}

TEST(ReadBufferTest, KeepsUnusedBytesTogetherWhenItGrows) {
  ReadBuffer buffer;
  const std::string text(3 * kReadBlock, 'x');
  Append(buffer, "y" + text, 4096);
  EXPECT_EQ(buffer.view(), "y" + text);
  buffer.Consume(1);
  EXPECT_EQ(buffer.view(), text);
}

TEST(ReadBufferTest, ReserveLeavesRoomThatIsWorthARead) {
  ReadBuffer buffer;
  buffer.Reserve(kReadBlock);
  EXPECT_GE(buffer.space(), kReadBlock);
  buffer.Commit(buffer.space() - 10);
  buffer.Reserve(100);
  EXPECT_GE(buffer.space(), 25u);
}

}  // namespace
}  // namespace fairlead::net
