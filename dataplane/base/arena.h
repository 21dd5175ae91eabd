#ifndef FAIRLEAD_DATAPLANE_BASE_ARENA_H_
#define FAIRLEAD_DATAPLANE_BASE_ARENA_H_

// Memory for many small texts that die together.
//
//     std::string_view kept = arena.Copy(text);
//     arena.Reset();                      // all of it is gone; the first 1 KiB stays for the next
//     use
//
// Thread: one at a time. Limits: none of its own; callers bound what they copy.

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace fairlead::base {

class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  char* Allocate(size_t size) {
    if (size > room_) NewChunk(size);
    char* out = next_;
    next_ += size;
    room_ -= size;
    return out;
  }
  std::string_view Copy(std::string_view text) {
    if (text.empty()) return "";
    char* out = Allocate(text.size());
    std::memcpy(out, text.data(), text.size());
    return {out, text.size()};
  }
  void Reset() {
    if (chunks_.empty()) return;
    // A first chunk that one large text made is not worth keeping for ever.
    if (first_size_ > kChunk) return Release();
    chunks_.resize(1);
    next_ = chunks_[0].get();
    room_ = held_bytes_ = kChunk;
  }
  // Reset() that also gives the memory back.
  void Release() {
    chunks_.clear();
    next_ = nullptr;
    room_ = held_bytes_ = 0;
  }
  size_t held_bytes() const { return held_bytes_; }

 private:
  static constexpr size_t kChunk = 1024;

  void NewChunk(size_t size) {
    const size_t bytes = size > kChunk ? size : kChunk;
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(bytes));
    if (chunks_.size() == 1) first_size_ = bytes;
    next_ = chunks_.back().get();
    room_ = bytes;
    held_bytes_ += bytes;
  }

  std::vector<std::unique_ptr<char[]>> chunks_;
  char* next_ = nullptr;
  size_t room_ = 0;
  size_t first_size_ = 0;
  size_t held_bytes_ = 0;
};

}  // namespace fairlead::base

#endif  // FAIRLEAD_DATAPLANE_BASE_ARENA_H_
