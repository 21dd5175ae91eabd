#ifndef FAIRLEAD_DATAPLANE_SERVER_SIGNAL_THREAD_H_
#define FAIRLEAD_DATAPLANE_SERVER_SIGNAL_THREAD_H_

// Turns the process's signals into calls. Block() must come before any other thread is made, so
// that all inherit it. Thread: made and destroyed on main; the callback runs on this object's own
// thread.

#include <functional>
#include <thread>

namespace fairlead::server {

class SignalThread {
 public:
  // SIGTERM, SIGINT, SIGUSR1 are only ever taken by a SignalThread; SIGPIPE is ignored.
  static void Block();

  explicit SignalThread(std::function<void(int signal)> on_signal);
  ~SignalThread();

 private:
  void Run();

  const std::function<void(int)> on_signal_;
  std::thread thread_;
};

}  // namespace fairlead::server

#endif  // FAIRLEAD_DATAPLANE_SERVER_SIGNAL_THREAD_H_
