#ifndef FAIRLEAD_DATAPLANE_EVENT_EPOLL_LOOP_H_
#define FAIRLEAD_DATAPLANE_EVENT_EPOLL_LOOP_H_

// The loop on epoll: edge-triggered, one epoll_ctl a connection, no system call that is not a read,
// a write or a share of one epoll_wait in the steady state. Reads go on until one comes back short.
// Writes leave together at the end of the turn: the first one wakes the peers, and those that
// follow find them awake, which is a tenth of what a request costs (tests/bench/RESULTS.md).
//
// Thread: see loop.h. Limits: a socket completes at most 32 operations a turn without waiting, so
// that one busy peer cannot hold the loop; 256 events and 64 accepts a listening socket a turn.

#include <sys/epoll.h>

#include <atomic>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/base/intrusive_list.h"
#include "dataplane/event/loop.h"

namespace fairlead::event {

// What epoll's events point at. Destroyed only at the end of a turn, so that an event of this turn
// never finds it gone.
class EpollWatch : public base::ListHook {
 public:
  virtual ~EpollWatch() = default;
  virtual void OnEvents(uint32_t events) = 0;
  // Called for all of a turn's events before the first OnEvents, so that whoever is resumed by one
  // knows of the others: bytes that wait on an idle connection, say.
  virtual void NoteEvents(uint32_t /*events*/) {}
  // Called for a watch given to EpollLoop::Requeue, in the next turn, or Flush.
  virtual void OnTurn() {}
};

class EpollLoop final : public Loop {
 public:
  EpollLoop(const TimeSource& time, uint64_t seed);
  ~EpollLoop() override;

  void Run() override;
  void RunOnce(Duration wait_max) override;
  void Stop() override;
  void Post(absl::AnyInvocable<void()> work) override;
  absl::StatusOr<std::unique_ptr<ListenSocket>> Listen(const net::Address& address,
                                                       const ListenOptions& options,
                                                       AcceptHandler& handler) override;
  std::unique_ptr<Socket> Connect(const net::Address& address) override;
  bool IsOnThread() const override;
  WallTime WallNow() const override { return time_.Wall(); }
  TimerWheel& timers() override { return timers_; }
  Random& random() override { return random_; }

  // For the sockets of this loop.
  bool Add(int fd, EpollWatch& watch, uint32_t events);
  // Asks for other events of a descriptor that was added.
  void Change(int fd, EpollWatch& watch, uint32_t events);
  // Takes a watch whose descriptor has been closed; it is destroyed after this turn's events.
  void Bury(std::unique_ptr<EpollWatch> watch) { buried_.push_back(std::move(watch)); }
  // A watch that is in neither list already: something is left for the next turn, or for the end
  // of this one.
  void Requeue(EpollWatch& watch) { requeued_.push_back(watch); }
  void Flush(EpollWatch& watch) { flushed_.push_back(watch); }
  uint64_t turn() const { return turn_; }

 private:
  void RunPosted();
  int WaitMillis(Duration wait_max) const;
  void FireTimers(int events);

  const TimeSource& time_;
  TimerWheel timers_;
  Random random_;
  int epoll_ = -1;
  int wake_ = -1;
  uint64_t turn_ = 0;
  // Turns in a row that left events in the kernel.
  int full_turns_ = 0;
  std::thread::id thread_;
  std::atomic<bool> is_stopped_{false};
  std::vector<epoll_event> events_;
  std::vector<std::unique_ptr<EpollWatch>> buried_;
  base::IntrusiveList<EpollWatch> requeued_;
  base::IntrusiveList<EpollWatch> flushed_;

  absl::Mutex mutex_;
  std::vector<absl::AnyInvocable<void()>> posted_ ABSL_GUARDED_BY(mutex_);
  std::atomic<bool> has_posted_{false};
};

}  // namespace fairlead::event

#endif  // FAIRLEAD_DATAPLANE_EVENT_EPOLL_LOOP_H_
