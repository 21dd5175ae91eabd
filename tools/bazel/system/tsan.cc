// What the thread sanitizer has to be told of libraries that are not built with it (gRPC, Abseil,
// c-ares ...: Debian's). Part of every program that uses Abseil; empty without the sanitizer.
//
// It does not see an uninstrumented absl::Mutex, and without that takes all that mutexes guard, in
// our code and in gRPC's hands, for races. These definitions stand in front of the library's, ours
// and gRPC's calls reach them first: they do the real thing and say who waits for whom.

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)

#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "grpc/grpc.h"

namespace {

template <typename Function>
Function* Real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

// A condition is evaluated under the mutex, also on the thread of one who unlocks it.
struct Watched {
  absl::Mutex* mutex;
  const absl::Condition* condition;

  static bool Holds(Watched* self) {
    __tsan_acquire(self->mutex);
    const bool holds = self->condition->Eval();
    __tsan_release(self->mutex);
    return holds;
  }
};

}  // namespace

#define FL_MUTEX "_ZN4absl7debian35Mutex"
#define FL_CONDITION "RKNS0_9ConditionE"
#define FL_CONDVAR "_ZN4absl7debian37CondVar"

#define FL_LOCK(method, name)                                    \
  void absl::Mutex::method() {                                   \
    static auto* const real = Real<void(Mutex*)>(FL_MUTEX name); \
    real(this);                                                  \
    __tsan_acquire(this);                                        \
  }
#define FL_UNLOCK(method, name)                                  \
  void absl::Mutex::method() {                                   \
    static auto* const real = Real<void(Mutex*)>(FL_MUTEX name); \
    __tsan_release(this);                                        \
    real(this);                                                  \
  }
#define FL_TRY_LOCK(method, name)                                \
  bool absl::Mutex::method() {                                   \
    static auto* const real = Real<bool(Mutex*)>(FL_MUTEX name); \
    const bool is_locked = real(this);                           \
    if (is_locked) __tsan_acquire(this);                         \
    return is_locked;                                            \
  }
#define FL_WAIT(method, name)                                                      \
  void absl::Mutex::method(const Condition& condition) {                           \
    static auto* const real = Real<void(Mutex*, const Condition&)>(FL_MUTEX name); \
    Watched watched{this, &condition};                                             \
    __tsan_release(this);                                                          \
    real(this, Condition(&Watched::Holds, &watched));                              \
    __tsan_acquire(this);                                                          \
  }
#define FL_WAIT_FOR(method, Limit, name)                                                  \
  bool absl::Mutex::method(const Condition& condition, Limit limit) {                     \
    static auto* const real = Real<bool(Mutex*, const Condition&, Limit)>(FL_MUTEX name); \
    Watched watched{this, &condition};                                                    \
    __tsan_release(this);                                                                 \
    const bool holds = real(this, Condition(&Watched::Holds, &watched), limit);           \
    __tsan_acquire(this);                                                                 \
    return holds;                                                                         \
  }

FL_LOCK(Lock, "4LockEv")
FL_LOCK(ReaderLock, "10ReaderLockEv")
FL_UNLOCK(Unlock, "6UnlockEv")
FL_UNLOCK(ReaderUnlock, "12ReaderUnlockEv")
FL_TRY_LOCK(TryLock, "7TryLockEv")
FL_TRY_LOCK(ReaderTryLock, "13ReaderTryLockEv")
FL_WAIT(Await, "5AwaitE" FL_CONDITION)
FL_WAIT(LockWhen, "8LockWhenE" FL_CONDITION)
FL_WAIT(ReaderLockWhen, "14ReaderLockWhenE" FL_CONDITION)
FL_WAIT_FOR(AwaitWithTimeout, absl::Duration, "16AwaitWithTimeoutE" FL_CONDITION "NS0_8DurationE")
FL_WAIT_FOR(AwaitWithDeadline, absl::Time, "17AwaitWithDeadlineE" FL_CONDITION "NS0_4TimeE")
FL_WAIT_FOR(LockWhenWithTimeout, absl::Duration,
            "19LockWhenWithTimeoutE" FL_CONDITION "NS0_8DurationE")
