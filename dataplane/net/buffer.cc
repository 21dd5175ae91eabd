#include "dataplane/net/buffer.h"

#include <algorithm>
#include <array>
#include <cstdlib>
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
  std::array<FreeList, 3> lists{FreeList(kSmallBlock), FreeList(kReadBlock), FreeList(kLargeBlock)};
};

BlockPool& Pool() {
  thread_local BlockPool pool;
  return pool;
}

}  // namespace

Block* Block::New(size_t capacity) {
  size_t size = capacity;
  BlockPool& pool = Pool();
  ++pool.in_use;
  for (FreeList& list : pool.lists) {
    if (capacity > list.capacity()) continue;
    if (Block* block = list.Take()) {
      block->references = 1;
      return block;
    }
    size = list.capacity();
    break;
  }
  auto* block = static_cast<Block*>(std::malloc(sizeof(Block) + size));
  FL_CHECK(block != nullptr);
  block->references = 1;
  block->capacity = static_cast<uint32_t>(size);
  return block;
}

void Block::Free(Block* block) {
  BlockPool& pool = Pool();
  --pool.in_use;
  for (FreeList& list : pool.lists) {
    if (list.capacity() == block->capacity && list.Put(block)) return;
  }
  std::free(block);
}

size_t Block::PooledBytes() {
  size_t bytes = 0;
  for (const FreeList& list : Pool().lists) bytes += list.bytes();
  return bytes;
}

size_t Block::InUse() { return Pool().in_use; }

Slice Slice::Copy(std::string_view bytes) {
  Block* block = Block::New(bytes.size());
  std::memcpy(block->data(), bytes.data(), bytes.size());
  Slice slice(block, block->data(), bytes.size());
  block->Unref();
  return slice;
}

char* ReadBuffer::Reserve(size_t wanted) {
  if (block_ != nullptr && space() >= std::max<size_t>(wanted / 4, 1)) return end_;
  const size_t kept = size();
  Block* fresh = Block::New(kept + wanted);
  if (kept != 0) std::memcpy(fresh->data(), begin_, kept);
  if (block_ != nullptr) block_->Unref();
  block_ = fresh;
  begin_ = fresh->data();
  end_ = begin_ + kept;
  return end_;
}

}  // namespace fairlead::net
