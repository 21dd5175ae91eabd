#ifndef FAIRLEAD_DATAPLANE_EVENT_LOOP_H_
#define FAIRLEAD_DATAPLANE_EVENT_LOOP_H_

// One thread's event loop: sockets, timers, and work posted from other threads.
//
//     std::unique_ptr<Loop> loop = NewEpollLoop(TimeSource::System(), SystemSeed());
//     loop->Run();                                  // until Stop()
//     loop->Post([] { ... });                       // from any thread
//
// Two back ends stand behind it: epoll, and the simulation's network. `now()` is the time at which
// the present turn began; the clock is read once a turn.
//
// Thread: all but Post and Stop belong to the thread that calls Run.

#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "dataplane/event/random.h"
#include "dataplane/event/socket.h"
#include "dataplane/event/timer.h"
#include "dataplane/net/address.h"

namespace fairlead::event {

// Gets the connections of a listening socket.
class AcceptHandler {
 public:
  virtual ~AcceptHandler() = default;
  virtual void OnAccept(std::unique_ptr<Socket> socket) = 0;
};

struct ListenOptions {
  // Several loops may listen on one address; the kernel spreads connections over them
  // (SO_REUSEPORT).
  bool reuse_port = true;
  int backlog = 4096;
};

// A listening socket; its destructor closes it.
class ListenSocket {
 public:
  virtual ~ListenSocket() = default;
  // With the port that the kernel chose.
  virtual net::Address local_address() const = 0;
};

class Loop {
 public:
  virtual ~Loop() = default;

  // Runs until Stop(). Can be called again.
  virtual void Run() = 0;
  // One turn: waits at most `wait_max` for something to happen, and handles it. For tests.
  virtual void RunOnce(Duration wait_max) = 0;
  virtual void Stop() = 0;
  // Runs `work` on the loop's thread, in the order of posting. Thread: any.
  virtual void Post(absl::AnyInvocable<void()> work) = 0;

  // Fails when the address cannot be had. `handler` outlives the listening socket.
  virtual absl::StatusOr<std::unique_ptr<ListenSocket>> Listen(const net::Address& address,
                                                               const ListenOptions& options,
                                                               AcceptHandler& handler) = 0;
  // Starts to connect; co_await Connected() tells the outcome. Null, with errno set, when not even
  // that was possible.
  virtual std::unique_ptr<Socket> Connect(const net::Address& address) = 0;

  virtual bool IsOnThread() const = 0;
  virtual WallTime WallNow() const = 0;
  virtual TimerWheel& timers() = 0;
  virtual Random& random() = 0;
  MonotonicTime now() { return timers().now(); }
};

std::unique_ptr<Loop> NewEpollLoop(const TimeSource& time, uint64_t seed);

}  // namespace fairlead::event

#endif  // FAIRLEAD_DATAPLANE_EVENT_LOOP_H_