FL_WAIT_FOR(LockWhenWithDeadline, absl::Time, "20LockWhenWithDeadlineE" FL_CONDITION "NS0_4TimeE")

void absl::CondVar::Wait(Mutex* mutex) {
  static auto* const real = Real<void(CondVar*, Mutex*)>(FL_CONDVAR "4WaitEPNS0_5MutexE");
  __tsan_release(mutex);
  real(this, mutex);
  __tsan_acquire(mutex);
}

bool absl::CondVar::WaitWithTimeout(Mutex* mutex, Duration timeout) {
  static auto* const real = Real<bool(CondVar*, Mutex*, Duration)>(
      FL_CONDVAR "15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE");
  __tsan_release(mutex);
  const bool is_late = real(this, mutex, timeout);
  __tsan_acquire(mutex);
  return is_late;
}

bool absl::CondVar::WaitWithDeadline(Mutex* mutex, Time deadline) {
  static auto* const real =
      Real<bool(CondVar*, Mutex*, Time)>(FL_CONDVAR "16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE");
  __tsan_release(mutex);
  const bool is_late = real(this, mutex, deadline);
  __tsan_acquire(mutex);
  return is_late;
}

void absl::Notification::Notify() {
  static auto* const real = Real<void(Notification*)>("_ZN4absl7debian312Notification6NotifyEv");
  __tsan_release(this);
  real(this);
}

void absl::Notification::WaitForNotification() const {
  static auto* const real =
      Real<void(const Notification*)>("_ZNK4absl7debian312Notification19WaitForNotificationEv");
  real(this);
  __tsan_acquire(const_cast<Notification*>(this));
}

bool absl::Notification::WaitForNotificationWithTimeout(absl::Duration timeout) const {
  static auto* const real = Real<bool(const Notification*, Duration)>(
      "_ZNK4absl7debian312Notification30WaitForNotificationWithTimeoutENS0_8DurationE");
  const bool is_notified = real(this, timeout);
  __tsan_acquire(const_cast<Notification*>(this));
  return is_notified;
}

// What gRPC does later, and on another thread, with an operation: its tag begins here and ends
// there.
extern "C" grpc_call_error grpc_call_start_batch(grpc_call* call, const grpc_op* ops, size_t count,
                                                 void* tag, void* reserved) {
  static auto* const real = Real<grpc_call_error(grpc_call*, const grpc_op*, size_t, void*, void*)>(
      "grpc_call_start_batch");
  __tsan_release(tag);
  return real(call, ops, count, tag, reserved);
}

extern "C" grpc_event grpc_completion_queue_next(grpc_completion_queue* queue,
                                                 gpr_timespec deadline, void* reserved) {
  static auto* const real =
      Real<grpc_event(grpc_completion_queue*, gpr_timespec, void*)>("grpc_completion_queue_next");
  const grpc_event event = real(queue, deadline, reserved);
  if (event.type == GRPC_OP_COMPLETE) __tsan_acquire(event.tag);
  return event;
}

extern "C" grpc_event grpc_completion_queue_pluck(grpc_completion_queue* queue, void* tag,
                                                  gpr_timespec deadline, void* reserved) {
  static auto* const real = Real<grpc_event(grpc_completion_queue*, void*, gpr_timespec, void*)>(
      "grpc_completion_queue_pluck");
  const grpc_event event = real(queue, tag, deadline, reserved);
  if (event.type == GRPC_OP_COMPLETE) __tsan_acquire(tag);
  return event;
}

// Of what gRPC's headers bring into our programs. Nothing here calls code of ours.
extern "C" const char* __tsan_default_suppressions() {
  return
      // The last one to let go of a call destroys it; that count is taken down inside of libgrpc++,
      // where it is not seen.
      "race:::~ServerCallback\n";
}

// Their own writes (memcpy, free, a socket's bytes) are ordered by atomics that are not seen.
extern "C" const char* __tsan_default_options() {
  return "ignore_noninstrumented_modules=1:second_deadlock_stack=1:halt_on_error=0";
}

#endif
#endif
