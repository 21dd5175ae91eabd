#ifndef FAIRLEAD_DATAPLANE_EVENT_NURSERY_H_
#define FAIRLEAD_DATAPLANE_EVENT_NURSERY_H_

// Owns work that nobody awaits: connections, above all.
//
//     Background ServeConnection(Nursery& nursery, ...);   // a coroutine that the nursery owns
//     ServeConnection(nursery, ...);           // runs at once, until it first has to wait
//     nursery.Spawn(task);                     // the same for a Task, at the cost of a frame
//     nursery.CancelAll();                     // destroys all that still runs
//
// A task that ends leaves by itself. The destructor cancels what is left, so that no coroutine
// outlives the scope. Thread: one.

#include <coroutine>
#include <cstddef>

#include "dataplane/base/intrusive_list.h"
#include "dataplane/event/frame_pool.h"
#include "dataplane/event/task.h"

namespace fairlead::event {

class Nursery;

// What a coroutine returns that belongs to the nursery which is its first parameter.
struct Background {
  struct promise_type : base::ListHook {
    template <typename... Arguments>
    explicit promise_type(Nursery& owner, Arguments&...);
    ~promise_type();
    static void* operator new(size_t size) { return FramePool::Allocate(size); }
    static void operator delete(void* frame, size_t size) { FramePool::Free(frame, size); }
    Background get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() noexcept { std::abort(); }

    Nursery& nursery;
  };
};

class Nursery {
 public:
  Nursery() = default;
  Nursery(const Nursery&) = delete;
  Nursery& operator=(const Nursery&) = delete;
  ~Nursery() { CancelAll(); }

  void Spawn(Task<void> task) { Run(*this, std::move(task)); }
  void CancelAll() {
    while (!children_.empty()) {
      std::coroutine_handle<Background::promise_type>::from_promise(children_.front()).destroy();
    }
  }
  size_t size() const { return size_; }

 private:
  friend struct Background::promise_type;

  static Background Run(Nursery&, Task<void> task) { co_await task; }

  base::IntrusiveList<Background::promise_type> children_;
  size_t size_ = 0;
};

template <typename... Arguments>
Background::promise_type::promise_type(Nursery& owner, Arguments&...) : nursery(owner) {
  nursery.children_.push_back(*this);
  ++nursery.size_;
}

inline Background::promise_type::~promise_type() {
  unlink();
  --nursery.size_;
}

}  // namespace fairlead::event

#endif  // FAIRLEAD_DATAPLANE_EVENT_NURSERY_H_
