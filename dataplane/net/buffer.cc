#include "dataplane/net/buffer.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>
#include <vector>

namespace fairlead::net {
namespace {

// Free blocks of one size. Keeps at most 4 MiB, so that a burst does not hold memory for ever.
class FreeList {
 public:
  explicit FreeList(size_t capacity)
      : capacity_(capacity), blocks_max_((4u << 20) / (capacity + sizeof(Block))) {}
  ~FreeList() {
    for (Block* block : blocks_) std::free(block);
  }

  size_t capacity() const { return capacity_; }
  size_t bytes() const { return blocks_.size() * capacity_; }
  Block* Take() {
    if (blocks_.empty()) return nullptr;
    Block* block = blocks_.back();
    blocks_.pop_back();
    return block;
  }
  bool Put(Block* block) {
    if (blocks_.size() >= blocks_max_) return false;
    blocks_.push_back(block);
    return true;
  }

 private:
  const size_t capacity_;
  const size_t blocks_max_;
  std::vector<Block*> blocks_;
};

struct BlockPool {
  size_t in_use = 0;
  size_t bytes_in_use = 0;
  std::array<FreeList, 3> lists{FreeList(kSmallBlock), FreeList(kReadBlock), FreeList(kLargeBlock)};
  BlockAccount without_bound;
  BlockAccount* account = &without_bound;

  // Of the usual size that holds `capacity`; null: it is none of them.
  FreeList* ListFor(size_t capacity) {
    for (FreeList& list : lists) {
      if (capacity <= list.capacity()) return &list;
    }
    return nullptr;
  }
};

BlockPool& Pool() {
  thread_local BlockPool pool;
  return pool;
}

Block* NewBlock(FreeList* list, size_t capacity) {
  if (list != nullptr) {
    if (Block* block = list->Take()) return block;
  }
  auto* block = static_cast<Block*>(std::malloc(sizeof(Block) + capacity));
  if (block != nullptr) block->capacity = static_cast<uint32_t>(capacity);
  return block;
}

}  // namespace

Block* Block::New(size_t capacity, For use) {
  BlockPool& pool = Pool();
  BlockAccount& account = *pool.account;
  FreeList* const list = pool.ListFor(capacity);
  if (list != nullptr) capacity = list->capacity();
  const size_t bytes = pool.bytes_in_use + capacity;
  const size_t over = bytes <= account.bytes_max_ ? 0 : bytes - account.bytes_max_;
  Block* block = nullptr;
  if (over <= (use == For::kWriting ? account.bytes_max_ / 16 : 0) || account.MayExceed()) {
    block = NewBlock(list, capacity);
  }
  if (block == nullptr) {
    account.refused_.store(account.refused() + 1, std::memory_order_relaxed);
    return nullptr;
  }
  block->references = 1;
  ++pool.in_use;
  pool.bytes_in_use = bytes;
  account.bytes_.store(bytes, std::memory_order_relaxed);
  return block;
}

void Block::Free(Block* block) {
  BlockPool& pool = Pool();
  --pool.in_use;
  pool.bytes_in_use -= block->capacity;
  pool.account->bytes_.store(pool.bytes_in_use, std::memory_order_relaxed);
  FreeList* const list = pool.ListFor(block->capacity);
  if (list != nullptr && list->capacity() == block->capacity && list->Put(block)) return;
  std::free(block);
}

BlockAccount* Block::SetAccount(BlockAccount* account) {
  BlockPool& pool = Pool();
  if (account == nullptr) account = &pool.without_bound;
  account->bytes_.store(pool.bytes_in_use, std::memory_order_relaxed);
  return std::exchange(pool.account, account);
}

size_t Block::PooledBytes() {
  size_t bytes = 0;
  for (const FreeList& list : Pool().lists) bytes += list.bytes();
  return bytes;
}

size_t Block::InUse() { return Pool().in_use; }

Slice Slice::Copy(std::string_view bytes) {
  Block* block = Block::New(bytes.size(), Block::For::kWriting);
  if (block == nullptr) return Slice();
  std::memcpy(block->data(), bytes.data(), bytes.size());
  Slice slice(block, block->data(), bytes.size());
  block->Unref();
  return slice;
}

char* ReadBuffer::Reserve(size_t wanted) {
  if (block_ != nullptr && space() >= std::max<size_t>(wanted / 4, 1)) return end_;
  const size_t kept = size();
  Block* fresh = Block::New(kept + wanted, Block::For::kReading);
  if (fresh == nullptr) return space() > 0 ? end_ : nullptr;
  if (kept != 0) std::memcpy(fresh->data(), begin_, kept);
  if (block_ != nullptr) block_->Unref();
  block_ = fresh;
  begin_ = fresh->data();
  end_ = begin_ + kept;
  return end_;
}

}  // namespace fairlead::net
