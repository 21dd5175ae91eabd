#ifndef FAIRLEAD_DATAPLANE_EVENT_COMBINATORS_H_
#define FAIRLEAD_DATAPLANE_EVENT_COMBINATORS_H_

// Ways to wait for less, or for more, than one coroutine.
//
//     std::optional<int64_t> n = co_await WithTimeout(loop.timers(), 5s, socket.Connected());  //
//     nullopt: too late
//
//     Interruptible<Task<void>> call(Serve());        // may be ended from outside while it waits:
//     bool finished = (co_await call).has_value();     // call.Interrupt() destroys Serve() and
//     resumes us
//
//     Fork upload(PumpBody());                        // starts now, runs beside us
//     co_await upload.Join();                         // or leave the scope: it is cancelled
//
// Thread: one. All may be destroyed while they wait.

#include <coroutine>
#include <optional>
#include <type_traits>
#include <utility>

#include "dataplane/event/task.h"
#include "dataplane/event/timer.h"

namespace fairlead::event {

// What awaiting yields when there may be nothing: optional<T>, or optional<monostate-like> for
// void.
struct Done {};
template <typename Awaitable>
using ResultOf = decltype(std::declval<Awaitable&>().await_resume());
template <typename T>
using MaybeResult = std::optional<std::conditional_t<std::is_void_v<T>, Done, T>>;

// A wait that another party may end early.
class InterruptibleWait {
 public:
  virtual ~InterruptibleWait() = default;
  // What is awaited is destroyed, and the awaiting coroutine resumed. Only while it waits, and
  // never from inside what is awaited.
  virtual void Interrupt() = 0;
  bool is_waiting() const { return waiter_ != nullptr; }

 protected:
  std::coroutine_handle<> waiter_;
};

// Awaits something that may be ended early. Awaiting yields nullopt after Interrupt().
template <typename Awaitable>
class Interruptible final : public InterruptibleWait {
 public:
  explicit Interruptible(Awaitable awaitable) : awaitable_(std::move(awaitable)) {}
  Interruptible(const Interruptible&) = delete;

  void Interrupt() override {
    FL_DCHECK(waiter_ != nullptr);
    awaitable_.reset();
    std::exchange(waiter_, nullptr).resume();
  }

  bool await_ready() { return awaitable_->await_ready(); }
  auto await_suspend(std::coroutine_handle<> waiter) {
    waiter_ = waiter;
    return awaitable_->await_suspend(waiter);
  }
  MaybeResult<ResultOf<Awaitable>> await_resume() {
    waiter_ = nullptr;
    if (!awaitable_.has_value()) return std::nullopt;
    if constexpr (std::is_void_v<ResultOf<Awaitable>>) {
      awaitable_->await_resume();
      return Done{};
    } else {
      return awaitable_->await_resume();
    }
  }

 private:
  std::optional<Awaitable> awaitable_;
};

// Awaits something for a limited time. See WithTimeout.
template <typename Awaitable>
class TimeoutAwaiter {
 public:
  TimeoutAwaiter(TimerWheel& timers, Duration limit, Awaitable awaitable)
      : timers_(timers), limit_(limit), inner_(std::move(awaitable)), timer_(&OnTimer, this) {}

  bool await_ready() { return inner_.await_ready(); }
  auto await_suspend(std::coroutine_handle<> waiter) {
    timer_.Arm(timers_, limit_);
    return inner_.await_suspend(waiter);
  }
  auto await_resume() {
    timer_.Disarm();
    return inner_.await_resume();
  }

 private:
  static void OnTimer(void* self) { static_cast<TimeoutAwaiter*>(self)->inner_.Interrupt(); }

  TimerWheel& timers_;
  const Duration limit_;
  Interruptible<Awaitable> inner_;
  Timer timer_;
};

template <typename Awaitable>
TimeoutAwaiter<Awaitable> WithTimeout(TimerWheel& timers, Duration limit, Awaitable awaitable) {
  return TimeoutAwaiter<Awaitable>(timers, limit, std::move(awaitable));
}

// Awaits until a time has passed.
class Sleep {
 public:
  Sleep(TimerWheel& timers, Duration time) : timers_(timers), time_(time), timer_(&OnTimer, this) {}
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    waiter_ = waiter;
    timer_.Arm(timers_, time_);
  }
  void await_resume() const {}

 private:
  static void OnTimer(void* self) { static_cast<Sleep*>(self)->waiter_.resume(); }

  TimerWheel& timers_;
  const Duration time_;
  Timer timer_;
  std::coroutine_handle<> waiter_;
};

// A task that runs beside its owner. Starts when constructed; destroying it cancels it.
class Fork {
 public:
  explicit Fork(Task<void> task) : child_(Run(*this, std::move(task))) { child_.handle.resume(); }
  Fork(const Fork&) = delete;
  Fork& operator=(const Fork&) = delete;
  ~Fork() { child_.handle.destroy(); }

  bool is_done() const { return is_done_; }
  // Resumes the awaiting coroutine when the task has ended. One waiter at a time.
  auto Join() {
    struct Awaiter {
      Fork& fork;
      ~Awaiter() { fork.waiter_ = std::noop_coroutine(); }
      bool await_ready() const { return fork.is_done_; }
      void await_suspend(std::coroutine_handle<> waiter) { fork.waiter_ = waiter; }
      void await_resume() const {}
    };
    return Awaiter{*this};
  }

 private:
  struct Child {
    struct promise_type {
      promise_type(Fork& fork, Task<void>&) : fork(fork) {}
      static void* operator new(size_t size) { return FramePool::Allocate(size); }
      static void operator delete(void* frame, size_t size) { FramePool::Free(frame, size); }
      Child get_return_object() {
        return {std::coroutine_handle<promise_type>::from_promise(*this)};
      }
      std::suspend_always initial_suspend() noexcept { return {}; }
      struct Final {
        bool await_ready() noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
          Fork& fork = self.promise().fork;
          fork.is_done_ = true;
          return std::exchange(fork.waiter_, std::noop_coroutine());
        }
        void await_resume() noexcept {}
      };
      Final final_suspend() noexcept { return {}; }
      void return_void() {}
      void unhandled_exception() noexcept { std::abort(); }

      Fork& fork;
    };
    std::coroutine_handle<promise_type> handle;
  };

  static Child Run(Fork&, Task<void> task) { co_await task; }

  std::coroutine_handle<> waiter_ = std::noop_coroutine();
  bool is_done_ = false;
  Child child_;
};

}  // namespace fairlead::event

#endif  // FAIRLEAD_DATAPLANE_EVENT_COMBINATORS_H_
