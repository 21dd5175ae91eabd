#ifndef FAIRLEAD_DATAPLANE_NET_BUFFER_H_
#define FAIRLEAD_DATAPLANE_NET_BUFFER_H_

// Bytes in flight: pooled blocks, reference-counted slices of them, and the buffer a connection
// reads into.
//
//     ReadBuffer in;                        // holds no memory while empty
//     char* tail = in.Reserve(kReadBlock);       // a block from the thread's pool, or null
//     in.Commit(n);                         // n bytes were read
//     Slice body = in.TakeSlice(in.size()); // shares the block; the buffer goes on behind it
//
// A block lives until its last slice is gone, and then returns to the pool of its thread. Nothing
// here is thread-safe: blocks never leave the thread they came from (counts are plain integers).
//
// What a thread's blocks take together is bounded by its account: where that is used up, no block
// is had, and whoever wanted one answers 503 or ends its connection. Reads stop first; what it
// takes to answer may go beyond by a sixteenth.
//
// Sizes: 4 KiB (heads of replies), 32 KiB (the usual read: a 16 KiB body with its head), 128 KiB
// (bodies that fill their buffers). A request for more is served by a block of just that size,
// which is not pooled.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "dataplane/base/check.h"

namespace fairlead::net {

// What the blocks of one thread may take and do take. Written by that thread, once it uses it; the
// counters are read by any.
class BlockAccount {
 public:
  explicit BlockAccount(size_t bytes_max = SIZE_MAX) : bytes_max_(bytes_max) {}
  virtual ~BlockAccount() = default;

  // Before its thread uses it.
  void SetBytesMax(size_t bytes_max) { bytes_max_ = bytes_max; }
  // Of blocks that are in use.
  uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  // Blocks that were wanted and not had.
  uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

 protected:
  // Whether one more block may be had though the bound is reached: a test's own judgement.
  virtual bool MayExceed() { return false; }

 private:
  friend struct Block;

  size_t bytes_max_;
  std::atomic<uint64_t> bytes_{0};
  std::atomic<uint64_t> refused_{0};
};

// Header of a block; `capacity` bytes follow it.
struct Block {
  enum class For : uint8_t { kReading, kWriting };

  uint32_t references;
  uint32_t capacity;

  char* data() { return reinterpret_cast<char*>(this + 1); }

  // A block of at least `capacity` bytes with one reference; null when the thread's account does
  // not allow it, or memory is out.
  static Block* New(size_t capacity, For use);
  // The account of this thread from here on, which outlives its use; null: one of its own, without
  // a bound. Returns the former one.
  static BlockAccount* SetAccount(BlockAccount* account);
  void Ref() { ++references; }
  void Unref() {
    if (--references == 0) Free(this);
  }
  // Bytes held by this thread's pool and not in use.
  static size_t PooledBytes();
  // Blocks of this thread that have references: what is left when all is over has leaked.
  static size_t InUse();

 private:
  static void Free(Block* block);
};

inline constexpr size_t kSmallBlock = 4096 - sizeof(Block);
inline constexpr size_t kReadBlock = 32768 - sizeof(Block);
inline constexpr size_t kLargeBlock = 131072 - sizeof(Block);
// How much to read at once of something of `expected` bytes.
constexpr size_t ReadSizeFor(uint64_t expected) {
  return expected > kReadBlock ? kLargeBlock : kReadBlock;
}

// A shared view of part of a block, or of bytes that live for ever. Copying counts the block once
// more.
class Slice {
 public:
  Slice() = default;
  Slice(Block* block, char* data, size_t size) : block_(block), data_(data), size_(size) {
    if (block_ != nullptr) block_->Ref();
  }
  Slice(const Slice& other) : Slice(other.block_, other.data_, other.size_) {}
  Slice(Slice&& other) noexcept { Swap(other); }
  Slice& operator=(Slice other) noexcept {
    Swap(other);
    return *this;
  }
  ~Slice() {
    if (block_ != nullptr) block_->Unref();
  }

  // Copies `bytes` into a block of its own. Empty when there is none to be had.
  static Slice Copy(std::string_view bytes);
  // Refers to bytes that outlive every use (literals, configuration kept by a snapshot the caller
  // holds).
  static Slice Static(std::string_view bytes) {
    return Slice(nullptr, const_cast<char*>(bytes.data()), bytes.size());
  }

  char* data() const { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {data_, size_}; }

  void RemovePrefix(size_t n) {
    FL_DCHECK(n <= size_);
    data_ += n;
    size_ -= n;
  }
  // Keeps the first `n` bytes.
  void Truncate(size_t n) {
    FL_DCHECK(n <= size_);
    size_ = n;
  }

 private:
  void Swap(Slice& other) noexcept {
    std::swap(block_, other.block_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

  Block* block_ = nullptr;
  char* data_ = nullptr;
  size_t size_ = 0;
};

// What has been read from a connection and not yet used; always contiguous.
class ReadBuffer {
 public:
  ReadBuffer() = default;
  ReadBuffer(const ReadBuffer&) = delete;
  ReadBuffer& operator=(const ReadBuffer&) = delete;
  ~ReadBuffer() { Reset(); }

  char* data() const { return begin_; }
  size_t size() const { return static_cast<size_t>(end_ - begin_); }
  bool empty() const { return begin_ == end_; }
  std::string_view view() const { return {begin_, size()}; }

  // Space for at least one and at most `wanted` bytes behind the present ones: the rest of the
  // block if it has room enough to be worth a read (a quarter of `wanted`), else a fresh block to
  // which unused bytes are moved. Returns the space's start, whose size is `space()`. When there is
  // no block to be had nothing changes: what is left of the present one is the space, or null.
  char* Reserve(size_t wanted);
  size_t space() const { return block_ == nullptr ? 0 : block_->data() + block_->capacity - end_; }
  // `n` bytes of the reserved space have been filled.
  void Commit(size_t n) {
    FL_DCHECK(n <= space());
    end_ += n;
  }
  // The first `n` bytes are done with. Gives the block back when nothing is left.
  void Consume(size_t n) {
    FL_DCHECK(n <= size());
    begin_ += n;
    if (begin_ == end_) Reset();
  }
  // The first `n` bytes as a slice; the buffer goes on behind them.
  Slice TakeSlice(size_t n) {
    FL_DCHECK(n <= size());
    Slice slice(block_, begin_, n);
    Consume(n);
    return slice;
  }
  void Reset() {
    if (block_ != nullptr) block_->Unref();
    block_ = nullptr;
    begin_ = end_ = nullptr;
  }

 private:
  Block* block_ = nullptr;
  char* begin_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace fairlead::net

#endif  // FAIRLEAD_DATAPLANE_NET_BUFFER_H_
