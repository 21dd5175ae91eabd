#ifndef FAIRLEAD_DATAPLANE_EVENT_TASK_H_
#define FAIRLEAD_DATAPLANE_EVENT_TASK_H_

// Task<T>: a coroutine that its caller awaits.
//
//     Task<int> Answer(Socket& socket) { ... co_return 42; }
//     int n = co_await Answer(socket);
//
// Lazy: it starts when it is awaited. Destroying a Task destroys the coroutine where it is
// suspended, and with it every frame and awaiter below: each awaiter withdraws its operation in its
// destructor, so that nothing runs on a dead frame. A running coroutine must not be destroyed from
// inside itself.
//
// Rules: parameters by value or owned by the awaiting frame; no capturing lambda is a coroutine; no
// exceptions. Thread: the one that awaits it. Frames come from the thread's FramePool.

#include <coroutine>
#include <cstdlib>
#include <optional>
#include <utility>

#include "dataplane/base/check.h"
#include "dataplane/event/frame_pool.h"

namespace fairlead::event {

namespace internal {

struct PromiseBase {
  std::coroutine_handle<> continuation = std::noop_coroutine();

  static void* operator new(size_t size) { return FramePool::Allocate(size); }
  static void operator delete(void* frame, size_t size) { FramePool::Free(frame, size); }

  std::suspend_always initial_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { std::abort(); }

  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) noexcept {
      return self.promise().continuation;
    }
    void await_resume() noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }
};

template <typename T>
struct Promise : PromiseBase {
  std::optional<T> value;

  template <typename U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T Take() { return *std::move(value); }
};

template <>
struct Promise<void> : PromiseBase {
  void return_void() {}
  void Take() {}
};

}  // namespace internal

template <typename T = void>
class [[nodiscard]] Task {
 public:
  struct promise_type : internal::Promise<T> {
    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
  };

  Task() = default;
  Task(Task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      Destroy();
      coroutine_ = std::exchange(other.coroutine_, nullptr);
    }
    return *this;
  }
  ~Task() { Destroy(); }

  bool is_valid() const { return coroutine_ != nullptr; }

  // A Task is its own awaiter, so that combinators can hold and destroy it.
  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) noexcept {
    FL_DCHECK(coroutine_ != nullptr);
    coroutine_.promise().continuation = waiter;
    return coroutine_;
  }
  T await_resume() { return coroutine_.promise().Take(); }

 private:
  explicit Task(std::coroutine_handle<promise_type> coroutine) : coroutine_(coroutine) {}
  void Destroy() {
    if (coroutine_ != nullptr) std::exchange(coroutine_, nullptr).destroy();
  }

  std::coroutine_handle<promise_type> coroutine_;
};

}  // namespace fairlead::event

#endif  // FAIRLEAD_DATAPLANE_EVENT_TASK_H_
