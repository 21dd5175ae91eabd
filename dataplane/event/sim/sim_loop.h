#ifndef FAIRLEAD_DATAPLANE_EVENT_SIM_SIM_LOOP_H_
#define FAIRLEAD_DATAPLANE_EVENT_SIM_SIM_LOOP_H_

// The loop of one simulated host. A turn is what a turn of EpollLoop is: timers, then what sockets
// were told of (in an order drawn from the seed), then what a turn's share had put off, then posted
// work. Turns are taken by Network::Step.
//
// Thread: the network's; Post, too. See loop.h and network.h.

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dataplane/event/loop.h"
#include "dataplane/event/sim/link.h"
#include "dataplane/event/sim/network.h"

namespace fairlead::event::sim {

// What a loop has been told of something: lives on when the socket is destroyed in the middle of a
// turn.
struct SimWatch {
  SimSocket* socket = nullptr;
  SimListener* listener = nullptr;
  uint32_t events = 0;
  bool is_ready = false;
  bool is_requeued = false;
};

class SimLoop final : public Loop {
 public:
  SimLoop(Network& network, std::string name, const net::Address& ip, bool is_tested,
          uint64_t seed);
  ~SimLoop() override;

  // Steps the network until Stop().
  void Run() override;
  // Steps the network until this loop has had a turn, or the time is over.
  void RunOnce(Duration wait_max) override;
  void Stop() override { is_stopped_ = true; }
  void Post(absl::AnyInvocable<void()> work) override;
  absl::StatusOr<std::unique_ptr<ListenSocket>> Listen(const net::Address& address,
                                                       const ListenOptions& options,
                                                       AcceptHandler& handler) override;
  std::unique_ptr<Socket> Connect(const net::Address& address) override;
  bool IsOnThread() const override { return true; }
  WallTime WallNow() const override { return network_.Wall(); }
  TimerWheel& timers() override { return timers_; }
  Random& random() override { return random_; }

  Network& network() { return network_; }
  const std::string& name() const { return name_; }
  bool is_tested() const { return is_tested_; }
  uint64_t turn() const { return turn_; }
  void Raise(const std::shared_ptr<SimWatch>& watch, uint32_t events);
  void Requeue(const std::shared_ptr<SimWatch>& watch);
  // Whether a call of this loop's program is to fail now.
  bool FailNow(Call call) { return is_tested_ && network_.FailNow(call); }

 private:
  void WakeAt(MonotonicTime time);
  void WakeSoon();
  void Turn();
  void DoTurn();
  void WakeForTimers();

  Network& network_;
  const std::string name_;
  const net::Address ip_;
  const bool is_tested_;
  TimerWheel timers_;
  Random random_;
  uint64_t turn_ = 0;
  bool is_stopped_ = false;
  // The next turn; older numbers of turns that were planned do nothing.
  MonotonicTime wake_time_ = MonotonicTime::max();
  std::shared_ptr<uint64_t> wake_number_ = std::make_shared<uint64_t>(0);
  std::vector<std::shared_ptr<SimWatch>> ready_;
  std::vector<std::shared_ptr<SimWatch>> requeued_;
  std::vector<absl::AnyInvocable<void()>> posted_;
};

class SimListener final : public ListenSocket {
 public:
  SimListener(SimLoop& loop, const net::Address& address, AcceptHandler& handler);
  ~SimListener() override;

  net::Address local_address() const override { return address_; }
  void Queue(std::shared_ptr<Link> link);
  // Takes what is in the queue. The handler may destroy this.
  static void Accept(const std::shared_ptr<SimWatch>& watch);

 private:
  SimLoop& loop_;
  const net::Address address_;
  AcceptHandler& handler_;
  std::shared_ptr<SimWatch> watch_ = std::make_shared<SimWatch>();
  std::deque<std::shared_ptr<Link>> queue_;
};

}  // namespace fairlead::event::sim

#endif  // FAIRLEAD_DATAPLANE_EVENT_SIM_SIM_LOOP_H_
