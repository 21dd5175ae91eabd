#include "dataplane/event/frame_pool.h"

#include <array>
#include <cstdlib>
#include <new>

#include "dataplane/base/check.h"

namespace fairlead::event {
namespace {

constexpr size_t kClassBytes = 16;
constexpr size_t kClasses = 128;
constexpr size_t kKeptMax = 1024;

struct FreeFrame {
  FreeFrame* next;
};

struct Lists {
  std::array<FreeFrame*, kClasses> head{};
  std::array<size_t, kClasses> kept{};
  size_t in_use = 0;
  ~Lists() {
    for (FreeFrame* frame : head) {
      while (frame != nullptr) {
        FreeFrame* next = frame->next;
        std::free(frame);
        frame = next;
      }
    }
  }
};

thread_local Lists lists;

size_t ClassOf(size_t size) { return (size - 1) / kClassBytes; }

}  // namespace

void* FramePool::Allocate(size_t size) {
  const size_t at = ClassOf(size);
  ++lists.in_use;
  if (at < kClasses && lists.head[at] != nullptr) {
    FreeFrame* frame = lists.head[at];
    lists.head[at] = frame->next;
    --lists.kept[at];
    return frame;
  }
  void* frame = std::malloc(at < kClasses ? (at + 1) * kClassBytes : size);
  FL_CHECK(frame != nullptr);
  return frame;
}

void FramePool::Free(void* frame, size_t size) {
  const size_t at = ClassOf(size);
  --lists.in_use;
  if (at >= kClasses || lists.kept[at] >= kKeptMax) return std::free(frame);
  lists.head[at] = new (frame) FreeFrame{lists.head[at]};
  ++lists.kept[at];
}

size_t FramePool::InUse() { return lists.in_use; }

}  // namespace fairlead::event
