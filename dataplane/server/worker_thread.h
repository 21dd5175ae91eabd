#ifndef FAIRLEAD_DATAPLANE_SERVER_WORKER_THREAD_H_
#define FAIRLEAD_DATAPLANE_SERVER_WORKER_THREAD_H_

// A worker: a thread with its loop, and what is published to it. Work reaches it by PostTo...,
// which may be called before the thread runs: it is done in order once it does.
//
// Thread: any for PostTo..., Start, Join; the rest is the worker's own.

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "dataplane/base/strings.h"
#include "dataplane/event/loop.h"
#include "dataplane/http/worker.h"
#include "dataplane/listener/active_listener.h"
#include "dataplane/net/buffer.h"

namespace fairlead::server {

class WorkerThread {
 public:
  WorkerThread(int index, std::unique_ptr<event::Loop> loop);
  // Ends all connections; the thread must have been joined, or never started.
  ~WorkerThread();

  int index() const { return index_; }
  // What its buffers take, and may take: the bound is set before Start().
  net::BlockAccount& buffers() { return buffers_; }
  void Start();
  // Asks the loop to stop and waits for the thread.
  void StopAndJoin();

  // Runs `work` on the worker.
  void PostTo(absl::AnyInvocable<void(http::Worker&)> work);
  // Opens a listener, or updates the one of that name when its address is the same. `done` is
  // called on the worker.
  void PostToOpen(std::shared_ptr<const listener::ListenerConfig> config, net::Address address,
                  std::shared_ptr<http::HttpStats> stats,
                  std::function<void(const absl::Status&)> done);
  void PostToClose(std::string name);
  // Stops accepting; connections close after their request, idle ones now.
  void PostToDrain();

 private:
  void Run();

  const int index_;
  net::BlockAccount buffers_;
  std::unique_ptr<event::Loop> loop_;
  std::unique_ptr<http::Worker> worker_;
  struct Listening {
    net::Address address;
    std::unique_ptr<listener::ActiveListener> listener;
  };
  StringMap<Listening> listeners_;
  std::thread thread_;
};

}  // namespace fairlead::server

#endif  // FAIRLEAD_DATAPLANE_SERVER_WORKER_THREAD_H_
